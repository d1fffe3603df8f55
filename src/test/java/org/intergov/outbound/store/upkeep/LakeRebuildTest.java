package org.intergov.outbound.store.upkeep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.intergov.outbound.store.TestStore.posted;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.intergov.outbound.delivery.Delivery;
import org.intergov.outbound.delivery.Event;
import org.intergov.outbound.delivery.JournalEntry;
import org.intergov.outbound.delivery.Settlement;
import org.intergov.outbound.message.Reference;
import org.intergov.outbound.store.MessageUpdates.Job;
import org.intergov.outbound.store.OperatorActions.Replay;
import org.intergov.outbound.store.OperatorActions.Resolution;
import org.intergov.outbound.store.TestStore;
import org.intergov.outbound.store.database.Database;
import org.intergov.outbound.store.upkeep.LakeRebuild.Found;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The lake alone is lost, or older than the outbox. */
class LakeRebuildTest {
  private static final String ENTRIES =
      "SELECT sender_ref || ' ' || status || ' ' || coalesce(reason, '-') || ' '"
          + " || coalesce(channel_id, '-') || ' ' || coalesce(channel_txn_id, '-') || ' '"
          + " || message_id || ' ' || subject FROM message_lake ORDER BY sender_ref";

  private static TestStore here;
  private static TestStore elsewhere;

  @BeforeAll
  static void start() {
    here = TestStore.start();
    elsewhere = TestStore.startWithSeparateLake();
  }

  @AfterAll
  static void stop() {
    here.close();
    elsewhere.close();
  }

  @BeforeEach
  void clear() {
    here.clear();
    elsewhere.clear();
  }

  private static TestStore store(String where) {
    return where.equals("here") ? here : elsewhere;
  }

  private static Found rebuild(TestStore store) {
    return run(store, false);
  }

  private static Found run(TestStore store, boolean onlyCount) {
    try (Database patient = LakeRebuild.patient(store.url(), store.username(), store.password())) {
      return new LakeRebuild(patient, store.lakeDatabase).run(onlyCount, seen -> {});
    }
  }

  private static List<String> entries(TestStore store) {
    return TestStore.ask(store.lakeDatabase, ENTRIES);
  }

  private static void lake(TestStore store, String sql) {
    TestStore.run(store.lakeDatabase, sql);
  }

  /** Posted and confirmed at once, as the router journals it. */
  private static Settlement confirmed(Delivery d, String txn) {
    Settlement s = posted(d, txn, true);
    List<JournalEntry> journal = new ArrayList<>(s.journal());
    journal.add(new JournalEntry(Event.CONFIRMED, d.channelId(), txn, null, null));
    return new Settlement(
        d,
        s.status(),
        s.channelId(),
        s.refusedBy(),
        s.generation(),
        s.attempts(),
        s.unknowns(),
        s.delay(),
        s.lastError(),
        s.follow(),
        s.patches(),
        s.rejection(),
        journal);
  }

  private static void settle(TestStore store, Settlement settlement) {
    store.settlements.deliveries(List.of(settlement));
  }

  private static Delivery submitted(TestStore store, String reference) {
    store.submit("a", reference);
    return store.claim("a", 1).get(0);
  }

  private static void applyAll(TestStore store) {
    store.applyUpdates();
    store.makeDue("message_updates");
    store.applyUpdates();
    store.applyRejections();
  }

  /** One message for each way in which an entry may look. */
  private static void everyKind(TestStore store) {
    store.submit("z", "waiting");
    settle(store, posted(submitted(store, "posted"), "t1", false));
    settle(store, confirmed(submitted(store, "accepted"), "t2"));
    settle(store, TestStore.refused(submitted(store, "rejected")));
    settle(store, TestStore.refused(submitted(store, "replayed")));
    applyAll(store);
    assertThat(store.actions.replay(Reference.parse("AU:replayed"), "x")).isEqualTo(Replay.DONE);
    settle(store, confirmed(submitted(store, "revoked"), "t3"));
    applyAll(store);
    store.run(
        "WITH o AS (UPDATE delivery_outbox SET status = 'pending', generation = 2"
            + "   WHERE sender_ref = 'revoked' RETURNING id, sender, sender_ref),"
            + " j AS (INSERT INTO delivery_status (message_id, sender, sender_ref, event,"
            + "   channel_id, channel_txn_id) SELECT id, sender, sender_ref, 'revoked', 'a', 't3'"
            + "   FROM o)"
            + " INSERT INTO message_updates (message_id, sender, sender_ref, patch) SELECT id,"
            + "   sender, sender_ref, '{\"status\": \"pending\", \"channel_id\": \"a\","
            + " \"channel_txn_id\": \"t3\"}' FROM o");
    store.submit("a", "resolved");
    store.run("UPDATE delivery_outbox SET status = 'held' WHERE sender_ref = 'resolved'");
    assertThat(store.actions.resolve(Reference.parse("AU:resolved"), true, "has it", "x"))
        .isEqualTo(Resolution.DONE);
    applyAll(store);
  }

  @ParameterizedTest
  @ValueSource(strings = {"here", "elsewhere"})
  void a_lake_that_was_lost_is_as_it_was_and_the_journal_too(String where) {
    TestStore store = store(where);
    everyKind(store);
    List<String> before = entries(store);
    assertThat(before).hasSize(7);
    assertThat(before.stream().map(e -> String.join(" ", List.of(e.split(" ")).subList(0, 5))))
        .containsExactly(
            "accepted accepted - a t2",
            "posted pending - a t1",
            "rejected rejected refused a -",
            "replayed pending - - -",
            "resolved accepted - a -",
            "revoked pending - a t3",
            "waiting pending - - -");
    List<String> journal = store.ask("SELECT event FROM delivery_status ORDER BY seq");
    lake(store, "TRUNCATE message_lake");

    assertThat(run(store, true)).isEqualTo(new Found(7, 7, 0, 0, 0, 0));
    assertThat(entries(store)).as("only counted").isEmpty();
    assertThat(rebuild(store)).isEqualTo(new Found(7, 7, 0, 0, 0, 0));

    assertThat(entries(store)).isEqualTo(before);
    assertThat(rebuild(store)).as("again").isEqualTo(new Found(7, 0, 0, 0, 0, 0));
    assertThat(store.ask("SELECT event FROM delivery_status ORDER BY seq")).isEqualTo(journal);
  }

  @ParameterizedTest
  @ValueSource(strings = {"here", "elsewhere"})
  void entries_of_an_earlier_time_are_corrected_and_those_that_are_right_left_alone(String where) {
    TestStore store = store(where);
    settle(store, confirmed(submitted(store, "early"), "t0"));
    Delivery late = submitted(store, "late");
    applyAll(store);
    lake(store, "CREATE TABLE backup AS SELECT * FROM message_lake");
    settle(store, confirmed(late, "t1"));
    settle(store, TestStore.refused(submitted(store, "new")));
    applyAll(store);
    List<String> before = entries(store);
    lake(store, "TRUNCATE message_lake; INSERT INTO message_lake SELECT * FROM backup");
    lake(store, "DROP TABLE backup");
    String untouched = store.lake("early", "ctid::text");

    assertThat(run(store, true)).isEqualTo(new Found(3, 1, 1, 0, 0, 0));
    assertThat(rebuild(store)).isEqualTo(new Found(3, 1, 1, 0, 0, 0));

    assertThat(entries(store)).isEqualTo(before);
    assertThat(store.lake("early", "ctid::text")).isEqualTo(untouched);
  }

  @ParameterizedTest
  @ValueSource(strings = {"here", "elsewhere"})
  void what_is_queued_applies_afterwards_and_is_journaled_and_late_jobs_do_nothing(String where) {
    TestStore store = store(where);
    Delivery one = submitted(store, "1");
    Delivery two = submitted(store, "2");
    applyAll(store);
    settle(store, posted(one, "t1", false));
    List<Job> frozen = store.claimUpdates(10);
    assertThat(frozen).hasSize(1);
    store.makeDue("message_updates");
    applyAll(store);
    store.run("UPDATE delivery_outbox SET status = 'sending' WHERE sender_ref = '1'");
    settle(store, confirmed(one, "t9"));
    applyAll(store);
    settle(store, TestStore.refused(two)); // queued
    lake(store, "TRUNCATE message_lake");

    assertThat(rebuild(store)).isEqualTo(new Found(2, 2, 0, 0, 0, 0));
    assertThat(store.lake("2", "status")).isEqualTo("pending");
    store.apply(frozen);
    applyAll(store);

    assertThat(store.lake("1", "status || ' ' || channel_txn_id")).isEqualTo("accepted t9");
    assertThat(store.lake("2", "status || ' ' || reason")).isEqualTo("rejected refused");
    assertThat(store.events("1")).endsWith("accepted");
    assertThat(store.events("2")).containsExactly("submitted", "refused", "rejected");
    assertThat(store.ask("SELECT seq FROM rejected_messages")).isEmpty();
  }

  @Test
  void what_comes_with_its_own_update_is_not_missing() {
    elsewhere.submit("a", "1");

    assertThat(rebuild(elsewhere)).isEqualTo(new Found(1, 0, 0, 0, 0, 0));

    assertThat(entries(elsewhere)).isEmpty();
    applyAll(elsewhere);
    assertThat(elsewhere.lake("1", "status")).isEqualTo("pending");
  }

  @Test
  void an_entry_that_a_newer_update_has_reached_is_left_alone() {
    settle(here, confirmed(submitted(here, "1"), "t1"));
    applyAll(here);
    here.run("UPDATE message_lake SET status = 'pending', applied_seq = applied_seq + 1000000");

    assertThat(rebuild(here)).isEqualTo(new Found(1, 0, 0, 1, 0, 0));
    assertThat(here.lake("1", "status")).isEqualTo("pending");
  }

  @Test
  void a_confirmation_that_was_taken_back_before_the_lake_heard_of_it_does_not_count() {
    settle(here, confirmed(submitted(here, "1"), "t1"));
    here.run(
        "INSERT INTO delivery_status (message_id, sender, sender_ref, event, channel_id,"
            + " channel_txn_id, detail) SELECT id, sender, sender_ref, e, 'a', 't1', d"
            + " FROM delivery_outbox, (VALUES ('unknown', 'the channel took its confirmation back"
            + " and says received; followed on'), ('accepted', NULL)) AS v (e, d)");
    here.run("TRUNCATE message_lake, message_updates");

    rebuild(here);

    assertThat(here.lake("1", "status || ' ' || channel_txn_id")).isEqualTo("pending t1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"here", "elsewhere"})
  void messages_that_have_left_for_the_archive_are_made_again(String where) {
    TestStore store = store(where);
    settle(store, confirmed(submitted(store, "1"), "t1"));
    settle(store, TestStore.refused(submitted(store, "2")));
    applyAll(store);
    store.run("TRUNCATE channel_pending");
    List<String> before = entries(store);
    store.run(
        "UPDATE delivery_outbox SET created_at = now() - interval '9 days',"
            + " updated_at = now() - interval '9 days';"
            + " UPDATE delivery_status SET at = now() - interval '9 days'");
    Retention retention =
        new Retention(
            store.outboxDatabase,
            new Retention.Policy(
                Duration.ofDays(1), java.util.Optional.of(Duration.ofDays(1)), true));
    assertThat(retention.outbox(0).left()).isEqualTo(2);
    assertThat(retention.journal(0).left()).isPositive();
    // a row of old, of the same reference
    store.run(
        "INSERT INTO delivery_outbox_archive (id, sender, sender_ref, receiver, subject, obj,"
            + " predicate, status, refused_by, generation, attempts, unknowns, due_at, expires_at,"
            + " admitted, created_at, updated_at) SELECT -1, sender, sender_ref, receiver,"
            + " subject, obj, predicate, 'rejected', refused_by, generation, attempts, unknowns,"
            + " due_at, expires_at, admitted, created_at, updated_at"
            + " FROM delivery_outbox_archive WHERE sender_ref = '1'");
    lake(store, "TRUNCATE message_lake");

    assertThat(rebuild(store)).isEqualTo(new Found(2, 2, 0, 0, 0, 0));

    assertThat(entries(store)).isEqualTo(before);
  }

  @Test
  void what_the_lake_refuses_does_not_keep_back_the_others_and_other_content_is_left_alone() {
    elsewhere.submissions.store(TestStore.submissions("a", "m", 20));
    applyAll(elsewhere);
    lake(elsewhere, "UPDATE message_lake SET subject = 'another' WHERE sender_ref = 'm3'");
    lake(elsewhere, "DELETE FROM message_lake WHERE sender_ref <> 'm3'");
    lake(elsewhere, "ALTER TABLE message_lake ADD CONSTRAINT poison CHECK (sender_ref <> 'm7')");
    try {
      assertThat(rebuild(elsewhere)).isEqualTo(new Found(20, 18, 0, 0, 1, 1));
    } finally {
      lake(elsewhere, "ALTER TABLE message_lake DROP CONSTRAINT poison");
    }
    assertThat(elsewhere.lake("m3", "subject")).isEqualTo("another");
    assertThat(entries(elsewhere)).hasSize(19);
  }

  @Test
  void more_messages_than_one_batch_are_all_made() {
    here.submissions.store(TestStore.submissions("a", "m", 2_500));
    here.run("TRUNCATE message_lake");

    assertThat(rebuild(here)).isEqualTo(new Found(2_500, 2_500, 0, 0, 0, 0));

    assertThat(here.ask("SELECT count(*) FROM message_lake WHERE status = 'pending'"))
        .containsExactly("2500");
  }
}
