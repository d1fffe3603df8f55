package org.intergov.outbound.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.intergov.outbound.store.TestStore.again;
import static org.intergov.outbound.store.TestStore.posted;
import static org.intergov.outbound.store.TestStore.refused;

import java.sql.PreparedStatement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.intergov.outbound.delivery.Delivery;
import org.intergov.outbound.delivery.Settlement;
import org.intergov.outbound.message.Message;
import org.intergov.outbound.message.Reference;
import org.intergov.outbound.store.DeliveryOutbox.LaneSlots;
import org.intergov.outbound.store.database.Database;
import org.intergov.outbound.store.database.Migrations;
import org.intergov.outbound.store.database.StoreException;
import org.intergov.outbound.store.views.MessageViews;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Claims with leases, and settlements that are compare-and-set. */
class DeliveryOutboxTest {
  private static TestStore store;

  @BeforeAll
  static void start() {
    store = TestStore.start();
  }

  @AfterAll
  static void stop() {
    store.close();
  }

  @BeforeEach
  void clear() {
    store.clear();
  }

  @Test
  void a_claim_takes_the_oldest_due_as_many_as_the_lane_has_slots() {
    store.submit("a", "1", "2", "3");

    assertThat(references(store.claim("a", 2))).containsExactlyInAnyOrder("1", "2");
    assertThat(references(store.claim("a", 2))).containsExactly("3");
    assertThat(store.claim("a", 2)).isEmpty();
  }

  @Test
  void one_statement_claims_for_every_lane_by_its_own_slots() {
    store.submit("a", "a1", "a2", "a3");
    store.submit("b", "b1", "b2");
    store.submit(null, "n1");

    List<Delivery> claimed =
        store.outbox.claim(
            List.of(slots("", 10), slots("a", 2), slots("b", 10), slots("none", 5)),
            UUID.randomUUID());

    assertThat(references(claimed)).containsExactlyInAnyOrder("n1", "a1", "a2", "b1", "b2");
    assertThat(claimed).filteredOn(d -> d.channelId() == null).hasSize(1);
  }

  @Test
  void what_is_not_due_yet_is_not_claimed() {
    store.submit("a", "1");
    store.run("UPDATE delivery_outbox SET due_at = now() + interval '1 hour'");

    assertThat(store.claim("a", 2)).isEmpty();
  }

  @Test
  void a_paused_lane_is_not_claimed_and_the_others_are() {
    store.submit("a", "a1");
    store.submit("b", "b1");
    store.channels.pause("a", "an operator", null);

    assertThat(
            references(
                store.outbox.claim(List.of(slots("a", 5), slots("b", 5)), UUID.randomUUID())))
        .containsExactly("b1");

    store.channels.resume("a", "test");
    assertThat(references(store.claim("a", 5))).containsExactly("a1");
  }

  @Test
  void what_was_claimed_to_be_decided_upon_was_not_sent_when_its_lease_has_run_out() {
    store.submit("a", "1");
    LaneSlots deciding = new LaneSlots("a", 5, TestStore.LEASE, true, true);
    Delivery d = store.outbox.claim(List.of(deciding), UUID.randomUUID()).get(0);
    assertThat(DeliveryOutbox.isToBeDecided(d)).isTrue();
    store.run("UPDATE delivery_outbox SET locked_until = now()");

    Delivery again = store.claim("a", 5).get(0);
    assertThat(again.claim()).isEqualTo(Delivery.Claim.DUE);
    assertThat(DeliveryOutbox.isToBeDecided(again)).isFalse();
  }

  @Test
  void what_may_have_been_sent_stays_so_through_any_number_of_claims() {
    store.submit("a", "1");
    store.claim("a", 1);
    List<LaneSlots> deciding = List.of(new LaneSlots("a", 5, TestStore.LEASE, true, true));
    for (int i = 0; i < 3; i++) {
      store.run("UPDATE delivery_outbox SET locked_until = now()");
      UUID token = UUID.randomUUID();
      Delivery again = store.outbox.claim(deciding, token).get(0);
      assertThat(again.claim()).isEqualTo(Delivery.Claim.LEASE_RAN_OUT);
      if (i == 1) {
        assertThat(store.outbox.release(deciding, token)).isEqualTo(1);
      }
    }
  }

  @Test
  void a_row_that_the_lake_refuses_is_held_and_keeps_no_other_back() {
    store.run(
        "CREATE FUNCTION no_x() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            + " IF new.subject = 'X' THEN RAISE EXCEPTION 'no X here'; END IF; RETURN new;"
            + " END $$");
    store.run(
        "CREATE TRIGGER no_x BEFORE INSERT ON message_lake FOR EACH ROW EXECUTE FUNCTION no_x()");
    try {
      for (String[] row :
          new String[][] {{"1", "fine"}, {"2", "X"}, {"3", "fine"}, {"4", "X"}, {"5", "fine"}}) {
        store.run(
            "INSERT INTO delivery_outbox (sender, sender_ref, receiver, subject, obj, predicate)"
                + " VALUES ('AU', '%s', 'SG', '%s', 'o', 'p')".formatted(row[0], row[1]));
      }

      assertThat(references(store.claim("", 10))).containsExactlyInAnyOrder("1", "3", "5");
      assertThat(store.outbox("2", "status || ' ' || last_error"))
          .startsWith("held the message lake refuses it; nothing was sent")
          .contains("no X here");
      assertThat(store.events("2")).containsExactly("submitted", "held");
      assertThat(store.events("3")).containsExactly("submitted");
      assertThat(store.views.page(new MessageViews.Filter("held", null, null, 0, 10)).views())
          .extracting(v -> v.message().senderRef())
          .containsExactly("2", "4");

      store.run("DROP TRIGGER no_x ON message_lake");
      store.actions.replay(Reference.parse("AU:2"), "an operator");
      assertThat(references(store.claim("", 10))).containsExactly("2");
      assertThat(store.events("2")).containsExactly("submitted", "held", "replayed");
      assertThat(store.lake("2", "status")).isEqualTo("pending");
    } finally {
      store.run("DROP TRIGGER IF EXISTS no_x ON message_lake; DROP FUNCTION no_x");
    }
  }

  @Test
  void what_waits_for_a_channel_that_is_gone_is_claimed_although_it_was_paused() {
    store.submit("a", "a1");
    store.channels.pause("a", "an operator", null);

    LaneSlots gone = new LaneSlots("a", 5, TestStore.LEASE, true, true);
    assertThat(references(store.outbox.claim(List.of(gone), UUID.randomUUID())))
        .containsExactly("a1");
  }

  @Test
  void a_row_that_another_replica_is_claiming_is_skipped_not_waited_for() {
    store.submit("a", "1", "2");
    try (Database other = store.connect("other", store.url())) {
      other.transaction(
          connection -> {
            try (PreparedStatement s =
                connection.prepareStatement(
                    "SELECT id FROM delivery_outbox WHERE sender_ref = '1' FOR UPDATE")) {
              s.executeQuery();
              assertThat(references(store.claim("a", 5))).containsExactly("2");
              return null;
            }
          });
    }
  }

  @Test
  void eight_replicas_at_once_never_claim_the_same_row() throws Exception {
    store.submissions.store(TestStore.submissions("a", "m", 400));
    List<Callable<List<Delivery>>> replicas =
        Collections.nCopies(
            8,
            () -> {
              List<Delivery> mine = new ArrayList<>();
              for (List<Delivery> more = store.claim("a", 7);
                  !more.isEmpty();
                  more = store.claim("a", 7)) {
                mine.addAll(more);
              }
              return mine;
            });

    List<Delivery> all = new ArrayList<>();
    TestStore.atOnce(replicas).forEach(all::addAll);

    assertThat(all).extracting(Delivery::id).doesNotHaveDuplicates();
    assertThat(all.size() + store.claim("a", 500).size()).isEqualTo(400);
  }

  @Test
  void a_lease_that_ran_out_is_claimed_as_such_and_counts_what_was_known() {
    store.submit("a", "1");
    Delivery first = store.claim("a", 1).get(0);
    assertThat(first.claim()).isEqualTo(Delivery.Claim.DUE);
    store.makeDue("delivery_outbox");

    Delivery second = store.claim("a", 1).get(0);

    assertThat(second.claim()).isEqualTo(Delivery.Claim.LEASE_RAN_OUT);
    assertThat(second.lockToken()).isNotEqualTo(first.lockToken());
    assertThat(second.idempotencyKey()).isEqualTo(first.idempotencyKey());
  }

  @Test
  void a_lease_that_holds_is_not_claimed() {
    store.submit("a", "1");
    store.claim("a", 1);

    assertThat(store.claim("a", 1)).isEmpty();
    assertThat(store.outbox("1", "locked_until > now() + interval '50 seconds'")).isEqualTo("t");
  }

  @Test
  void a_claim_leaves_due_at_as_it_was() {
    store.submit("a", "1", "2");
    String dueAt = "SELECT due_at::text FROM delivery_outbox ORDER BY id";
    List<String> before = store.ask(dueAt);

    assertThat(store.claim("a", 2)).hasSize(2);
    assertThat(store.ask(dueAt)).isEqualTo(before);

    store.makeDue("delivery_outbox");
    before = store.ask(dueAt);
    assertThat(store.claim("a", 2)).as("also of a lease that ran out").hasSize(2);
    assertThat(store.ask(dueAt)).isEqualTo(before);
  }

  /** In a database of its own, so that no other test counts; a session that ends has counted. */
  @Test
  void a_claim_writes_no_index() {
    store.run("CREATE DATABASE counted");
    String url = store.url().replaceAll("/[a-z]+$", "/counted");
    try (Database gateway = store.connect("counted", url)) {
      Migrations.migrate(gateway, gateway);
      DeliveryOutbox outbox = new DeliveryOutbox(gateway, true);
      new Submissions(gateway, outbox, null, Duration.ofDays(7))
          .store(TestStore.submissions("a", "m", 10));
      assertThat(outbox.claim(List.of(slots("a", 7)), UUID.randomUUID())).hasSize(7);
      assertThat(outbox.claim(List.of(slots("a", 7)), UUID.randomUUID())).hasSize(3);
    }

    String counts =
        "SELECT n_tup_ins || ' inserted, ' || n_tup_upd || ' updated, ' || n_tup_hot_upd"
            + " || ' without an index' FROM pg_stat_user_tables"
            + " WHERE relname = 'delivery_outbox'";
    try (Database observer = store.connect("observer", url)) {
      await()
          .untilAsserted(
              () ->
                  assertThat(TestStore.ask(observer, counts))
                      .containsExactly("10 inserted, 10 updated, 10 without an index"));
    }
  }

  @Test
  void a_row_claimed_by_another_replica_is_passed_over_until_its_lease_ran_out_then_comes_first() {
    store.submit("a", "1", "2", "3", "4");
    assertThat(references(store.claim("a", 1))).containsExactly("1");

    assertThat(references(store.claim("a", 1))).containsExactly("2");
    store.run(
        "UPDATE delivery_outbox SET locked_until = now() - interval '1 second'"
            + " WHERE sender_ref = '1'");

    assertThat(store.claim("a", 1))
        .singleElement()
        .satisfies(
            d -> {
              assertThat(d.message().senderRef()).isEqualTo("1");
              assertThat(d.claim()).isEqualTo(Delivery.Claim.LEASE_RAN_OUT);
            });
    assertThat(references(store.claim("a", 5))).containsExactlyInAnyOrder("3", "4");
  }

  @Test
  void a_retry_is_not_held_back_by_its_former_lease() {
    store.submit("a", "at once", "later");
    Map<String, Delivery> claimed = new HashMap<>();
    store.claim("a", 2).forEach(d -> claimed.put(d.message().senderRef(), d));

    store.settlements.deliveries(
        List.of(
            again(claimed.get("at once"), Duration.ZERO),
            again(claimed.get("later"), Duration.ofSeconds(10))));

    assertThat(store.claim("a", 5))
        .as("well within the lease of a minute")
        .singleElement()
        .satisfies(
            d -> {
              assertThat(d.message().senderRef()).isEqualTo("at once");
              assertThat(d.claim()).isEqualTo(Delivery.Claim.DUE);
              assertThat(d.attempts()).isEqualTo(1);
            });
    assertThat(store.outbox("later", "due_at - updated_at")).isEqualTo("00:00:10");

    store.run("UPDATE delivery_outbox SET due_at = now() WHERE sender_ref = 'later'");
    assertThat(store.claim("a", 5))
        .singleElement()
        .satisfies(
            d -> {
              assertThat(d.message().senderRef()).isEqualTo("later");
              assertThat(d.claim()).isEqualTo(Delivery.Claim.DUE);
            });
  }

  @Test
  void an_expired_message_is_claimed_as_such() {
    store.submit("a", "1");
    store.run("UPDATE delivery_outbox SET expires_at = now() - interval '1 second'");

    assertThat(store.claim("a", 1).get(0).claim()).isEqualTo(Delivery.Claim.EXPIRED);
  }

  @Test
  void settling_writes_row_followed_delivery_update_and_journal() {
    store.submit("a", "1");
    Delivery d = store.claim("a", 1).get(0);

    Settlements.Written written = store.settlements.deliveries(List.of(posted(d, "17", false)));

    assertThat(written).isEqualTo(new Settlements.Written(1, 0, true, java.util.Map.of(), 0));
    assertThat(store.outbox("1", "status")).isEqualTo("accepted");
    assertThat(store.ask("SELECT channel_txn_id FROM channel_pending")).containsExactly("17");
    assertThat(store.ask("SELECT patch ->> 'status' FROM message_updates"))
        .containsExactly("pending");
    assertThat(store.events("1")).containsExactly("submitted", "posted");
  }

  @Test
  void a_refusal_by_the_last_channel_posts_a_rejection() {
    store.submit("a", "1");
    Delivery d = store.claim("a", 1).get(0);

    Settlements.Written written = store.settlements.deliveries(List.of(refused(d)));

    assertThat(written.rejections()).isTrue();
    assertThat(store.outbox("1", "status")).isEqualTo("rejected");
    assertThat(store.outbox("1", "refused_by::text")).isEqualTo("{a}");
    assertThat(store.ask("SELECT reason FROM rejected_messages")).containsExactly("refused");
  }

  @Test
  void a_lost_lease_is_journaled_and_nothing_else_of_it_is_written() {
    store.submit("a", "1", "2");
    List<Delivery> frozen = store.claim("a", 2);
    store.run("UPDATE delivery_outbox SET locked_until = now() WHERE sender_ref = '1'");
    Delivery taken = store.claim("a", 1).get(0);

    Settlements.Written written =
        store.settlements.deliveries(
            frozen.stream().map(d -> posted(d, "from-" + d.message().senderRef(), false)).toList());

    assertThat(written.settled()).isEqualTo(1);
    assertThat(written.leasesLost()).isEqualTo(1);
    assertThat(store.outbox("1", "status")).isEqualTo("sending");
    assertThat(store.outbox("1", "lock_token")).isEqualTo(taken.lockToken().toString());
    assertThat(store.ask("SELECT channel_txn_id FROM channel_pending")).containsExactly("from-2");
    assertThat(store.ask("SELECT sender_ref FROM message_updates")).containsExactly("2");
    assertThat(store.events("1")).containsExactly("submitted", "lease_lost");
    assertThat(
            store.ask(
                "SELECT channel_txn_id || ' ' || detail FROM delivery_status"
                    + " WHERE event = 'lease_lost'"))
        .singleElement()
        .asString()
        .contains("from-1", "posted", "not recorded");

    store.settlements.deliveries(List.of(posted(taken, "18", false)));
    assertThat(store.events("1")).containsExactly("submitted", "lease_lost", "posted");
  }

  @Test
  void settling_twice_writes_once() {
    store.submit("a", "1");
    Settlement s = posted(store.claim("a", 1).get(0), "17", false);

    assertThat(store.settlements.deliveries(List.of(s)).settled()).isEqualTo(1);
    assertThat(store.settlements.deliveries(List.of(s)).settled()).isZero();
    assertThat(store.ask("SELECT count(*) FROM message_updates")).containsExactly("1");
  }

  @Test
  void a_delay_never_goes_past_the_expiry() {
    store.submit("a", "1");
    Delivery d = store.claim("a", 1).get(0);
    store.run("UPDATE delivery_outbox SET expires_at = now() + interval '1 minute'");

    store.settlements.deliveries(List.of(again(d, Duration.ofHours(2))));

    assertThat(store.outbox("1", "due_at = expires_at")).isEqualTo("t");
    assertThat(store.outbox("1", "attempts || ' ' || unknowns")).isEqualTo("1 1");
  }

  @Test
  void an_error_of_any_characters_and_any_length_can_be_written() {
    store.submit("a", "1");
    Delivery d = store.claim("a", 1).get(0);
    Settlement s = again(d, Duration.ZERO);
    String wild = "nul \0, half \ud800, long " + "x".repeat(5_000);
    Settlement odd =
        new Settlement(
            d,
            s.status(),
            s.channelId(),
            List.of(),
            1,
            1,
            1,
            Duration.ZERO,
            wild,
            null,
            List.of(),
            null,
            List.of());

    assertThat(store.settlements.deliveries(List.of(odd)).settled()).isEqualTo(1);
    assertThat(store.outbox("1", "length(last_error)")).isEqualTo("1000");
  }

  @Test
  void a_claim_whose_answer_was_lost_can_be_given_back() {
    store.submit("a", "1", "2");
    UUID lost = store.claim("a", 1).get(0).lockToken();
    List<LaneSlots> asked = List.of(new LaneSlots("a", 1, TestStore.LEASE));

    assertThat(store.outbox.release(asked, lost)).isEqualTo(1);
    assertThat(store.claim("a", 5))
        .hasSize(2)
        .allMatch(d -> d.claim() == Delivery.Claim.DUE && d.attempts() == 0);
    assertThat(store.outbox.release(asked, lost)).isZero();
  }

  @Test
  void only_what_that_claim_took_from_those_lanes_is_given_back() {
    store.submit("a", "settled", "lost", "another's", "free");
    store.submit("b", "other lane");
    UUID lost = UUID.randomUUID();
    List<LaneSlots> asked = List.of(slots("a", 2));
    List<Delivery> taken = store.outbox.claim(asked, lost);
    assertThat(references(taken)).containsExactlyInAnyOrder("settled", "lost");
    assertThat(references(store.outbox.claim(List.of(slots("b", 1)), lost))).hasSize(1);
    assertThat(references(store.claim("a", 1))).containsExactly("another's");
    store.settlements.deliveries(
        taken.stream()
            .filter(d -> d.message().senderRef().equals("settled"))
            .map(d -> again(d, Duration.ZERO))
            .toList());

    assertThat(store.outbox.release(asked, lost)).isEqualTo(1);

    assertThat(
            store.ask(
                "SELECT sender_ref || ' ' || status FROM delivery_outbox ORDER BY sender_ref"))
        .containsExactlyInAnyOrder(
            "settled pending",
            "lost pending",
            "another's sending",
            "free pending",
            "other lane sending");
    assertThat(store.outbox("settled", "attempts")).as("its outcome stays").isEqualTo("1");
    assertThat(references(store.claim("a", 5)))
        .containsExactlyInAnyOrder("settled", "lost", "free");
  }

  @Test
  void lanes_in_use_are_those_with_unfinished_rows() {
    store.submit("a", "1", "2");
    store.submit("b", "3");
    store.submit(null, "4");
    store.submit("c", "5");
    store.run("UPDATE delivery_outbox SET status = 'accepted' WHERE channel_id = 'c'");

    assertThat(store.outbox.lanesInUse()).containsExactly("", "a", "b");
  }

  @Test
  void a_row_inserted_by_another_system_gets_its_lake_entry_when_it_is_first_claimed() {
    store.run(
        "INSERT INTO delivery_outbox (sender, receiver, subject, obj, predicate)"
            + " VALUES ('AU', 'SG', 's', 'o', 'p')");

    Delivery d = store.claim("", 1).get(0);

    String reference = d.message().senderRef();
    assertThat(UUID.fromString(reference)).isNotNull();
    assertThat(store.lake(reference, "status")).isEqualTo("pending");
    assertThat(store.events(reference)).containsExactly("submitted");
    store.makeDue("delivery_outbox");
    store.claim("", 1);
    assertThat(store.events(reference)).as("written once").containsExactly("submitted");
  }

  @Test
  void a_row_whose_reference_stands_in_the_lake_already_is_held_and_not_sent() {
    store.submit("a", "1");
    store.run("DELETE FROM delivery_outbox");
    store.run(
        "INSERT INTO delivery_outbox (sender, sender_ref, receiver, subject, obj, predicate)"
            + " VALUES ('AU', '1', 'SG', 'another', 'o', 'p')");

    assertThat(store.claim("", 5)).isEmpty();
    assertThat(store.outbox("1", "status")).isEqualTo("held");
    assertThat(store.events("1")).containsExactly("submitted", "submitted", "held");
    assertThat(store.lake("1", "subject")).isEqualTo("AU.abn1.x");
    assertThat(store.views.page(new MessageViews.Filter("held", null, null, 0, 10)).views())
        .as("an operator sees it")
        .singleElement()
        .satisfies(
            v -> {
              assertThat(v.message().subject()).isEqualTo("another");
              assertThat(v.delivery().lastError())
                  .isEqualTo("this reference stands in the lake already; nothing was sent");
            });
  }

  @Test
  void the_tables_refuse_what_the_rules_forbid() {
    for (String values :
        List.of(
            "'au', 'SG', 's', 'o', 'p'",
            "'AU', 'SGP', 's', 'o', 'p'",
            "'AU', 'SG', '', 'o', 'p'",
            "'AU', 'SG', 's', '" + "o".repeat(257) + "', 'p'")) {
      assertThat(
              org.assertj.core.api.Assertions.catchThrowable(
                  () ->
                      store.run(
                          "INSERT INTO delivery_outbox (sender, receiver, subject, obj, predicate)"
                              + " VALUES ("
                              + values
                              + ")")))
          .as(values)
          .isInstanceOf(StoreException.class);
    }
  }

  private static LaneSlots slots(String lane, int slots) {
    return new LaneSlots(lane, slots, TestStore.LEASE);
  }

  private static List<String> references(List<Delivery> deliveries) {
    return deliveries.stream().map(Delivery::message).map(Message::senderRef).toList();
  }
}
