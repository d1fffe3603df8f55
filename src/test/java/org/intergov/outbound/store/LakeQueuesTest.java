package org.intergov.outbound.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.intergov.outbound.store.TestStore.refused;

import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.intergov.outbound.delivery.Delivery;
import org.intergov.outbound.delivery.LakePatch;
import org.intergov.outbound.message.Reference;
import org.intergov.outbound.store.MessageUpdates.Job;
import org.intergov.outbound.store.OperatorActions.Replay;
import org.intergov.outbound.store.database.StoreUnavailableException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Message updates and rejected messages on their way to the lake. */
class LakeQueuesTest {
  private static final QueueRows.Row<String> ONE_COLUMN = (r, token) -> r.getString(1);

  private static TestStore store;
  private static RejectedMessageRoute route;

  @BeforeAll
  static void start() {
    store = TestStore.start();
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
    store.run("ALTER TABLE message_lake DROP CONSTRAINT IF EXISTS poison");
  }

  @Test
  void an_update_shows_in_the_lake_and_its_job_is_gone() {
    store.submit("a", "1");
    post("1", LakePatch.accepted("a", "17"));

    store.applyUpdates();

    assertThat(store.lake("1", "status || ' ' || channel_id || ' ' || channel_txn_id"))
        .isEqualTo("accepted a 17");
    assertThat(store.ask("SELECT seq FROM message_updates")).isEmpty();
    assertThat(store.events("1")).containsExactly("submitted", "accepted");
  }

  @Test
  void an_update_that_comes_late_does_no_harm() {
    store.submit("a", "1");
    post("1", LakePatch.pending("a", "17"));
    List<Job> late = store.claimUpdates(10);
    post("1", LakePatch.accepted("a", "17"));
    store.applyUpdates();

    store.apply(late);

    assertThat(store.lake("1", "status")).isEqualTo("accepted");
    assertThat(store.ask("SELECT seq FROM message_updates")).isEmpty();
    assertThat(store.events("1")).containsExactly("submitted", "accepted");
  }

  @Test
  void an_update_that_comes_twice_does_no_harm_and_accepted_is_journaled_once() {
    store.submit("a", "1");
    post("1", LakePatch.accepted("a", "17"));
    List<Job> frozen = store.claimUpdates(10);
    store.makeDue("message_updates");
    store.applyUpdates();

    store.apply(frozen);

    assertThat(store.lake("1", "status")).isEqualTo("accepted");
    assertThat(store.events("1")).containsExactly("submitted", "accepted");
  }

  @Test
  void of_several_updates_in_one_batch_the_newest_shows() {
    store.submit("a", "1");
    post("1", LakePatch.pending("a", "17"));
    post("1", LakePatch.accepted("a", "17"));
    post("1", LakePatch.pending("b", "18"));

    store.applyUpdates();

    assertThat(store.lake("1", "status || ' ' || channel_id")).isEqualTo("pending b");
    assertThat(store.ask("SELECT seq FROM message_updates")).isEmpty();
  }

  @Test
  void updates_are_applied_in_order_as_many_as_are_asked_for() {
    store.submit("a", "1", "2");
    post("1", LakePatch.pending("a", "17"));
    post("1", LakePatch.accepted("a", "17"));
    post("1", LakePatch.pending("b", "18"));
    post("2", LakePatch.accepted("b", "19"));

    assertThat(store.applyDue(2)).isEqualTo(2);
    assertThat(store.lake("1", "status || ' ' || channel_id")).isEqualTo("accepted a");
    assertThat(store.lake("2", "status")).isEqualTo("pending");
    assertThat(store.applyDue(1)).isEqualTo(1);
    assertThat(store.lake("1", "status || ' ' || channel_id")).isEqualTo("pending b");
    assertThat(store.applyDue(2)).isEqualTo(1);
    assertThat(store.lake("2", "status || ' ' || channel_id")).isEqualTo("accepted b");
    assertThat(store.applyDue(2)).isZero();

    assertThat(store.ask("SELECT seq FROM message_updates")).isEmpty();
    assertThat(store.events("1")).containsExactly("submitted", "accepted");
    assertThat(store.events("2")).containsExactly("submitted", "accepted");
  }

  @Test
  void an_update_that_another_updater_is_applying_is_skipped_not_waited_for() {
    store.submit("a", "1", "2");
    post("1", LakePatch.accepted("a", "17"));
    post("2", LakePatch.accepted("a", "18"));
    store.outboxDatabase.transaction(
        other -> {
          assertThat(QueueRows.take(other, "message_updates", "m.sender_ref", 1, ONE_COLUMN))
              .containsExactly("1");
          assertThat(store.applyDue(5)).isEqualTo(1);
          return null;
        });

    assertThat(store.lake("1", "status")).as("the other one gave up").isEqualTo("pending");
    assertThat(store.lake("2", "status")).isEqualTo("accepted");
    assertThat(store.applyDue(5)).isEqualTo(1);
    assertThat(store.lake("1", "status")).isEqualTo("accepted");
  }

  @Test
  void an_update_under_the_lease_of_another_updater_is_left_to_it() {
    store.submit("a", "1");
    post("1", LakePatch.accepted("a", "17"));
    List<Job> claimed = store.claimUpdates(10);

    assertThat(store.applyDue(10)).isZero();
    store.apply(claimed);

    assertThat(store.events("1")).containsExactly("submitted", "accepted");
  }

  @Test
  void eight_updaters_at_once_bring_every_message_to_its_newest_state() throws Exception {
    postFourRounds();

    int applied =
        TestStore.atOnce(Collections.<Callable<Integer>>nCopies(8, LakeQueuesTest::applyAllDue))
            .stream()
            .mapToInt(Integer::intValue)
            .sum();

    assertThat(applied + applyAllDue()).as("each by one of them").isEqualTo(400);
    assertEachIsAcceptedOnce();
  }

  @Test
  void those_that_claim_first_and_those_that_need_no_claim_get_along() throws Exception {
    postFourRounds();
    Callable<Integer> claiming =
        () -> {
          int applied = 0;
          for (List<Job> jobs = store.claimUpdates(13);
              !jobs.isEmpty();
              jobs = store.claimUpdates(13)) {
            store.apply(jobs);
            applied += jobs.size();
          }
          return applied;
        };

    List<Callable<Integer>> both = new ArrayList<>(Collections.nCopies(4, claiming));
    both.addAll(Collections.nCopies(4, LakeQueuesTest::applyAllDue));
    int applied = TestStore.atOnce(both).stream().mapToInt(Integer::intValue).sum();

    assertThat(applied + applyAllDue()).isEqualTo(400);
    assertEachIsAcceptedOnce();
  }

  /** For each of a hundred messages three updates and then the one that it is accepted. */
  private static void postFourRounds() {
    store.submissions.store(TestStore.submissions("a", "m", 100));
    for (int round = 0; round < 4; round++) {
      for (int i = 0; i < 100; i++) {
        post(
            "m" + i,
            round == 3 ? LakePatch.accepted("a", "t" + i) : LakePatch.pending("a", "t" + i));
      }
    }
  }

  private static int applyAllDue() {
    int all = 0;
    for (int some = store.applyDue(13); some > 0; some = store.applyDue(13)) {
      all += some;
    }
    return all;
  }

  private static void assertEachIsAcceptedOnce() {
    assertThat(
            store.ask(
                "SELECT count(*) FROM message_lake"
                    + " WHERE status = 'accepted' AND channel_txn_id = 't' || substr(sender_ref, 2)"))
        .containsExactly("100");
    assertThat(
            store.ask(
                "SELECT count(*) || ' ' || count(DISTINCT sender_ref) FROM delivery_status"
                    + " WHERE event = 'accepted'"))
        .containsExactly("100 100");
    assertThat(store.ask("SELECT seq FROM message_updates")).isEmpty();
  }

  @Test
  void an_update_that_the_lake_refuses_does_not_keep_the_others_back() {
    store.submissions.store(TestStore.submissions("a", "m", 20));
    store.run("ALTER TABLE message_lake ADD CONSTRAINT poison CHECK (channel_txn_id <> 'poison')");
    for (int i = 0; i < 20; i++) {
      post("m" + i, LakePatch.accepted("a", i == 7 ? "poison" : "t" + i));
    }
    // so often that its next try is minutes away
    store.run("UPDATE message_updates SET attempts = 8 WHERE sender_ref = 'm7'");

    assertThat(store.applyDue(500)).isEqualTo(20);

    assertThat(store.ask("SELECT count(*) FROM message_lake WHERE status = 'accepted'"))
        .containsExactly("19");
    assertThat(store.ask("SELECT sender_ref || ' ' || attempts FROM message_updates"))
        .containsExactly("m7 9");
    assertThat(store.ask("SELECT last_error FROM message_updates"))
        .singleElement()
        .asString()
        .contains("poison");
    assertThat(store.ask("SELECT count(*) FROM delivery_status WHERE event = 'accepted'"))
        .containsExactly("19");
    assertThat(store.applyDue(500)).as("it waits for its next try").isZero();
  }

  @Test
  void one_that_is_refused_again_does_not_keep_back_what_came_meanwhile() {
    store.submit("a", "1", "2");
    store.run("ALTER TABLE message_lake ADD CONSTRAINT poison CHECK (channel_txn_id <> 'poison')");
    post("1", LakePatch.accepted("a", "poison"));
    store.applyUpdates();
    post("2", LakePatch.accepted("a", "17"));
    store.makeDue("message_updates");

    assertThat(store.applyDue(500)).isEqualTo(2);

    assertThat(store.lake("2", "status")).isEqualTo("accepted");
    assertThat(store.ask("SELECT sender_ref || ' ' || attempts FROM message_updates"))
        .containsExactly("1 2");
  }

  @Test
  void after_ten_tries_it_is_parked_where_an_operator_sees_it() {
    store.submit("a", "1");
    store.run("ALTER TABLE message_lake ADD CONSTRAINT poison CHECK (channel_txn_id <> 'poison')");
    post("1", LakePatch.accepted("a", "poison"));

    for (int i = 0; i < 10; i++) {
      store.makeDue("message_updates");
      assertThat(store.applyDue(500)).isEqualTo(1);
    }

    assertThat(store.ask("SELECT attempts || ' ' || (parked_at IS NOT NULL) FROM message_updates"))
        .containsExactly("10 true");
    store.makeDue("message_updates");
    assertThat(store.applyDue(500)).isZero();
    assertThat(store.lake("1", "status")).isEqualTo("pending");
    assertThat(store.events("1")).containsExactly("submitted");
  }

  @Test
  void an_update_without_a_lake_entry_is_tried_again_later() {
    store.submit("a", "1", "2");
    post("1", LakePatch.accepted("a", "17"));
    post("2", LakePatch.accepted("a", "18"));
    store.run("CREATE TABLE away AS SELECT * FROM message_lake WHERE sender_ref = '1'");
    store.run("DELETE FROM message_lake WHERE sender_ref = '1'");
    // so often that its next try is minutes away
    store.run("UPDATE message_updates SET attempts = 8 WHERE sender_ref = '1'");

    assertThat(store.applyDue(500)).isEqualTo(2);

    assertThat(
            store.ask(
                "SELECT sender_ref || ' ' || attempts || ' ' || last_error FROM message_updates"))
        .containsExactly("1 9 no lake entry yet");
    assertThat(store.lake("2", "status")).isEqualTo("accepted");
    assertThat(store.applyDue(500)).as("later").isZero();

    store.run("INSERT INTO message_lake SELECT * FROM away");
    store.run("DROP TABLE away");
    store.makeDue("message_updates");
    assertThat(store.applyDue(500)).isEqualTo(1);
    assertThat(store.lake("1", "status")).isEqualTo("accepted");
    assertThat(store.events("1")).containsExactly("submitted", "accepted");
  }

  @Test
  void the_tries_of_a_claimed_update_without_a_lake_entry_count_too() {
    store.submit("a", "1");
    post("1", LakePatch.accepted("a", "17"));
    store.run("DELETE FROM message_lake");

    store.apply(store.claimUpdates(500));

    assertThat(store.ask("SELECT attempts || ' ' || last_error FROM message_updates"))
        .containsExactly("1 no lake entry yet");
  }

  @Test
  void a_lost_lease_on_an_update_deletes_nothing() {
    store.submit("a", "1");
    post("1", LakePatch.accepted("a", "17"));
    List<Job> frozen = store.claimUpdates(10);
    store.makeDue("message_updates");
    List<Job> taken = store.claimUpdates(10);

    store.apply(frozen);
    assertThat(store.ask("SELECT seq FROM message_updates")).hasSize(1);
    store.apply(taken);

    assertThat(store.ask("SELECT seq FROM message_updates")).isEmpty();
    assertThat(store.events("1")).containsExactly("submitted", "accepted");
  }

  @Test
  void a_rejection_shows_in_the_lake_its_job_is_gone_and_it_is_journaled() {
    reject("1");

    route.run();

    assertThat(store.lake("1", "status || ' ' || reason || ' ' || channel_id"))
        .isEqualTo("rejected refused a");
    assertThat(store.ask("SELECT seq FROM rejected_messages")).isEmpty();
    assertThat(store.events("1")).containsExactly("submitted", "refused", "rejected");
    route.run();
    assertThat(store.events("1")).containsExactly("submitted", "refused", "rejected");
  }

  @Test
  void more_rejections_than_one_batch_are_applied_by_one_run() {
    store.submissions.store(TestStore.submissions("a", "m", 1_200));
    store.settlements.deliveries(store.claim("a", 1_200).stream().map(d -> refused(d)).toList());

    route.run();

    assertThat(store.ask("SELECT count(*) FROM message_lake WHERE status = 'rejected'"))
        .containsExactly("1200");
    assertThat(store.ask("SELECT count(*) FROM delivery_status WHERE event = 'rejected'"))
        .containsExactly("1200");
    assertThat(store.ask("SELECT seq FROM rejected_messages")).isEmpty();
  }

  @Test
  void a_gateway_that_dies_between_lake_and_journal_leaves_nothing_and_keeps_nobody_waiting() {
    reject("1");
    LakeQueue.Steps<RejectedMessages.Job> dies =
        jobs -> {
          assertThat(jobs).hasSize(1);
          try (Connection c = LakeQueue.connections().getConnection(null);
              Statement s = c.createStatement()) {
            assertThat(s.executeUpdate("UPDATE message_lake SET status = 'rejected'")).isEqualTo(1);
            s.execute("SELECT pg_terminate_backend(pg_backend_pid())");
          }
          return Map.of();
        };

    assertThatThrownBy(() -> store.rejected.applyDue(500, dies))
        .isInstanceOf(StoreUnavailableException.class);
    assertThat(store.lake("1", "status")).isEqualTo("pending");

    route.run();
    assertThat(store.lake("1", "status")).isEqualTo("rejected");
    assertThat(store.events("1")).containsExactly("submitted", "refused", "rejected");
  }

  @Test
  void a_rejection_that_another_replica_is_applying_is_skipped_not_waited_for() {
    reject("1");
    reject("2");
    store.outboxDatabase.transaction(
        other -> {
          assertThat(QueueRows.take(other, "rejected_messages", "m.sender_ref", 1, ONE_COLUMN))
              .containsExactly("1");
          route.run();
          return null;
        });

    assertThat(store.lake("1", "status")).as("the other one gave up").isEqualTo("pending");
    assertThat(store.lake("2", "status")).isEqualTo("rejected");
    route.run();
    assertThat(store.lake("1", "status")).isEqualTo("rejected");
  }

  @Test
  void a_rejection_without_a_lake_entry_is_tried_again_later() {
    reject("1");
    reject("2");
    store.run("CREATE TABLE away AS SELECT * FROM message_lake WHERE sender_ref = '1'");
    store.run("DELETE FROM message_lake WHERE sender_ref = '1'");

    route.run();

    assertThat(
            store.ask(
                "SELECT sender_ref || ' ' || attempts || ' ' || last_error FROM rejected_messages"))
        .containsExactly("1 1 no lake entry yet");
    assertThat(store.events("1")).doesNotContain("rejected");
    assertThat(store.lake("2", "status")).isEqualTo("rejected");

    store.run("INSERT INTO message_lake SELECT * FROM away");
    store.run("DROP TABLE away");
    store.makeDue("rejected_messages");
    route.run();
    assertThat(store.lake("1", "status")).isEqualTo("rejected");
    assertThat(store.events("1")).containsExactly("submitted", "refused", "rejected");
  }

  @Test
  void of_a_batch_only_the_rejection_that_the_lake_refuses_counts_a_try_and_is_parked() {
    for (int i = 0; i < 20; i++) {
      reject("m" + i);
    }
    store.run(
        "ALTER TABLE message_lake ADD CONSTRAINT poison"
            + " CHECK (sender_ref <> 'm7' OR status <> 'rejected')");

    route.run();

    assertThat(store.ask("SELECT count(*) FROM message_lake WHERE status = 'rejected'"))
        .containsExactly("19");
    assertThat(store.ask("SELECT count(*) FROM delivery_status WHERE event = 'rejected'"))
        .containsExactly("19");
    assertThat(store.ask("SELECT sender_ref || ' ' || attempts FROM rejected_messages"))
        .containsExactly("m7 1");
    assertThat(store.ask("SELECT last_error FROM rejected_messages"))
        .singleElement()
        .asString()
        .contains("poison");

    for (int i = 1; i < 10; i++) {
      store.makeDue("rejected_messages");
      route.run();
    }
    assertThat(store.ask("SELECT attempts FROM rejected_messages WHERE parked_at IS NOT NULL"))
        .containsExactly("10");
    store.makeDue("rejected_messages");
    route.run();
    assertThat(store.ask("SELECT attempts FROM rejected_messages")).containsExactly("10");
    assertThat(store.events("m7")).containsExactly("submitted", "refused");
  }

  @Test
  void a_lake_that_refuses_by_an_exception_of_its_own_parks_just_the_bad_update_and_rejection() {
    for (String reference : List.of("r1", "r2", "r3")) {
      reject(reference);
    }
    for (String reference : List.of("u1", "u2", "u3")) {
      store.submit("a", reference);
      post(reference, LakePatch.accepted("a", "17"));
    }
    store.run(
        "CREATE FUNCTION no_twos() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            + " IF NEW.sender_ref LIKE '%2' THEN RAISE EXCEPTION 'no twos here'; END IF;"
            + " RETURN NEW; END $$;"
            + " CREATE TRIGGER no_twos BEFORE UPDATE ON message_lake"
            + " FOR EACH ROW EXECUTE FUNCTION no_twos()");
    try {
      for (int i = 0; i < 10; i++) {
        store.applyUpdates();
        route.run();
        store.makeDue("message_updates");
        store.makeDue("rejected_messages");
      }
    } finally {
      store.run("DROP TRIGGER no_twos ON message_lake; DROP FUNCTION no_twos()");
    }

    assertThat(store.ask("SELECT sender_ref || ' ' || status FROM message_lake ORDER BY 1"))
        .containsExactly(
            "r1 rejected", "r2 pending", "r3 rejected", "u1 accepted", "u2 pending", "u3 accepted");
    for (String table : List.of("message_updates", "rejected_messages")) {
      assertThat(
              store.ask(
                  "SELECT right(sender_ref, 1) || ' ' || attempts || ' '"
                      + " || (last_error LIKE '%no twos here%') FROM "
                      + table
                      + " WHERE parked_at IS NOT NULL"))
          .as(table)
          .containsExactly("2 10 true");
    }
  }

  @Test
  void
      a_rejection_that_a_replay_has_overtaken_never_shows_and_the_journal_has_it_before_the_replay() {
    reject("1");
    assertThat(store.actions.replay(Reference.parse("AU:1"), "a test")).isEqualTo(Replay.DONE);
    store.applyUpdates();

    route.run();

    assertThat(store.lake("1", "status || ' ' || coalesce(reason, '-')")).isEqualTo("pending -");
    assertThat(store.events("1")).containsExactly("submitted", "refused", "rejected", "replayed");
    assertThat(store.ask("SELECT seq FROM rejected_messages")).isEmpty();
  }

  @Test
  void a_late_rejection_under_a_lost_lease_deletes_nothing_and_journals_nothing() {
    reject("1");
    List<RejectedMessages.Job> frozen = store.rejected.claim(10);
    store.makeDue("rejected_messages");
    List<RejectedMessages.Job> taken = store.rejected.claim(10);

    store.rejected.apply(frozen, store.rejecting);
    assertThat(store.ask("SELECT seq FROM rejected_messages")).hasSize(1);
    assertThat(store.events("1")).doesNotContain("rejected");
    store.rejected.apply(taken, store.rejecting);

    assertThat(store.ask("SELECT seq FROM rejected_messages")).isEmpty();
    assertThat(store.events("1")).containsExactly("submitted", "refused", "rejected");
  }

  @Test
  void updates_and_rejections_of_one_message_share_one_order() {
    reject("older");
    post("older", LakePatch.pending("b", "18"));
    store.submit("a", "newer");
    Delivery d = store.claim("a", 1).get(0);
    post("newer", LakePatch.accepted("a", "17"));
    store.settlements.deliveries(List.of(refused(d)));

    // whoever comes first, the newest shows
    route.run();
    store.applyUpdates();
    assertThat(store.lake("older", "status || ' ' || channel_txn_id")).isEqualTo("pending 18");
    assertThat(store.lake("newer", "status || ' ' || reason")).isEqualTo("rejected refused");
    assertThat(store.events("older")).containsExactly("submitted", "refused", "rejected");
    assertThat(store.events("newer")).containsExactly("submitted", "refused", "rejected");

    reject("again");
    post("again", LakePatch.pending("b", "18"));
    store.applyUpdates();
    route.run();
    assertThat(store.lake("again", "status || ' ' || channel_txn_id")).isEqualTo("pending 18");
    assertThat(store.events("again")).as("as the lake has it").doesNotContain("rejected");
    assertThat(store.ask("SELECT seq FROM rejected_messages")).isEmpty();
    assertThat(store.ask("SELECT seq FROM message_updates")).isEmpty();
  }

  private static void reject(String reference) {
    store.submit("a", reference);
    Delivery d = store.claim("a", 1).get(0);
    store.settlements.deliveries(List.of(refused(d)));
  }

  private static void post(String reference, LakePatch patch) {
    long id = Long.parseLong(store.outbox(reference, "id"));
    store.outboxDatabase.transaction(
        c -> {
          MessageUpdates.post(
              c, List.of(new Settlements.Update(id, TestStore.message(reference), patch)));
          return null;
        });
  }
}
