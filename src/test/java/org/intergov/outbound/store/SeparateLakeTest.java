package org.intergov.outbound.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.intergov.outbound.store.TestStore.message;
import static org.intergov.outbound.store.TestStore.posted;
import static org.intergov.outbound.store.TestStore.refused;

import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import org.intergov.outbound.delivery.Channels;
import org.intergov.outbound.delivery.Delivery;
import org.intergov.outbound.delivery.StatusAnswer.Status;
import org.intergov.outbound.delivery.StatusRules;
import org.intergov.outbound.message.Reference;
import org.intergov.outbound.routing.RoutingTable;
import org.intergov.outbound.store.Submissions.Result;
import org.intergov.outbound.store.Submissions.Submission;
import org.intergov.outbound.store.database.CuttingProxy;
import org.intergov.outbound.store.database.CuttingProxy.Cut;
import org.intergov.outbound.store.database.Database;
import org.intergov.outbound.store.database.StoreUnavailableException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The lake in a database of its own: the entry itself travels as the message's first update. */
class SeparateLakeTest {
  private static final RoutingTable TABLE = Channels.table("a | on-revoked: resend");
  private static final StatusRules RULES = new StatusRules(() -> TABLE);

  private static TestStore store;
  private static RejectedMessageRoute route;

  @BeforeAll
  static void start() {
    store = TestStore.startWithSeparateLake();
    route = new RejectedMessageRoute(store.rejected, store.lakeDatabase);
  }

  @AfterAll
  static void stop() {
    route.close();
    store.close();
  }

  @BeforeEach
  void clear() {
    store.clear();
  }

  @Test
  void the_entry_travels_as_the_first_update() {
    store.submit("a", "1");
    assertThat(lakeReferences()).isEmpty();

    store.applyUpdates();

    assertThat(store.lake("1", "status || ' ' || subject")).isEqualTo("pending AU.abn1.x");
    assertThat(store.lake("1", "message_id")).isEqualTo(store.outbox("1", "id"));
    assertThat(store.ask("SELECT seq FROM message_updates")).isEmpty();
  }

  @Test
  void entry_and_later_updates_may_be_applied_in_one_batch() {
    store.submit("a", "1");
    Delivery d = store.claim("a", 1).get(0);
    store.settlements.deliveries(List.of(posted(d, "17", true)));

    store.applyUpdates();

    assertThat(store.lake("1", "status || ' ' || channel_txn_id")).isEqualTo("accepted 17");
    assertThat(store.events("1")).containsExactly("submitted", "posted", "accepted");
  }

  @Test
  void a_claim_whose_answer_was_lost_is_given_back_before_the_next() throws Exception {
    store.submit("a", "1");
    int port = Integer.parseInt(store.url().replaceAll(".*:(\\d+)/.*", "$1"));
    try (CuttingProxy proxy = new CuttingProxy(port);
        Database cut = store.connect("cut", store.url().replace(":" + port, ":" + proxy.port()))) {
      MessageUpdates updates = new MessageUpdates(cut, store.lakeDatabase, FlowListener.NONE);
      proxy.cutNext("FOR UPDATE SKIP LOCKED", Cut.AFTER_THE_COMMIT);
      assertThatThrownBy(() -> updates.applyDue(5, store.updating))
          .isInstanceOf(StoreUnavailableException.class);
      await()
          .until(
              () -> store.ask("SELECT seq FROM message_updates WHERE due_at > now()").size() == 1);

      assertThat(updates.applyDue(5, store.updating)).isEqualTo(1);
    }
    assertThat(store.lake("1", "status")).isEqualTo("pending");
  }

  @Test
  void an_update_that_overtakes_its_entry_is_tried_again() {
    store.submit("a", "1");
    Delivery d = store.claim("a", 1).get(0);
    store.settlements.deliveries(List.of(posted(d, "17", true)));
    store.run(
        "UPDATE message_updates SET due_at = now() + interval '1 hour'"
            + " WHERE patch ->> 'receiver' IS NOT NULL");

    store.applyUpdates();
    assertThat(lakeReferences()).isEmpty();
    store.makeDue("message_updates");
    store.applyUpdates();

    assertThat(store.lake("1", "status")).isEqualTo("accepted");
    assertThat(store.ask("SELECT seq FROM message_updates")).isEmpty();
  }

  @Test
  void an_update_that_the_lake_has_and_the_outbox_has_not_heard_of_repeats_without_harm() {
    store.submit("a", "1");
    Delivery d = store.claim("a", 1).get(0);
    store.settlements.deliveries(List.of(posted(d, "17", true)));
    store.applyUpdates();
    // as if the lake had committed and the outbox had not
    store.run("DELETE FROM delivery_status WHERE event = 'accepted'");
    store.run(
        "INSERT INTO message_updates (seq, message_id, sender, sender_ref, patch)"
            + " SELECT "
            + store.lake("1", "applied_seq")
            + ", id, sender, sender_ref, '{\"status\": \"accepted\", \"channel_id\": \"a\"}'"
            + " FROM delivery_outbox");

    store.applyUpdates();

    assertThat(store.lake("1", "status || ' ' || channel_txn_id")).isEqualTo("accepted 17");
    assertThat(store.events("1")).containsExactly("submitted", "posted", "accepted");
    assertThat(store.ask("SELECT seq FROM message_updates")).isEmpty();
  }

  @Test
  void a_rejection_that_the_lake_has_and_the_outbox_has_not_heard_of_repeats_without_harm() {
    store.submit("a", "1");
    store.applyUpdates();
    store.settlements.deliveries(List.of(refused(store.claim("a", 1).get(0))));
    String seq = store.ask("SELECT seq FROM rejected_messages").get(0);
    TestStore.run(
        store.lakeDatabase,
        "UPDATE message_lake SET status = 'rejected', reason = 'refused', applied_seq = " + seq);

    route.run();

    assertThat(store.lake("1", "status || ' ' || reason")).isEqualTo("rejected refused");
    assertThat(store.events("1")).containsExactly("submitted", "refused", "rejected");
    assertThat(store.ask("SELECT seq FROM rejected_messages")).isEmpty();
  }

  @Test
  void a_rejection_waits_without_counting_while_the_lake_is_away() {
    store.submit("a", "1");
    store.applyUpdates();
    store.settlements.deliveries(List.of(refused(store.claim("a", 1).get(0))));
    String nowhere = "jdbc:postgresql://127.0.0.1:1/lake";
    try (Database away = Database.connect("away", nowhere, "a", "b", 2);
        RejectedMessageRoute toNowhere =
            new RejectedMessageRoute(new RejectedMessages(store.outboxDatabase, away), away)) {
      toNowhere.run();
    }

    assertThat(
            store.ask(
                "SELECT attempts || ' ' || (locked_until IS NULL) || ' '"
                    + " || (due_at < now() + interval '2 seconds') FROM rejected_messages"))
        .as("it waits in the queue, not under a lease")
        .containsExactly("0 true true");
    store.makeDue("rejected_messages");
    route.run();
    assertThat(store.lake("1", "status || ' ' || reason || ' ' || channel_id"))
        .isEqualTo("rejected refused a");
    assertThat(store.events("1")).containsExactly("submitted", "refused", "rejected");
  }

  @Test
  void of_a_batch_only_the_rejection_that_the_lake_refuses_counts_a_try() {
    store.submissions.store(TestStore.submissions("a", "m", 20));
    store.applyUpdates();
    store.settlements.deliveries(store.claim("a", 20).stream().map(TestStore::refused).toList());
    TestStore.run(
        store.lakeDatabase,
        "ALTER TABLE message_lake ADD CONSTRAINT poison"
            + " CHECK (sender_ref <> 'm7' OR status <> 'rejected')");
    try {
      route.run();
    } finally {
      TestStore.run(store.lakeDatabase, "ALTER TABLE message_lake DROP CONSTRAINT poison");
    }

    assertThat(
            TestStore.ask(
                store.lakeDatabase, "SELECT count(*) FROM message_lake WHERE status = 'rejected'"))
        .containsExactly("19");
    assertThat(store.ask("SELECT sender_ref || ' ' || attempts FROM rejected_messages"))
        .containsExactly("m7 1");
    assertThat(store.ask("SELECT count(*) FROM delivery_status WHERE event = 'rejected'"))
        .containsExactly("19");
  }

  @Test
  void after_a_failover_that_lost_numbers_and_made_room_for_them_updates_and_rejections_apply() {
    store.submit("a", "updated", "rejected");
    store.applyUpdates();
    List<Delivery> both = store.claim("a", 2);
    // the lake has heard of more than what the outbox's new primary knows
    TestStore.run(store.lakeDatabase, "UPDATE message_lake SET applied_seq = applied_seq + 5000");
    store.run("SELECT setval('message_seq', nextval('message_seq') + 1000000000)");
    for (Delivery d : both) {
      boolean updated = d.message().senderRef().equals("updated");
      store.settlements.deliveries(List.of(updated ? posted(d, "17", true) : refused(d)));
    }

    store.applyUpdates();
    route.run();

    assertThat(store.lake("updated", "status || ' ' || channel_txn_id")).isEqualTo("accepted 17");
    assertThat(store.lake("rejected", "status || ' ' || reason")).isEqualTo("rejected refused");
    assertThat(store.events("updated")).containsExactly("submitted", "posted", "accepted");
    assertThat(store.events("rejected")).containsExactly("submitted", "refused", "rejected");
  }

  @Test
  void eight_updaters_at_once_bring_every_message_to_its_newest_state() throws Exception {
    store.submissions.store(TestStore.submissions("a", "m", 100));
    store.settlements.deliveries(
        store.claim("a", 100).stream().map(d -> posted(d, "t" + d.id(), true)).toList());
    Callable<Integer> updater =
        () -> {
          int all = 0;
          for (int some = store.applyDue(13); some > 0; some = store.applyDue(13)) {
            all += some;
          }
          return all;
        };

    TestStore.atOnce(Collections.nCopies(8, updater));
    store.makeDue("message_updates"); // what overtook its entry is to be tried again
    store.applyUpdates();

    assertThat(
            TestStore.ask(
                store.lakeDatabase,
                "SELECT count(*) FROM message_lake"
                    + " WHERE status = 'accepted' AND channel_txn_id = 't' || message_id"))
        .containsExactly("100");
    assertThat(
            store.ask(
                "SELECT count(*) || ' ' || count(DISTINCT sender_ref) FROM delivery_status"
                    + " WHERE event = 'accepted'"))
        .containsExactly("100 100");
    assertThat(store.ask("SELECT seq FROM message_updates")).isEmpty();
  }

  @Test
  void an_update_that_the_lake_refuses_does_not_keep_the_others_back_and_is_parked_in_the_end() {
    TestStore.run(
        store.lakeDatabase,
        "ALTER TABLE message_lake ADD CONSTRAINT poison CHECK (channel_txn_id <> 'poison')");
    try {
      store.submit("a", "1", "2", "3");
      store.settlements.deliveries(
          store.claim("a", 3).stream()
              .map(d -> posted(d, d.message().senderRef().equals("2") ? "poison" : "17", true))
              .toList());

      for (int i = 0; i < 10; i++) {
        store.applyUpdates();
        store.makeDue("message_updates");
      }

      assertThat(store.applyDue(500)).isZero();
      assertThat(
              store.ask(
                  "SELECT sender_ref || ' ' || attempts FROM message_updates"
                      + " WHERE parked_at IS NOT NULL AND last_error LIKE '%poison%'"))
          .containsExactly("2 10");
      assertThat(store.ask("SELECT count(*) FROM message_updates")).containsExactly("1");
      assertThat(store.lake("1", "status")).isEqualTo("accepted");
      assertThat(store.lake("2", "status")).isEqualTo("pending");
      assertThat(store.lake("3", "status")).isEqualTo("accepted");
    } finally {
      TestStore.run(store.lakeDatabase, "ALTER TABLE message_lake DROP CONSTRAINT poison");
    }
  }

  @Test
  void an_entry_that_has_the_id_of_an_earlier_row_is_updated_too() {
    store.submit("a", "1");
    store.applyUpdates();
    store.run("DELETE FROM delivery_outbox");
    store.run(
        "INSERT INTO delivery_outbox"
            + " (sender, sender_ref, receiver, subject, obj, predicate, channel_id)"
            + " VALUES ('AU', '1', 'SG', 'AU.abn1.x', 'QmHash', 'UN.CEFACT.Trade.created', 'a')");
    Delivery d = store.claim("a", 1).get(0);
    store.settlements.deliveries(List.of(posted(d, "18", true)));

    store.applyUpdates();

    assertThat(store.lake("1", "message_id")).isNotEqualTo(store.outbox("1", "id"));
    assertThat(store.lake("1", "status || ' ' || channel_txn_id")).isEqualTo("accepted 18");
    assertThat(store.ask("SELECT seq FROM message_updates")).isEmpty();
    assertThat(store.events("1")).containsExactly("submitted", "submitted", "posted", "accepted");
  }

  @Test
  void a_message_is_seen_before_the_lake_has_it() {
    store.submit("a", "1");

    assertThat(store.views.find(Reference.parse("AU:1")))
        .hasValueSatisfying(v -> assertThat(v.status()).isEqualTo("pending"));
  }

  @Test
  void a_reference_of_old_that_only_the_lake_remembers_still_counts() {
    store.submit("a", "1");
    store.applyUpdates();
    store.run("DELETE FROM delivery_outbox");

    assertThat(
            store.submissions.store(
                List.of(
                    new Submission(message("1"), null),
                    new Submission(message("2"), null),
                    new Submission(message("2", "another"), null))))
        .containsExactly(Result.EXISTS, Result.CREATED, Result.CONFLICT);
    assertThat(store.submissions.store(List.of(new Submission(message("1", "another"), null))))
        .containsExactly(Result.CONFLICT);
  }

  private static List<String> lakeReferences() {
    return TestStore.ask(store.lakeDatabase, "SELECT sender_ref FROM message_lake");
  }

  private static void confirmed(String reference) {
    store.deliver("a", reference, "t" + reference);
    store.applyUpdates();
    store.told(RULES, "a", Status.CONFIRMED);
  }

  @Test
  void an_acceptance_taken_back_before_the_lake_has_heard_of_it_is_neither_shown_nor_journaled() {
    confirmed("1");

    store.told(RULES, "a", Status.REVOKED);
    store.applyUpdates();

    assertThat(store.lake("1", "status")).isEqualTo("pending");
    assertThat(store.events("1"))
        .containsExactly("submitted", "posted", "confirmed", "revoked", "retry_scheduled");
  }

  @Test
  void one_taken_back_while_its_update_is_at_the_lake_is_shown_until_the_next_and_not_journaled() {
    confirmed("1");
    List<MessageUpdates.Job> underWay = store.claimUpdates(1);

    store.told(RULES, "a", Status.REVOKED);
    store.apply(underWay);
    assertThat(store.lake("1", "status")).isEqualTo("accepted");
    store.applyUpdates();

    assertThat(store.lake("1", "status")).isEqualTo("pending");
    assertThat(store.events("1"))
        .containsExactly("submitted", "posted", "confirmed", "revoked", "retry_scheduled");
    assertThat(store.ask("SELECT seq FROM message_updates")).isEmpty();
  }

  @Test
  void one_taken_back_after_an_updater_died_between_lake_and_outbox_is_not_journaled_either() {
    confirmed("1");
    long seq = store.claimUpdates(1).get(0).seq();
    TestStore.run(
        store.lakeDatabase, "UPDATE message_lake SET status = 'accepted', applied_seq = " + seq);

    store.told(RULES, "a", Status.REVOKED);
    store.applyUpdates();

    assertThat(store.lake("1", "status")).isEqualTo("pending");
    assertThat(store.events("1"))
        .containsExactly("submitted", "posted", "confirmed", "revoked", "retry_scheduled");
  }
}
