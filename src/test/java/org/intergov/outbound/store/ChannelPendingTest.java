package org.intergov.outbound.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.intergov.outbound.store.TestStore.posted;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.intergov.outbound.delivery.Delivery;
import org.intergov.outbound.delivery.Event;
import org.intergov.outbound.delivery.JournalEntry;
import org.intergov.outbound.delivery.LakePatch;
import org.intergov.outbound.delivery.OutboxStatus;
import org.intergov.outbound.delivery.PendingDelivery;
import org.intergov.outbound.delivery.PendingSettlement;
import org.intergov.outbound.delivery.PendingSettlement.Next;
import org.intergov.outbound.delivery.PendingSettlement.OutboxChange;
import org.intergov.outbound.delivery.Reason;
import org.intergov.outbound.delivery.Rejection;
import org.intergov.outbound.store.ChannelPending.CheckSlots;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Deliveries that a channel has taken, and what is written when it is asked about them. */
class ChannelPendingTest {
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
  void a_claim_says_all_that_is_needed_to_ask_and_to_decide() {
    store.deliver("a", "1", "17");

    assertThat(claim("a", 5))
        .singleElement()
        .satisfies(
            p -> {
              assertThat(p.message()).isEqualTo(TestStore.message("1"));
              assertThat(p.channelTxnId()).isEqualTo("17");
              assertThat(p.confirmed()).isFalse();
              assertThat(p.finalDue()).isFalse();
              assertThat(p.giveUpDue()).isFalse();
              assertThat(p.checks()).isEqualTo(1);
              assertThat(p.generation()).isEqualTo(1);
            });
  }

  @Test
  void each_is_asked_about_at_most_once_per_period() {
    store.deliver("a", "1", "17");

    assertThat(claim("a", 5)).hasSize(1);
    assertThat(claim("a", 5)).as("it stays locked until stale").isEmpty();
    store.makeDue("channel_pending");
    assertThat(claim("a", 5)).singleElement().extracting(PendingDelivery::checks).isEqualTo(2);
  }

  @Test
  void a_lease_outlives_the_channels_timeout_and_ends_with_the_answer() {
    store.deliver("a", "1", "17");
    PendingDelivery d = claimOften().get(0);

    assertThat(d.lockedBeyond()).isEqualTo(Duration.ofSeconds(29));
    String locked = lockedUntil();
    store.settlements.pending(List.of(PendingSettlement.noNews(d)));
    assertThat(
            store.ask(
                """
                SELECT concat(timestamptz '%s' - locked_until, ' ', due_at = locked_until)
                FROM channel_pending
                """
                    .formatted(locked)))
        .containsExactly("00:00:29 t");
    assertThat(store.events("1")).as("no news is not journaled").endsWith("posted");
  }

  @Test
  void no_news_under_a_lease_that_is_lost_is_not_worth_a_word() {
    store.deliver("a", "1", "17");
    PendingDelivery frozen = claimOften().get(0);
    store.makeDue("channel_pending");
    claimOften();
    String locked = lockedUntil();
    store.settlements.pending(List.of(PendingSettlement.noNews(frozen)));

    assertThat(lockedUntil()).as("the other one's lease").isEqualTo(locked);
    assertThat(store.events("1")).endsWith("posted");
  }

  @Test
  void only_what_a_claim_took_whose_answer_was_lost_is_given_back() {
    store.deliver("a", "another's", "1");
    store.deliver("b", "other lane", "2");
    claim("a", 1);
    store.deliver("a", "lost", "3");
    UUID lost = UUID.randomUUID();
    List<CheckSlots> asked = List.of(slots("a", 5));
    assertThat(store.pending.claim(asked, List.of(), lost)).hasSize(1);
    store.pending.claim(List.of(slots("b", 1)), List.of(), lost);

    assertThat(store.pending.release(asked, lost)).isEqualTo(1);
    assertThat(store.pending.release(asked, lost)).isZero();

    assertThat(claim("a", 5)).extracting(PendingDelivery::channelTxnId).containsExactly("3");
  }

  private static String lockedUntil() {
    return store.ask("SELECT locked_until FROM channel_pending").get(0);
  }

  private static List<PendingDelivery> claimOften() {
    return store.pending.claim(
        List.of(slots("a", 1, Duration.ofSeconds(1))), List.of(), UUID.randomUUID());
  }

  @Test
  void each_channel_is_claimed_by_its_own_slots() {
    store.deliver("a", "a1", "1");
    store.deliver("a", "a2", "2");
    store.deliver("b", "b1", "3");

    List<PendingDelivery> claimed =
        store.pending.claim(List.of(slots("a", 1), slots("b", 5)), List.of(), UUID.randomUUID());

    assertThat(claimed).extracting(PendingDelivery::channelId).containsExactlyInAnyOrder("a", "b");
  }

  @Test
  void eight_pollers_at_once_never_ask_about_the_same_one() throws Exception {
    store.submissions.store(TestStore.submissions("a", "m", 200));
    store.settlements.deliveries(
        store.claim("a", 200).stream().map(d -> posted(d, "t" + d.id(), false)).toList());
    Callable<List<PendingDelivery>> poller =
        () -> {
          List<PendingDelivery> mine = new ArrayList<>();
          for (var more = claim("a", 9); !more.isEmpty(); more = claim("a", 9)) {
            mine.addAll(more);
          }
          return mine;
        };

    List<PendingDelivery> all = new ArrayList<>();
    TestStore.atOnce(Collections.nCopies(8, poller)).forEach(all::addAll);

    assertThat(all).extracting(PendingDelivery::messageId).doesNotHaveDuplicates();
  }

  @Test
  void confirmed_is_watched_and_due_to_be_final_after_its_time() {
    store.deliver("a", "1", "17");
    settle(claim("a", 1).get(0), Next.WATCH, null, LakePatch.accepted("a", "17"), null);
    store.makeDue("channel_pending");

    PendingDelivery watched = claim("a", 1).get(0);
    assertThat(watched.confirmed()).isTrue();
    assertThat(watched.finalDue()).isFalse();

    store.run("UPDATE channel_pending SET confirmed_at = now() - interval '61 minutes'");
    store.makeDue("channel_pending");
    assertThat(claim("a", 1).get(0).finalDue()).isTrue();
  }

  @Test
  void a_confirmation_taken_back_is_followed_as_at_first() {
    store.deliver("a", "1", "17");
    settle(claim("a", 1).get(0), Next.WATCH, null, null, null);
    store.makeDue("channel_pending");
    settle(claim("a", 1).get(0), Next.FOLLOW_AGAIN, null, null, null);

    assertThat(store.ask("SELECT state FROM channel_pending WHERE confirmed_at IS NULL"))
        .containsExactly("received");
  }

  @Test
  void give_up_is_due_that_long_after_the_post() {
    store.deliver("a", "1", "17");
    store.run("UPDATE channel_pending SET posted_at = now() - interval '8 days'");

    assertThat(claim("a", 1).get(0).giveUpDue()).isTrue();
  }

  @Test
  void an_odd_answer_is_kept_so_that_its_repeat_is_not_journaled() {
    store.deliver("a", "1", "17");
    PendingDelivery d = claim("a", 1).get(0);
    store.settlements.pending(
        List.of(new PendingSettlement(d, Next.STAY, null, "answered 404", null, null, entries(d))));
    store.makeDue("channel_pending");

    assertThat(claim("a", 1).get(0).lastProblem()).isEqualTo("answered 404");
  }

  @Test
  void what_is_sent_again_is_due_a_day_before_it_expires_however_long_the_delay_is() {
    store.deliver("a", "1", "17");
    store.run("UPDATE delivery_outbox SET expires_at = now() + interval '1 minute'");
    PendingDelivery d = claim("a", 1).get(0);
    OutboxChange again =
        new OutboxChange(OutboxStatus.PENDING, "a", List.of(), 2, "revoked", Duration.ofDays(3));

    settle(d, Next.DELETE, again, null, null);

    assertThat(store.outbox("1", "expires_at - due_at = interval '1 day'")).isEqualTo("t");
    assertThat(store.outbox("1", "due_at > now() + interval '71 hours'")).isEqualTo("t");
  }

  @Test
  void undeliverable_sends_the_message_through_the_next_channel() {
    store.deliver("a", "1", "17");
    PendingDelivery d = claim("a", 1).get(0);

    settle(
        d,
        Next.DELETE,
        new OutboxChange(OutboxStatus.PENDING, "b", List.of("a"), 1, "undeliverable"),
        null,
        null);

    assertThat(store.ask("SELECT message_id FROM channel_pending")).isEmpty();
    Delivery next = store.claim("b", 1).get(0);
    assertThat(next.refusedBy()).containsExactly("a");
    assertThat(next.attempts()).isZero();
    assertThat(next.claim()).isEqualTo(Delivery.Claim.DUE);
  }

  @Test
  void a_new_delivery_of_the_same_message_is_followed_from_the_start() {
    Delivery first = store.deliver("a", "1", "17");
    store.run("UPDATE channel_pending SET checks = 9, last_problem = 'odd', state = 'confirmed'");
    store.run("UPDATE delivery_outbox SET status = 'pending', generation = 2");
    Delivery second = store.claim("a", 1).get(0);
    assertThat(second.idempotencyKey()).isEqualTo(first.idempotencyKey() + "#2");

    store.settlements.deliveries(List.of(posted(second, "18", false)));

    assertThat(
            store.ask(
                "SELECT concat_ws(' ', channel_txn_id, checks, state, last_problem)"
                    + " FROM channel_pending"))
        .containsExactly("18 0 received");
  }

  @Test
  void a_rejection_ends_row_and_delivery_in_one_transaction() {
    store.deliver("a", "1", "17");
    Settlements.Written written =
        settle(
            claim("a", 1).get(0),
            Next.DELETE,
            new OutboxChange(OutboxStatus.REJECTED, "a", List.of("a"), 1, "undeliverable"),
            null,
            new Rejection(Reason.UNDELIVERABLE, "undeliverable", "a", "17"));

    assertThat(written.rejections()).isTrue();
    assertThat(store.outbox("1", "status")).isEqualTo("rejected");
    assertThat(store.ask("SELECT reason || ' ' || channel_txn_id FROM rejected_messages"))
        .containsExactly("undeliverable 17");
  }

  @Test
  void a_lost_lease_is_journaled_and_nothing_else_of_it_is_written() {
    store.deliver("a", "1", "17");
    PendingDelivery frozen = claim("a", 1).get(0);
    store.makeDue("channel_pending");
    claim("a", 1);
    store.run("DELETE FROM message_updates");

    Settlements.Written written =
        settle(frozen, Next.WATCH, null, LakePatch.accepted("a", "17"), null);

    assertThat(written).isEqualTo(new Settlements.Written(0, 1, false, java.util.Map.of(), 0));
    assertThat(store.ask("SELECT state FROM channel_pending")).containsExactly("received");
    assertThat(store.ask("SELECT seq FROM message_updates")).isEmpty();
    assertThat(store.events("1")).containsExactly("submitted", "posted", "lease_lost");
  }

  @Test
  void a_row_that_is_not_accepted_any_more_fails_the_batch_and_names_the_message() {
    store.deliver("a", "1", "17");
    PendingDelivery d = claim("a", 1).get(0);
    store.run("UPDATE delivery_outbox SET status = 'held'");

    assertThatThrownBy(
            () ->
                settle(
                    d,
                    Next.DELETE,
                    new OutboxChange(OutboxStatus.PENDING, "b", List.of("a"), 1, "x"),
                    null,
                    null))
        .hasMessageContaining("AU:1");
    assertThat(store.ask("SELECT channel_txn_id FROM channel_pending"))
        .as("rolled back")
        .containsExactly("17");
  }

  private static Settlements.Written settle(
      PendingDelivery d, Next next, OutboxChange outbox, LakePatch patch, Rejection rejection) {
    return store.settlements.pending(
        List.of(new PendingSettlement(d, next, outbox, null, patch, rejection, entries(d))));
  }

  private static List<JournalEntry> entries(PendingDelivery d) {
    return List.of(new JournalEntry(Event.CONFIRMED, d.channelId(), d.channelTxnId(), null, null));
  }

  private static List<PendingDelivery> claim(String channel, int slots) {
    return store.pending.claim(List.of(slots(channel, slots)), List.of(), UUID.randomUUID());
  }

  private static CheckSlots slots(String channel, int slots) {
    return slots(channel, slots, Duration.ofSeconds(30));
  }

  private static CheckSlots slots(String channel, int slots, Duration every) {
    return new CheckSlots(
        channel, slots, every, Duration.ofSeconds(30), Duration.ofHours(1), Duration.ofDays(7));
  }
}
