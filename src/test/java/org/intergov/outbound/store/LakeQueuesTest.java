package org.intergov.outbound.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.intergov.outbound.store.TestStore.refused;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.intergov.outbound.delivery.Delivery;
import org.intergov.outbound.delivery.LakePatch;
import org.intergov.outbound.store.MessageUpdates.Job;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Message updates and rejected messages on their way to the lake. */
class LakeQueuesTest {
  private static final QueueRows.Row<String> ONE_COLUMN = (r, token) -> r.getString(1);

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
    List<Job> late = store.updates.claim(10);
    post("1", LakePatch.accepted("a", "17"));
    store.applyUpdates();

    store.updates.apply(late);

    assertThat(store.lake("1", "status")).isEqualTo("accepted");
    assertThat(store.ask("SELECT seq FROM message_updates")).isEmpty();
    assertThat(store.events("1")).containsExactly("submitted", "accepted");
  }

  @Test
  void an_update_that_comes_twice_does_no_harm_and_accepted_is_journaled_once() {
    store.submit("a", "1");
    post("1", LakePatch.accepted("a", "17"));
    List<Job> frozen = store.updates.claim(10);
    store.makeDue("message_updates");
    store.applyUpdates();

    store.updates.apply(frozen);

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

    assertThat(store.updates.applyDue(2)).isEqualTo(2);
    assertThat(store.lake("1", "status || ' ' || channel_id")).isEqualTo("accepted a");
    assertThat(store.lake("2", "status")).isEqualTo("pending");
    assertThat(store.updates.applyDue(1)).isEqualTo(1);
    assertThat(store.lake("1", "status || ' ' || channel_id")).isEqualTo("pending b");
    assertThat(store.updates.applyDue(2)).isEqualTo(1);
    assertThat(store.lake("2", "status || ' ' || channel_id")).isEqualTo("accepted b");
    assertThat(store.updates.applyDue(2)).isZero();

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
          assertThat(store.updates.applyDue(5)).isEqualTo(1);
          return null;
        });

    assertThat(store.lake("1", "status")).as("the other one gave up").isEqualTo("pending");
    assertThat(store.lake("2", "status")).isEqualTo("accepted");
    assertThat(store.updates.applyDue(5)).isEqualTo(1);
    assertThat(store.lake("1", "status")).isEqualTo("accepted");
  }

  @Test
  void an_update_under_the_lease_of_another_updater_is_left_to_it() {
    store.submit("a", "1");
    post("1", LakePatch.accepted("a", "17"));
    List<Job> claimed = store.updates.claim(10);

    assertThat(store.updates.applyDue(10)).isZero();
    store.updates.apply(claimed);

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
          for (List<Job> jobs = store.updates.claim(13);
              !jobs.isEmpty();
              jobs = store.updates.claim(13)) {
            store.updates.apply(jobs);
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
    for (int some = store.updates.applyDue(13); some > 0; some = store.updates.applyDue(13)) {
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

    assertThat(store.updates.applyDue(500)).isEqualTo(20);

    assertThat(store.ask("SELECT count(*) FROM message_lake WHERE status = 'accepted'"))
        .containsExactly("19");
    assertThat(store.ask("SELECT sender_ref || ' ' || attempts FROM message_updates"))
        .containsExactly("m7 1");
    assertThat(store.ask("SELECT last_error FROM message_updates"))
        .singleElement()
        .asString()
        .contains("poison");
    assertThat(store.ask("SELECT count(*) FROM delivery_status WHERE event = 'accepted'"))
        .containsExactly("19");
    assertThat(store.updates.applyDue(500)).as("it waits for its next try").isZero();
  }

  @Test
  void one_that_is_refused_again_does_not_keep_back_what_came_meanwhile() {
    store.submit("a", "1", "2");
    store.run("ALTER TABLE message_lake ADD CONSTRAINT poison CHECK (channel_txn_id <> 'poison')");
    post("1", LakePatch.accepted("a", "poison"));
    store.applyUpdates();
    post("2", LakePatch.accepted("a", "17"));
    store.makeDue("message_updates");

    assertThat(store.updates.applyDue(500)).isEqualTo(2);

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
      assertThat(store.updates.applyDue(500)).isEqualTo(1);
    }

    assertThat(store.ask("SELECT attempts || ' ' || (parked_at IS NOT NULL) FROM message_updates"))
        .containsExactly("10 true");
    store.makeDue("message_updates");
    assertThat(store.updates.applyDue(500)).isZero();
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

    assertThat(store.updates.applyDue(500)).isEqualTo(2);

    assertThat(
            store.ask(
                "SELECT sender_ref || ' ' || attempts || ' ' || last_error FROM message_updates"))
        .containsExactly("1 1 no lake entry yet");
    assertThat(store.lake("2", "status")).isEqualTo("accepted");
    assertThat(store.updates.applyDue(500)).as("later").isZero();

    store.run("INSERT INTO message_lake SELECT * FROM away");
    store.run("DROP TABLE away");
    store.makeDue("message_updates");
    assertThat(store.updates.applyDue(500)).isEqualTo(1);
    assertThat(store.lake("1", "status")).isEqualTo("accepted");
    assertThat(store.events("1")).containsExactly("submitted", "accepted");
  }

  @Test
  void the_tries_of_a_claimed_update_without_a_lake_entry_count_too() {
    store.submit("a", "1");
    post("1", LakePatch.accepted("a", "17"));
    store.run("DELETE FROM message_lake");

    store.updates.apply(store.updates.claim(500));

    assertThat(store.ask("SELECT attempts || ' ' || last_error FROM message_updates"))
        .containsExactly("1 no lake entry yet");
  }

  @Test
  void a_lost_lease_on_an_update_deletes_nothing() {
    store.submit("a", "1");
    post("1", LakePatch.accepted("a", "17"));
    List<Job> frozen = store.updates.claim(10);
    store.makeDue("message_updates");
    List<Job> taken = store.updates.claim(10);

    store.updates.apply(frozen);
    assertThat(store.ask("SELECT seq FROM message_updates")).hasSize(1);
    store.updates.apply(taken);

    assertThat(store.ask("SELECT seq FROM message_updates")).isEmpty();
    assertThat(store.events("1")).containsExactly("submitted", "accepted");
  }

  @Test
  void a_rejection_is_claimed_with_all_that_the_lake_needs() {
    reject("1");

    List<RejectedMessages.Job> jobs = store.rejected.claim(10);

    assertThat(jobs)
        .singleElement()
        .satisfies(
            j -> {
              assertThat(j.senderRef()).isEqualTo("1");
              assertThat(j.reason()).isEqualTo("refused");
              assertThat(j.channelId()).isEqualTo("a");
            });
    assertThat(store.rejected.claim(10)).as("leased").isEmpty();
  }

  @Test
  void a_rejection_that_the_lake_shows_is_journaled_once_and_gone() {
    reject("1");
    List<RejectedMessages.Job> jobs = store.rejected.claim(10);

    store.rejected.finish(jobs, Set.of("AU:1"));
    store.rejected.finish(jobs, Set.of("AU:1"));

    assertThat(store.ask("SELECT seq FROM rejected_messages")).isEmpty();
    assertThat(store.events("1")).containsExactly("submitted", "refused", "rejected");
  }

  @Test
  void a_rejection_that_the_lake_does_not_show_yet_is_tried_again_later() {
    reject("1");

    store.rejected.finish(store.rejected.claim(10), Set.of());

    assertThat(store.ask("SELECT attempts FROM rejected_messages")).containsExactly("1");
    assertThat(store.events("1")).doesNotContain("rejected");
  }

  @Test
  void a_rejection_waits_without_counting_while_the_lake_is_away_and_counts_when_it_refuses() {
    reject("1");
    List<RejectedMessages.Job> jobs = store.rejected.claim(10);

    store.rejected.failed(jobs, new java.sql.SQLException("gone", "08006"));
    assertThat(store.ask("SELECT attempts FROM rejected_messages")).containsExactly("0");

    store.rejected.failed(
        jobs, new RuntimeException("wrapped", new java.sql.SQLException("bad", "23514")));
    assertThat(store.ask("SELECT attempts || ' ' || last_error FROM rejected_messages"))
        .containsExactly("1 wrapped");
  }

  @Test
  void a_rejection_is_parked_after_ten_refusals() {
    reject("1");
    for (int i = 0; i < 10; i++) {
      store.makeDue("rejected_messages");
      store.rejected.failed(store.rejected.claim(10), new java.sql.SQLException("bad", "23514"));
    }

    assertThat(store.ask("SELECT seq FROM rejected_messages WHERE parked_at IS NOT NULL"))
        .hasSize(1);
    store.makeDue("rejected_messages");
    assertThat(store.rejected.claim(10)).isEmpty();
  }

  @Test
  void updates_and_rejections_of_one_message_share_one_order() {
    reject("1");
    post("1", LakePatch.pending(null, null));

    List<String> seqs = new ArrayList<>(store.ask("SELECT seq FROM rejected_messages"));
    seqs.addAll(store.ask("SELECT seq FROM message_updates"));

    assertThat(Long.parseLong(seqs.get(0))).isLessThan(Long.parseLong(seqs.get(1)));
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
