package org.intergov.outbound.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.intergov.outbound.delivery.Channels.table;
import static org.intergov.outbound.delivery.StatusAnswer.Status.CONFIRMED;
import static org.intergov.outbound.delivery.StatusAnswer.Status.RECEIVED;
import static org.intergov.outbound.delivery.StatusAnswer.Status.REVOKED;
import static org.intergov.outbound.delivery.StatusAnswer.Status.UNDELIVERABLE;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.intergov.outbound.delivery.PendingSettlement.Next;
import org.intergov.outbound.delivery.PendingSettlement.OutboxChange;
import org.junit.jupiter.api.Test;

/** What a channel's answer about a delivery means. */
class StatusRulesTest {
  private static final String A = "a | match: { receiver: SG }";
  private static final String B = "b | ";

  /** A claimed pending delivery through channel a, {@code received}, with nothing special. */
  private record Given(
      boolean confirmed,
      boolean finalDue,
      boolean giveUpDue,
      String problem,
      int generation,
      List<String> refusedBy) {
    static Given received() {
      return new Given(false, false, false, null, 1, List.of());
    }

    static Given watched() {
      return new Given(true, false, false, null, 1, List.of());
    }

    Given nowFinalDue() {
      return new Given(confirmed, true, giveUpDue, problem, generation, refusedBy);
    }

    Given nowGiveUpDue() {
      return new Given(confirmed, finalDue, true, problem, generation, refusedBy);
    }

    Given generation(int times) {
      return new Given(confirmed, finalDue, giveUpDue, problem, times, refusedBy);
    }

    Given lastProblem(String last) {
      return new Given(confirmed, finalDue, giveUpDue, last, generation, refusedBy);
    }

    Given refusedBy(String... channels) {
      return new Given(confirmed, finalDue, giveUpDue, problem, generation, List.of(channels));
    }

    PendingDelivery delivery() {
      return new PendingDelivery(
          7,
          Channels.message(),
          "a",
          "17",
          confirmed,
          finalDue,
          giveUpDue,
          1,
          problem,
          refusedBy,
          generation,
          Channels.TOKEN,
          Duration.ZERO);
    }
  }

  @Test
  void received_changes_nothing_so_the_row_stays_locked_until_stale() {
    assertThat(settle(Given.received(), RECEIVED, A)).isEmpty();
  }

  @Test
  void confirmed_makes_the_lake_accepted_and_is_watched_from_now_on() {
    PendingSettlement s = settle(Given.received(), CONFIRMED, A).orElseThrow();

    assertThat(s.next()).isEqualTo(Next.WATCH);
    assertThat(s.outbox()).isNull();
    assertThat(s.patch()).isEqualTo(LakePatch.accepted("a", "17"));
    assertThat(words(s)).containsExactly("confirmed");
  }

  @Test
  void confirmed_is_the_end_where_finality_is_zero() {
    PendingSettlement s =
        settle(Given.received(), CONFIRMED, "a | poll: { finality: 0s }").orElseThrow();

    assertThat(s.next()).isEqualTo(Next.DELETE);
    assertThat(s.patch()).isEqualTo(LakePatch.accepted("a", "17"));
  }

  @Test
  void confirmed_again_while_watched_changes_nothing() {
    assertThat(settle(Given.watched(), CONFIRMED, A)).isEmpty();
  }

  @Test
  void confirmed_after_finality_is_final() {
    PendingSettlement s = settle(Given.watched().nowFinalDue(), CONFIRMED, A).orElseThrow();

    assertThat(s.next()).isEqualTo(Next.DELETE);
    assertThat(s.patch()).isNull();
    assertThat(words(s)).containsExactly("final");
  }

  @Test
  void nobody_is_asked_where_receipts_tell_and_only_time_changes_something() {
    StatusAnswer notAsked = new StatusAnswer.NotAsked();
    String told = "a | kind: told";

    assertThat(settle(Given.received(), notAsked, told)).isEmpty();
    assertThat(settle(Given.watched(), notAsked, told)).isEmpty();
    assertThat(words(settle(Given.watched().nowFinalDue(), notAsked, told).orElseThrow()))
        .containsExactly("final");
    assertThat(words(settle(Given.received().nowGiveUpDue(), notAsked, told).orElseThrow()))
        .containsExactly("gave_up", "held");
  }

  @Test
  void a_receipt_that_says_received_takes_no_confirmation_back() {
    var channels = table("a | kind: told");
    StatusRules rules = new StatusRules(() -> channels);

    assertThat(rules.settleByReceipt(Given.watched().delivery(), RECEIVED, "receipt 1")).isEmpty();
  }

  @Test
  void a_delivery_that_a_receipt_confirmed_rests_until_it_is_final() {
    var tellsOnly = table("a | kind: told, poll: { finality: 2h }");
    var answers = table(A);
    StatusRules told = new StatusRules(() -> tellsOnly);
    StatusRules asked = new StatusRules(() -> answers);

    PendingSettlement s =
        told.settleByReceipt(Given.received().delivery(), CONFIRMED, "receipt 1").orElseThrow();

    assertThat(s.journal().get(0).detail()).isEqualTo("receipt 1");
    assertThat(told.restAfterReceipt(s)).contains(Duration.ofHours(2));
    assertThat(asked.restAfterReceipt(s)).as("asked at its own times").isEmpty();
  }

  @Test
  void a_watched_delivery_is_not_given_up() {
    assertThat(settle(Given.watched().nowGiveUpDue(), CONFIRMED, A)).isEmpty();
  }

  @Test
  void received_after_confirmed_is_followed_again_and_the_lake_is_pending_again() {
    PendingSettlement s = settle(Given.watched(), RECEIVED, A).orElseThrow();

    assertThat(s.next()).isEqualTo(Next.FOLLOW_AGAIN);
    assertThat(s.patch()).isEqualTo(LakePatch.pending("a", "17"));
    assertThat(words(s)).containsExactly("unknown");
  }

  @Test
  void undeliverable_goes_to_the_next_channel() {
    PendingSettlement s = settle(Given.received(), UNDELIVERABLE, A, B).orElseThrow();

    assertThat(s.next()).isEqualTo(Next.DELETE);
    assertThat(s.outbox().status()).isEqualTo(OutboxStatus.PENDING);
    assertThat(s.outbox().channelId()).isEqualTo("b");
    assertThat(s.outbox().refusedBy()).containsExactly("a");
    assertThat(s.outbox().generation()).isEqualTo(1);
    assertThat(s.rejection()).isNull();
    assertThat(s.journal())
        .extracting(JournalEntry::event, JournalEntry::channelId)
        .containsExactly(tuple(Event.UNDELIVERABLE, "a"), tuple(Event.FAILED_OVER, "b"));
  }

  @Test
  void undeliverable_without_another_channel_is_rejected() {
    PendingSettlement s =
        settle(Given.received().refusedBy("b"), UNDELIVERABLE, A, B).orElseThrow();

    assertThat(s.next()).isEqualTo(Next.DELETE);
    assertThat(s.outbox().status()).isEqualTo(OutboxStatus.REJECTED);
    assertThat(s.outbox().refusedBy()).containsExactly("b", "a");
    assertThat(s.rejection().reason()).isEqualTo(Reason.UNDELIVERABLE);
    assertThat(s.rejection().channelTxnId()).isEqualTo("17");
    assertThat(words(s)).containsExactly("undeliverable");
  }

  @Test
  void undeliverable_after_confirmed_makes_the_lake_pending_while_it_goes_on() {
    PendingSettlement s = settle(Given.watched(), UNDELIVERABLE, A, B).orElseThrow();

    assertThat(s.patch()).isEqualTo(LakePatch.pending("a", "17"));
  }

  @Test
  void a_channel_that_screens_it_is_passed_over_after_undeliverable() {
    PendingSettlement s =
        settle(Given.received(), UNDELIVERABLE, A, "b | screen: { deny: [ { obj: QmHash } ] }")
            .orElseThrow();

    assertThat(s.rejection().reason()).isEqualTo(Reason.UNDELIVERABLE);
    assertThat(s.outbox().refusedBy()).containsExactly("a", "b");
    assertThat(words(s)).containsExactly("undeliverable", "screened");
  }

  @Test
  void revoked_is_sent_again_as_a_new_generation() {
    PendingSettlement s =
        settle(Given.watched(), REVOKED, "a | on-revoked: resend", B).orElseThrow();

    assertThat(s.next()).isEqualTo(Next.DELETE);
    assertThat(s.outbox())
        .isEqualTo(
            new OutboxChange(OutboxStatus.PENDING, "a", List.of(), 2, "channel a revoked it"));
    assertThat(s.patch()).isEqualTo(LakePatch.pending("a", "17"));
    assertThat(words(s)).containsExactly("revoked", "retry_scheduled");
  }

  @Test
  void what_is_revoked_again_and_again_is_sent_more_and_more_seldom() {
    String channel =
        "a | on-revoked: resend, retry: { first-delay: 2s, factor: 10, max-delay: 1m }";
    for (Map.Entry<Integer, Integer> most : Map.of(2, 2_000, 3, 20_000, 4, 60_000).entrySet()) {
      PendingSettlement s =
          settle(Given.watched().generation(most.getKey()), REVOKED, channel).orElseThrow();

      assertThat(s.outbox().generation()).isEqualTo(most.getKey() + 1);
      assertThat(s.outbox().delay().toMillis())
          .isBetween(most.getValue() / 2L, (long) most.getValue());
      assertThat(s.journal().get(1).detail()).contains(", in ");
    }
  }

  @Test
  void revoked_is_rejected_where_the_channel_says_so() {
    PendingSettlement s = settle(Given.watched(), REVOKED, "a | on-revoked: reject").orElseThrow();

    assertThat(s.outbox().status()).isEqualTo(OutboxStatus.REJECTED);
    assertThat(s.outbox().generation()).isEqualTo(1);
    assertThat(s.rejection().reason()).isEqualTo(Reason.REVOKED);
    assertThat(words(s)).containsExactly("revoked");
  }

  @Test
  void an_answer_that_is_no_status_is_journaled_once_and_taken_for_none() {
    StatusAnswer odd = new StatusAnswer.NoStatus("answered 404");
    PendingSettlement first = settle(Given.received(), odd, A).orElseThrow();

    assertThat(first.next()).isEqualTo(Next.STAY);
    assertThat(first.outbox()).isNull();
    assertThat(first.patch()).isNull();
    assertThat(first.problem()).isEqualTo("answered 404");
    assertThat(words(first)).containsExactly("unknown");
    assertThat(settle(Given.received().lastProblem("answered 404"), odd, A)).isEmpty();
  }

  @Test
  void another_odd_answer_is_journaled_again() {
    StatusAnswer odd = new StatusAnswer.NoStatus("unknown status word \"lost\"");

    assertThat(settle(Given.received().lastProblem("answered 404"), odd, A)).isPresent();
  }

  @Test
  void an_unreachable_channel_is_asked_again_and_not_journaled() {
    assertThat(settle(Given.received(), new StatusAnswer.Unreachable("refused"), A)).isEmpty();
    assertThat(settle(Given.watched(), new StatusAnswer.Unreachable("refused"), A)).isEmpty();
  }

  @Test
  void after_give_up_after_an_operator_decides() {
    for (StatusAnswer answer : List.of(RECEIVED, new StatusAnswer.Unreachable("refused"))) {
      PendingSettlement s = settle(Given.received().nowGiveUpDue(), answer, A, B).orElseThrow();

      assertThat(s.next()).isEqualTo(Next.DELETE);
      assertThat(s.outbox().status()).isEqualTo(OutboxStatus.HELD);
      assertThat(s.rejection()).isNull();
      assertThat(words(s)).containsExactly("gave_up", "held");
    }
  }

  @Test
  void who_gives_up_says_what_the_channel_answered_last() {
    StatusAnswer silent = new StatusAnswer.Unreachable("answered 500");
    PendingSettlement s = settle(Given.received().nowGiveUpDue(), silent, A).orElseThrow();

    assertThat(s.outbox().lastError())
        .isEqualTo("no final status from channel a, last asked: answered 500; an operator decides");
    assertThat(s.journal()).allSatisfy(j -> assertThat(j.detail()).contains("answered 500"));
  }

  @Test
  void a_confirmation_that_comes_at_the_last_moment_counts() {
    assertThat(settle(Given.received().nowGiveUpDue(), CONFIRMED, A).orElseThrow().next())
        .isEqualTo(Next.WATCH);
  }

  @Test
  void if_the_channel_has_left_the_table_a_revoked_message_is_rejected() {
    PendingSettlement s = settle(Given.watched(), REVOKED, B).orElseThrow();

    assertThat(s.rejection().reason()).isEqualTo(Reason.REVOKED);
  }

  @Test
  void a_watched_delivery_whose_channel_does_not_know_it_any_more_is_not_given_up() {
    Optional<PendingSettlement> s =
        settle(Given.watched().nowGiveUpDue(), new StatusAnswer.NoStatus("answered 404"), A);

    assertThat(s.orElseThrow().next()).isEqualTo(Next.STAY);
  }

  @Test
  void its_watch_ends_when_the_channel_stays_silent_past_finality_and_give_up_after() {
    PendingSettlement s =
        settle(
                Given.watched().nowFinalDue().nowGiveUpDue(),
                new StatusAnswer.Unreachable("refused"),
                A)
            .orElseThrow();

    assertThat(s.next()).isEqualTo(Next.DELETE);
    assertThat(s.outbox()).as("it stays accepted").isNull();
    assertThat(words(s)).containsExactly("gave_up");
  }

  @Test
  void no_news_leaves_the_delivery_and_its_last_problem_as_they_are() {
    PendingDelivery d = Given.received().lastProblem("answered 404").delivery();

    assertThat(PendingSettlement.noNews(d))
        .isEqualTo(
            new PendingSettlement(d, Next.STAY, null, "answered 404", null, null, List.of()));
  }

  @Test
  void what_is_put_off_leaves_all_as_it_is_and_the_channel_is_asked_again() {
    PendingDelivery d = Given.watched().lastProblem("answered 404").delivery();

    assertThat(PendingSettlement.putOff(d))
        .isEqualTo(
            new PendingSettlement(d, Next.ASK_AGAIN, null, "answered 404", null, null, List.of()));
  }

  @Test
  void a_confirmation_is_taken_back_by_what_shows_the_message_as_something_else() {
    assertThat(takesBack(Given.watched(), REVOKED, "a | on-revoked: resend")).isTrue();
    assertThat(takesBack(Given.watched(), REVOKED, "a | on-revoked: reject")).isTrue();
    assertThat(takesBack(Given.received(), REVOKED, "a | on-revoked: resend")).isFalse();
    assertThat(takesBack(Given.watched().nowFinalDue(), CONFIRMED, A)).isFalse();
  }

  private static boolean takesBack(Given given, StatusAnswer answer, String entry) {
    return settle(given, answer, entry).orElseThrow().takesBack();
  }

  private static Optional<PendingSettlement> settle(
      Given given, StatusAnswer answer, String... entries) {
    var table = table(entries);
    return new StatusRules(() -> table).settle(given.delivery(), answer);
  }

  private static List<String> words(PendingSettlement s) {
    return s.journal().stream().map(e -> e.event().word()).toList();
  }
}
