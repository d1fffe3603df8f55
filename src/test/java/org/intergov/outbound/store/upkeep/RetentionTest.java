package org.intergov.outbound.store.upkeep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.intergov.outbound.store.TestStore.message;
import static org.intergov.outbound.store.TestStore.refused;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.intergov.outbound.message.Reference;
import org.intergov.outbound.store.OperatorActions;
import org.intergov.outbound.store.Submissions.Result;
import org.intergov.outbound.store.Submissions.Submission;
import org.intergov.outbound.store.TestStore;
import org.intergov.outbound.store.upkeep.Retention.Batch;
import org.intergov.outbound.store.upkeep.Retention.Next;
import org.intergov.outbound.store.upkeep.Retention.Policy;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which rows leave the tables, where they go, and what is known of them afterwards. */
class RetentionTest {
  private static final Duration DAY = Duration.ofDays(1);
  private static TestStore store;
  private static Retention retention;

  @BeforeAll
  static void start() {
    store = TestStore.start();
    retention = new Retention(store.outboxDatabase, new Policy(DAY, Optional.of(DAY), true));
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
  void a_finished_row_that_is_old_enough_moves_to_the_archive_as_it_was() {
    deliver("1");
    reject("2");
    String all =
        "SELECT o.*::text FROM (SELECT id, sender, sender_ref, receiver, subject, obj, predicate,"
            + " status, channel_id, refused_by, generation, attempts, unknowns, due_at,"
            + " locked_until, lock_token, expires_at, last_error, admitted, created_at, updated_at"
            + " FROM %s ORDER BY id) o";
    makeOld();
    List<String> before = store.ask(all.formatted("delivery_outbox"));

    assertThat(retention.outbox(0)).isEqualTo(new Batch(Next.END, id("2"), 2));

    assertThat(outbox()).isEmpty();
    assertThat(store.ask(all.formatted("delivery_outbox_archive"))).isEqualTo(before);
    assertThat(
            store.ask(
                "SELECT DISTINCT archived_at > now() - interval '1 minute'"
                    + " FROM delivery_outbox_archive"))
        .containsExactly("t");
  }

  @Test
  void without_an_archive_rows_are_deleted() {
    Retention deleting =
        new Retention(store.outboxDatabase, new Policy(DAY, Optional.of(DAY), false));
    deliver("1");
    makeOld();

    assertThat(deleting.outbox(0).left()).isEqualTo(1);
    assertThat(deleting.journal(0).left()).isEqualTo(3);

    assertThat(outbox()).isEmpty();
    assertThat(store.events("1")).isEmpty();
    assertThat(store.ask("SELECT id FROM delivery_outbox_archive")).isEmpty();
    assertThat(store.ask("SELECT seq FROM delivery_status_archive")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"delivery_outbox", "delivery_status"})
  void an_archive_has_every_column_of_its_table_and_when_the_row_left_it(String table) {
    String columns =
        "SELECT column_name || ' ' || data_type FROM information_schema.columns"
            + " WHERE table_schema = 'intergov' AND table_name = '%s'";
    String butWhatFollowsFromOthers = " AND is_generated = 'NEVER' AND column_name <> 'in_order'";

    List<String> expected = store.ask(columns.formatted(table) + butWhatFollowsFromOthers);
    expected.add("archived_at timestamp with time zone");
    assertThat(store.ask(columns.formatted(table + "_archive")))
        .containsExactlyInAnyOrderElementsOf(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"pending", "sending", "held"})
  void what_is_not_finished_stays_however_old(String status) {
    deliver("1");
    store.run("UPDATE delivery_outbox SET status = '" + status + "'");
    makeOld();

    assertThat(retention.outbox(0).left()).isZero();
    assertThat(outbox()).containsExactly("1");
  }

  @Test
  void what_was_changed_lately_stays() {
    deliver("1");
    makeOld();
    store.run("UPDATE delivery_outbox SET updated_at = now()");

    assertThat(retention.outbox(0).left()).isZero();
  }

  @Test
  void a_delivery_that_is_still_followed_stays() {
    store.deliver("a", "1", "17");
    store.applyUpdates();
    makeOld();

    assertThat(retention.outbox(0).left()).isZero();
    store.run("DELETE FROM channel_pending");
    assertThat(retention.outbox(0).left()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"message_updates", "rejected_messages"})
  void one_that_the_lake_has_not_heard_of_stays_parked_or_not(String queue) {
    deliver("other");
    deliver("1");
    String details = queue.equals("message_updates") ? "patch, " : "reason, ";
    String values = queue.equals("message_updates") ? "'{}', " : "'refused', ";
    store.run(
        "INSERT INTO %s (%s parked_at, sender, sender_ref, message_id) VALUES (%s now(), 'AU', '1', %d)"
            .formatted(queue, details, values, id("1")));
    makeOld();

    assertThat(retention.outbox(0).left()).isEqualTo(1);
    assertThat(outbox()).containsExactly("1");
  }

  @Test
  void a_row_whose_reference_the_lake_was_never_told_stays() {
    deliver("1");
    store.run("UPDATE delivery_outbox SET admitted = false");
    makeOld();

    assertThat(retention.outbox(0).left()).isZero();
  }

  @Test
  void while_the_queues_towards_the_lake_are_long_nothing_leaves() {
    deliver("1");
    makeOld();
    store.run(
        "INSERT INTO message_updates (sender, sender_ref, message_id, patch)"
            + " SELECT 'AU', 'x' || n, -n, '{}' FROM generate_series(1, 10001) n");

    assertThat(retention.outbox(0).next()).isEqualTo(Next.QUEUES_TOO_LONG);
    assertThat(outbox()).containsExactly("1");

    store.run("DELETE FROM message_updates WHERE message_id = -1");
    assertThat(retention.outbox(0)).isEqualTo(new Batch(Next.END, id("1"), 1));
  }

  @Test
  void the_journal_of_a_message_stays_whole_while_the_message_is_in_the_outbox() {
    deliver("gone");
    deliver("there");
    makeOld();
    store.run("UPDATE delivery_outbox SET status = 'held' WHERE sender_ref = 'there'");
    retention.outbox(0);

    assertThat(retention.journal(0).left()).isEqualTo(3);

    assertThat(store.events("gone")).isEmpty();
    assertThat(store.events("there")).containsExactly("submitted", "posted", "accepted");
    assertThat(store.ask("SELECT event FROM delivery_status_archive ORDER BY seq"))
        .containsExactly("submitted", "posted", "accepted");
  }

  @Test
  void journal_rows_go_as_they_get_old() {
    deliver("1");
    makeOld();
    retention.outbox(0);
    store.run("UPDATE delivery_status SET at = now() WHERE event = 'accepted'");

    assertThat(retention.journal(0).left()).isEqualTo(2);
    assertThat(store.events("1")).containsExactly("accepted");
  }

  @Test
  void a_journal_without_an_age_stays_for_ever() {
    Retention outboxAlone =
        new Retention(store.outboxDatabase, new Policy(DAY, Optional.empty(), true));
    deliver("1");
    makeOld();
    outboxAlone.outbox(0);

    assertThat(outboxAlone.journal(0)).isEqualTo(new Batch(Next.END, 0, 0));
    assertThat(store.events("1")).hasSize(3);
  }

  @Test
  void a_message_that_has_left_still_answers_and_its_reference_still_counts() {
    deliver("1");
    makeOld();
    retention.outbox(0);
    retention.journal(0);

    assertThat(store.views.find(Reference.parse("AU:1")))
        .hasValueSatisfying(
            v -> {
              assertThat(v.status()).isEqualTo("accepted");
              assertThat(v.delivery()).isNull();
              assertThat(store.journal.of(v.messageId())).isEmpty();
            });
    assertThat(
            store.submissions.store(
                List.of(
                    new Submission(message("1"), "a"),
                    new Submission(message("1", "another"), "a"))))
        .containsExactly(Result.EXISTS, Result.CONFLICT);
    assertThat(outbox()).isEmpty();
    assertThat(store.actions.replay(Reference.parse("AU:1"), "an operator"))
        .isEqualTo(OperatorActions.Replay.UNKNOWN_MESSAGE);
  }

  @Test
  void a_row_inserted_under_a_reference_that_has_left_is_held_and_stays() {
    deliver("1");
    makeOld();
    retention.outbox(0);
    store.run(
        "INSERT INTO delivery_outbox (sender, sender_ref, receiver, subject, obj, predicate)"
            + " VALUES ('AU', '1', 'SG', 'AU.abn1.x', 'QmHash', 'UN.CEFACT.Trade.created')");

    assertThat(store.claim("", 5)).isEmpty();
    assertThat(store.outbox("1", "status")).isEqualTo("held");
    makeOld();
    assertThat(retention.outbox(0).left()).isZero();
    assertThat(store.lake("1", "status")).isEqualTo("accepted");
  }

  /** Accepted, confirmed, final; the lake knows. */
  private static void deliver(String reference) {
    store.submit("a", reference);
    store.settlements.deliveries(
        List.of(TestStore.posted(store.claim("a", 1).get(0), "t" + reference, true)));
    store.applyUpdates();
    store.run("DELETE FROM channel_pending");
  }

  private static void reject(String reference) {
    store.submit("a", reference);
    store.settlements.deliveries(List.of(refused(store.claim("a", 1).get(0))));
    store.applyRejections();
  }

  private static void makeOld() {
    store.run(
        "UPDATE delivery_outbox SET created_at = now() - interval '25 hours',"
            + " updated_at = now() - interval '25 hours';"
            + " UPDATE delivery_status SET at = now() - interval '25 hours'");
  }

  private static List<String> outbox() {
    return store.ask("SELECT sender_ref FROM delivery_outbox ORDER BY id");
  }

  private static long id(String reference) {
    return Long.parseLong(
        store
            .ask(
                "SELECT id FROM (SELECT id, sender_ref FROM delivery_outbox UNION ALL"
                    + " SELECT id, sender_ref FROM delivery_outbox_archive) o"
                    + " WHERE sender_ref = '"
                    + reference
                    + "'")
            .get(0));
  }
}
