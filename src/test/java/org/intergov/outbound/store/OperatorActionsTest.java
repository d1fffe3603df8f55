package org.intergov.outbound.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.intergov.outbound.store.TestStore.again;
import static org.intergov.outbound.store.TestStore.refused;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import org.intergov.outbound.delivery.Delivery;
import org.intergov.outbound.delivery.Reason;
import org.intergov.outbound.message.Reference;
import org.intergov.outbound.store.OperatorActions.Replay;
import org.intergov.outbound.store.OperatorActions.Resolution;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Replaying what is held or rejected; pausing and resuming lanes. */
class OperatorActionsTest {
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
  void a_replay_that_overtakes_the_rejection_ends_it_and_the_journal_has_it_first() {
    store.submit("a", "1");
    store.settlements.deliveries(List.of(refused(store.claim("a", 1).get(0))));

    store.actions.replay(Reference.parse("AU:1"), "an operator");

    assertThat(store.ask("SELECT count(*) FROM rejected_messages")).containsExactly("0");
    assertThat(store.events("1")).containsExactly("submitted", "refused", "rejected", "replayed");
    store.applyUpdates();
    assertThat(store.lake("1", "status")).isEqualTo("pending");
  }

  @Test
  void a_held_message_goes_to_the_same_channel_with_the_same_key_and_stays_doubtful() {
    store.submit("a", "1");
    Delivery before = store.claim("a", 1).get(0);
    store.settlements.deliveries(List.of(again(before, Duration.ZERO)));
    store.run("UPDATE delivery_outbox SET status = 'held', attempts = 5, unknowns = 5");

    assertThat(replay("1")).isEqualTo(Replay.DONE);

    Delivery again = store.claim("a", 1).get(0);
    assertThat(again.idempotencyKey()).isEqualTo(before.idempotencyKey());
    assertThat(again.attempts()).isZero();
    assertThat(again.unknowns()).as("an earlier attempt may have arrived").isEqualTo(1);
    assertThat(store.events("1"))
        .containsExactly("submitted", "unknown", "replayed", "possible_duplicate");
  }

  @Test
  void one_held_in_doubt_that_waits_for_no_channel_stays_doubtful_and_any_other_does_not() {
    store.submit(null, "doubtful", "plain");
    store.run("UPDATE delivery_outbox SET status = 'held'");
    store.run("UPDATE delivery_outbox SET unknowns = 1 WHERE sender_ref = 'doubtful'");

    assertThat(replay("doubtful")).isEqualTo(Replay.DONE);
    assertThat(replay("plain")).isEqualTo(Replay.DONE);

    assertThat(store.events("doubtful"))
        .containsExactly("submitted", "replayed", "possible_duplicate");
    assertThat(store.outbox("doubtful", "unknowns")).isEqualTo("1");
    assertThat(store.events("plain")).containsExactly("submitted", "replayed");
    assertThat(store.outbox("plain", "unknowns")).isEqualTo("0");
  }

  @Test
  void a_row_held_when_it_was_first_claimed_goes_again_at_once() {
    store.submit("a", "1");
    store.run("DELETE FROM delivery_outbox");
    store.run(
        "INSERT INTO delivery_outbox (sender, sender_ref, receiver, subject, obj, predicate)"
            + " VALUES ('AU', '1', 'SG', 'another', 'o', 'p')");
    assertThat(store.claim("", 5)).as("its reference stands in the lake already").isEmpty();
    assertThat(store.outbox("1", "status || ' ' || (locked_until IS NULL)")).isEqualTo("held true");
    store.run("UPDATE delivery_outbox SET locked_until = now() + interval '1 minute'");

    assertThat(replay("1")).isEqualTo(Replay.DONE);

    assertThat(store.claim("", 5))
        .as("whatever lease it had")
        .singleElement()
        .extracting(Delivery::claim)
        .isEqualTo(Delivery.Claim.DUE);
  }

  @Test
  void a_rejected_message_is_routed_anew_with_a_new_key_and_the_lake_is_pending_again() {
    store.submit("a", "1");
    Delivery before = store.claim("a", 1).get(0);
    store.settlements.deliveries(List.of(refused(before)));
    store.applyRejections();
    assertThat(store.lake("1", "status || ' ' || reason")).isEqualTo("rejected refused");

    assertThat(replay("1")).isEqualTo(Replay.DONE);
    store.applyUpdates();

    Delivery again = store.claim("", 1).get(0);
    assertThat(again.channelId()).isNull();
    assertThat(again.refusedBy()).isEmpty();
    assertThat(again.idempotencyKey()).isEqualTo(before.idempotencyKey() + "#2");
    assertThat(store.lake("1", "status")).isEqualTo("pending");
    assertThat(store.lake("1", "reason")).isNull();
    assertThat(store.events("1")).containsExactly("submitted", "refused", "rejected", "replayed");
  }

  @Test
  void an_expired_message_gets_new_time() {
    store.submit("a", "1");
    store.run(
        "UPDATE delivery_outbox SET status = 'rejected', expires_at = now() - interval '1 day'");

    replay("1");

    assertThat(store.claim("", 1).get(0).claim()).isEqualTo(Delivery.Claim.DUE);
  }

  @Test
  void a_held_message_that_was_delivered_is_accepted_as_the_operator_says() {
    store.submit("a", "1");
    store.run("UPDATE delivery_outbox SET status = 'held'");

    assertThat(resolve("1", true)).isEqualTo(Resolution.DONE);
    store.applyUpdates();

    assertThat(store.outbox("1", "status")).isEqualTo("accepted");
    assertThat(store.lake("1", "status || ' ' || channel_id")).isEqualTo("accepted a");
    assertThat(store.events("1")).containsExactly("submitted", "resolved", "accepted");
    assertThat(store.ask("SELECT detail FROM delivery_status WHERE event = 'resolved'"))
        .containsExactly("delivered: they called; by night shift");
    assertThat(resolve("1", true)).as("once").isEqualTo(Resolution.NOT_HELD);
  }

  @Test
  void a_held_message_that_was_not_delivered_is_rejected_and_may_be_replayed() {
    store.submit("a", "1");
    store.run("UPDATE delivery_outbox SET status = 'held'");

    List<Reason> told = new ArrayList<>();
    assertThat(resolve("1", false, told)).isEqualTo(Resolution.DONE);
    assertThat(resolve("1", false, told)).isEqualTo(Resolution.NOT_HELD);
    assertThat(told).containsExactly(Reason.OPERATOR);
    assertThat(store.rejected.claim(1)).singleElement().extracting("reason").isEqualTo("operator");

    assertThat(store.outbox("1", "status")).isEqualTo("rejected");
    assertThat(replay("1")).isEqualTo(Replay.DONE);
  }

  @Test
  void only_what_is_held_can_be_resolved() {
    store.submit("a", "1");

    assertThat(resolve("1", true)).isEqualTo(Resolution.NOT_HELD);
    assertThat(resolve("none", true)).isEqualTo(Resolution.UNKNOWN_MESSAGE);
    assertThat(store.events("1")).containsExactly("submitted");
  }

  @Test
  void what_the_lake_did_not_take_is_listed_and_goes_again() {
    store.submit("a", "1");
    Delivery d = store.claim("a", 1).get(0);
    store.settlements.deliveries(List.of(refused(d)));
    store.run(
        "UPDATE rejected_messages SET parked_at = now(), attempts = 9, last_error = 'no lake'");
    ParkedRows parked = new ParkedRows(store.outboxDatabase);

    ParkedRows.Parked found = parked.page(0, 10).get(0);
    assertThat(found.reference()).isEqualTo("AU:1");
    assertThat(found.queue() + " " + found.lastError()).isEqualTo("rejected_messages no lake");
    assertThat(parked.again("message_updates", found.seq(), "night shift")).isEmpty();
    assertThat(parked.again(found.queue(), found.seq(), "night shift")).contains("AU:1");
    assertThat(parked.page(0, 10)).isEmpty();
    assertThat(store.rejected.claim(1)).hasSize(1);
    assertThat(store.events("1")).endsWith("replayed");
  }

  private static Resolution resolve(String ref, boolean delivered) {
    return resolve(ref, delivered, new ArrayList<>());
  }

  /**
   * @param rejected gets what the listener hears
   */
  private static Resolution resolve(String ref, boolean delivered, List<Reason> rejected) {
    FlowListener listener =
        new FlowListener() {
          @Override
          public void written(Settlements.Written written) {}

          @Override
          public void accepted(Duration age) {}

          @Override
          public void rejected(Reason reason) {
            rejected.add(reason);
          }
        };
    return new OperatorActions(store.outboxDatabase, Duration.ofDays(7), listener)
        .resolve(Reference.parse("AU:" + ref), delivered, "they called", "night shift");
  }

  @Test
  void what_is_under_way_or_delivered_is_not_replayed() {
    store.submit("a", "1");
    assertThat(replay("1")).isEqualTo(Replay.NOT_STUCK);
    store.claim("a", 1);
    assertThat(replay("1")).isEqualTo(Replay.NOT_STUCK);
    store.run("UPDATE delivery_outbox SET status = 'accepted'");
    assertThat(replay("1")).isEqualTo(Replay.NOT_STUCK);
    assertThat(store.events("1")).containsExactly("submitted");
  }

  @Test
  void an_unknown_message_is_said_to_be_unknown() {
    assertThat(replay("none")).isEqualTo(Replay.UNKNOWN_MESSAGE);
  }

  @Test
  void ten_operators_at_once_replay_once() throws Exception {
    store.submit("a", "1");
    store.run("UPDATE delivery_outbox SET status = 'held'");
    Callable<Replay> operator = () -> replay("1");

    List<Replay> results = TestStore.atOnce(Collections.nCopies(10, operator));

    assertThat(results).filteredOn(r -> r == Replay.DONE).hasSize(1);
    assertThat(store.events("1")).containsExactly("submitted", "replayed", "possible_duplicate");
  }

  @Test
  void the_journal_says_who_did_it_and_what_it_was() {
    store.submit("a", "1");
    store.run("UPDATE delivery_outbox SET status = 'held'");
    replay("1");

    assertThat(store.ask("SELECT detail FROM delivery_status WHERE event = 'replayed'"))
        .containsExactly("was held; by an operator");
  }

  private static Replay replay(String reference) {
    return store.actions.replay(Reference.parse("AU:" + reference), "an operator");
  }
}
