package org.intergov.outbound.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.intergov.outbound.store.TestStore.message;
import static org.intergov.outbound.store.TestStore.posted;

import java.util.List;
import org.intergov.outbound.delivery.Delivery;
import org.intergov.outbound.message.Reference;
import org.intergov.outbound.store.Submissions.Result;
import org.intergov.outbound.store.Submissions.Submission;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The lake in a database of its own: the entry itself travels as the message's first update. */
class SeparateLakeTest {
  private static TestStore store;

  @BeforeAll
  static void start() {
    store = TestStore.startWithSeparateLake();
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
  void a_gateway_killed_between_the_two_databases_repeats_without_harm() {
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
}
