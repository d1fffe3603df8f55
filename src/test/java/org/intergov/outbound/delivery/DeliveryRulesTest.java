package org.intergov.outbound.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.intergov.outbound.delivery.Channels.delivery;
import static org.intergov.outbound.delivery.Channels.table;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.intergov.outbound.message.Violation;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The table "what a post can come to", line by line. */
class DeliveryRulesTest {
  private static final Duration FIRST_CHECK = Duration.ofSeconds(3);
  private static final String A = "a | match: { receiver: SG }";
  private static final String B = "b | match: { predicate: UN.* }";
  private static final String C = "c | ";
  private static final String ONE_TRY = ", retry: { attempts: 1 }";

  @Nested
  class Posted {
    private static final String FOLLOWED =
        "a | poll: { first-after: 3s, every: 30s, finality: 1h }";

    @Test
    void it_is_accepted_followed_and_the_lake_learns_the_channel() {
      Settlement s = settle(delivery("a"), new Outcome.Posted("17", false), FOLLOWED);

      assertThat(s.status()).isEqualTo(OutboxStatus.ACCEPTED);
      assertThat(s.channelId()).isEqualTo("a");
      assertThat(s.attempts()).isEqualTo(1);
      assertThat(s.follow()).isEqualTo(new Settlement.Follow("17", false, FIRST_CHECK));
      assertThat(s.patches()).containsExactly(LakePatch.pending("a", "17"));
      assertThat(s.rejection()).isNull();
      assertThat(s.journal()).containsExactly(new JournalEntry(Event.POSTED, "a", "17", 1, null));
    }

    @Test
    void a_kind_that_confirms_at_once_is_confirmed_and_watched() {
      Settlement s = settle(delivery("a", 2, 0), new Outcome.Posted("17", true), FOLLOWED);

      assertThat(s.status()).isEqualTo(OutboxStatus.ACCEPTED);
      assertThat(s.follow()).isEqualTo(new Settlement.Follow("17", true, Duration.ofSeconds(30)));
      assertThat(s.patches()).containsExactly(LakePatch.accepted("a", "17"));
      assertThat(s.journal())
          .extracting(JournalEntry::event, JournalEntry::attempt)
          .containsExactly(tuple(Event.POSTED, 3), tuple(Event.CONFIRMED, null));
    }

    @Test
    void an_acknowledgement_confirms_where_nothing_more_will_be_heard() {
      Settlement s =
          settle(delivery("a"), new Outcome.Posted("17", false), "a | kind: acknowledged");

      assertThat(s.follow()).as("there is nothing to wait for").isNull();
      assertThat(s.patches()).containsExactly(LakePatch.accepted("a", "17"));
      assertThat(s.journal())
          .extracting(JournalEntry::event)
          .containsExactly(Event.POSTED, Event.CONFIRMED);
    }

    @Test
    void an_edit_meanwhile_makes_no_confirmation_of_what_a_followed_channel_answered() {
      var before = table(FOLLOWED).channel("a").orElseThrow();
      Settlement s =
          rules("a | kind: acknowledged")
              .settle(delivery("a"), new Outcome.Posted("17", false), before);

      assertThat(s.patches()).containsExactly(LakePatch.pending("a", "17"));
      assertThat(s.follow()).isEqualTo(new Settlement.Follow("17", false, FIRST_CHECK));
      assertThat(words(s)).containsExactly("posted");

      var acknowledged = table("a | kind: acknowledged").channel("a").orElseThrow();
      s = rules(FOLLOWED).settle(delivery("a"), new Outcome.Posted("17", false), acknowledged);
      assertThat(words(s)).containsExactly("posted", "confirmed");
    }

    @Test
    void where_only_receipts_tell_the_poller_rests_until_the_time_is_up() {
      String told = "a | kind: told, poll: { give-up-after: 2d, finality: 3h }";

      assertThat(settle(delivery("a"), new Outcome.Posted("17", false), told).follow())
          .isEqualTo(new Settlement.Follow("17", false, Duration.ofDays(2), true));
      assertThat(settle(delivery("a"), new Outcome.Posted("17", true), told).follow())
          .isEqualTo(new Settlement.Follow("17", true, Duration.ofHours(3), true));
    }

    @Test
    void a_confirmation_that_is_final_at_once_is_not_watched() {
      Settlement s =
          settle(delivery("a"), new Outcome.Posted("17", true), "a | poll: { finality: 0s }");

      assertThat(s.follow()).isNull();
    }

    @Test
    void a_delivery_whose_channel_has_left_the_table_is_followed_all_the_same() {
      Settlement s = settle(delivery("gone"), new Outcome.Posted("17", false), A);

      assertThat(s.follow().channelTxnId()).isEqualTo("17");
    }
  }

  @Nested
  class Refused {
    @Test
    void the_next_channel_gets_it_at_once_with_fresh_attempts() {
      Settlement s = settle(delivery("a", 2, 0), new Outcome.Refused("answered 400"), A, B);

      assertThat(s.status()).isEqualTo(OutboxStatus.PENDING);
      assertThat(s.channelId()).isEqualTo("b");
      assertThat(s.delay()).isZero();
      assertThat(s.attempts()).isZero();
      assertThat(s.refusedBy()).containsExactly("a");
      assertThat(s.lastError()).isEqualTo("answered 400");
      assertThat(s.journal())
          .extracting(JournalEntry::event, JournalEntry::channelId, JournalEntry::attempt)
          .containsExactly(tuple(Event.REFUSED, "a", 3), tuple(Event.FAILED_OVER, "b", null));
    }

    @Test
    void without_another_channel_it_is_rejected() {
      Settlement s = settle(delivery("b", 0, 0, "a"), new Outcome.Refused("answered 400"), A, B);

      assertThat(s.status()).isEqualTo(OutboxStatus.REJECTED);
      assertThat(s.rejection()).isEqualTo(new Rejection(Reason.REFUSED, "answered 400", "b", null));
      assertThat(s.refusedBy()).containsExactly("a", "b");
      assertThat(s.follow()).isNull();
      assertThat(words(s)).containsExactly("refused");
    }

    @Test
    void a_channel_that_screens_it_is_passed_over_and_written_down() {
      Settlement s =
          settle(
              delivery("a"),
              new Outcome.Refused("answered 422"),
              A,
              "b | screen: { deny: [ { subject: AU.abn1.* } ] }",
              C);

      assertThat(s.channelId()).isEqualTo("c");
      assertThat(s.refusedBy()).containsExactly("a", "b");
      assertThat(s.journal())
          .extracting(JournalEntry::event, JournalEntry::channelId)
          .containsExactly(
              tuple(Event.REFUSED, "a"), tuple(Event.SCREENED, "b"), tuple(Event.FAILED_OVER, "c"));
    }

    @Test
    void a_conflict_is_a_refusal_when_no_attempt_can_have_arrived() {
      Settlement s = settle(delivery("a", 3, 0), new Outcome.Refused("answered 409"), A);

      assertThat(s.rejection().reason()).isEqualTo(Reason.REFUSED);
    }

    @Test
    void a_refusal_after_an_unknown_outcome_settles_it_where_the_key_is_honoured() {
      Settlement s =
          settle(
              delivery("a", 1, 1),
              new Outcome.Refused("answered 400"),
              "a | match: { receiver: SG }, idempotent: true",
              B);

      assertThat(s.channelId()).isEqualTo("b");
      assertThat(words(s)).containsExactly("refused", "failed_over");
    }

    @Test
    void a_refusal_after_an_unknown_outcome_is_for_an_operator_where_the_key_is_not_honoured() {
      Settlement s =
          settle(
              delivery("a", 1, 1), new Outcome.Refused("answered 400"), "a | on-unknown: hold", B);

      assertThat(s.status()).isEqualTo(OutboxStatus.HELD);
      assertThat(s.rejection()).isNull();
      assertThat(words(s)).containsExactly("refused", "held");
    }

    @Test
    void whatever_the_channel_says_after_an_unknown_outcome_it_moves_nowhere_by_itself() {
      for (String said : List.of("answered 400", "answered 409", "answered 422")) {
        Settlement s = settle(delivery("a", 1, 1), new Outcome.Refused(said), A, B);

        assertThat(s.status()).isEqualTo(OutboxStatus.HELD);
        assertThat(s.channelId()).isEqualTo("a");
        assertThat(s.refusedBy()).isEmpty();
        assertThat(words(s)).containsExactly("refused", "held");
        assertThat(s.journal().get(0).attempt()).isEqualTo(2);
        assertThat(s.journal().get(1).detail()).contains("may have arrived");
      }
    }
  }

  @Nested
  class Unavailable {
    @Test
    void the_same_channel_gets_it_again_after_a_delay() {
      Settlement s = settle(delivery("a"), unavailable(null), A, B);

      assertThat(s.status()).isEqualTo(OutboxStatus.PENDING);
      assertThat(s.channelId()).isEqualTo("a");
      assertThat(s.attempts()).isEqualTo(1);
      assertThat(s.unknowns()).isZero();
      assertThat(s.delay()).isBetween(Duration.ofMillis(500), Duration.ofSeconds(1));
      assertThat(s.journal())
          .extracting(JournalEntry::event, JournalEntry::attempt)
          .containsExactly(tuple(Event.UNAVAILABLE, 1), tuple(Event.RETRY_SCHEDULED, 2));
      assertThat(s.journal().get(1).detail()).matches("in (0\\.[5-9]|1\\.0) s");
    }

    @Test
    void each_delay_is_longer_than_the_one_before() {
      assertThat(settle(delivery("a", 3, 0), unavailable(null), A).delay())
          .isBetween(Duration.ofSeconds(4), Duration.ofSeconds(8));
    }

    @Test
    void retry_after_is_honoured_and_no_more_often_than_without_it_in_the_end() {
      assertThat(settle(delivery("a"), unavailable(Duration.ofSeconds(90)), A).delay())
          .isBetween(Duration.ofSeconds(90), Duration.ofSeconds(99));
      assertThat(settle(delivery("a", 5, 0), unavailable(Duration.ofSeconds(1)), A).delay())
          .isGreaterThanOrEqualTo(Duration.ofSeconds(16));
    }

    @Test
    void after_its_attempts_the_next_matching_channel_gets_it_at_once() {
      Settlement s = settle(delivery("a", 4, 0), unavailable(null), A, B);

      assertThat(s.channelId()).isEqualTo("b");
      assertThat(s.delay()).isZero();
      assertThat(s.attempts()).isZero();
      assertThat(s.refusedBy()).as("it has not refused").isEmpty();
      assertThat(s.journal())
          .extracting(JournalEntry::event, JournalEntry::channelId)
          .containsExactly(tuple(Event.UNAVAILABLE, "a"), tuple(Event.FAILED_OVER, "b"));
    }

    @Test
    void one_attempt_less_stays() {
      assertThat(settle(delivery("a", 3, 0), unavailable(null), A, B).channelId()).isEqualTo("a");
    }

    @Test
    void from_the_last_channel_it_comes_around_to_the_first_after_the_longest_delay() {
      Settlement s =
          settle(delivery("b"), unavailable(null), A, "b | retry: { attempts: 1, max-delay: 2m }");

      assertThat(s.channelId()).isEqualTo("a");
      assertThat(s.delay()).isEqualTo(Duration.ofMinutes(2));
    }

    @Test
    void from_one_in_the_middle_it_goes_to_the_one_after() {
      Settlement s = settle(delivery("b"), unavailable(null), A, B + ONE_TRY, C);

      assertThat(s.channelId()).isEqualTo("c");
      assertThat(s.delay()).isZero();
    }

    @Test
    void from_a_channel_that_does_not_match_it_any_more_it_goes_to_the_first_that_does() {
      Settlement s =
          settle(
              delivery("b"),
              unavailable(null),
              A,
              "b | match: { receiver: NZ }, retry: { attempts: 1 }",
              C);

      assertThat(s.channelId()).isEqualTo("a");
    }

    @Test
    void a_channel_that_refused_it_is_not_come_back_to() {
      Settlement s = settle(delivery("b", 0, 0, "a"), unavailable(null), A, B + ONE_TRY, C);

      assertThat(s.channelId()).isEqualTo("c");
    }

    @Test
    void without_another_channel_it_keeps_trying() {
      Settlement s = settle(delivery("a", 400, 0), unavailable(null), A);

      assertThat(s.status()).isEqualTo(OutboxStatus.PENDING);
      assertThat(s.channelId()).isEqualTo("a");
      assertThat(s.delay()).isBetween(Duration.ofSeconds(150), Duration.ofMinutes(5));
      assertThat(s.rejection()).isNull();
    }

    @Test
    void after_an_unknown_outcome_it_never_moves() {
      Settlement s = settle(delivery("a", 400, 1), unavailable(null), A, B);

      assertThat(s.channelId()).isEqualTo("a");
      assertThat(s.unknowns()).isEqualTo(1);
      assertThat(words(s)).containsExactly("unavailable", "retry_scheduled");
    }

    @Test
    void a_delivery_whose_channel_has_left_the_table_is_looked_at_again_soon() {
      Settlement s = settle(delivery("gone"), unavailable(null), A);

      assertThat(s.status()).isEqualTo(OutboxStatus.PENDING);
      assertThat(s.delay()).isEqualTo(Duration.ofSeconds(1));
    }

    private Outcome unavailable(Duration retryAfter) {
      return new Outcome.Unavailable("connection refused", Optional.ofNullable(retryAfter));
    }
  }

  @Nested
  class OpenCircuit {
    private final DeliveryRules rules = new DeliveryRules(() -> Channels.table(A, B, "c | "));

    @Test
    void what_waits_for_it_moves_to_the_next_channel_that_works_and_spends_no_attempt() {
      Settlement s = rules.moveOn(delivery("a", 2, 0), id -> !id.equals("a"));

      assertThat(s.status()).isEqualTo(OutboxStatus.PENDING);
      assertThat(s.channelId()).isEqualTo("b");
      assertThat(s.attempts()).isZero();
      assertThat(s.delay()).isZero();
      assertThat(s.journal())
          .singleElement()
          .satisfies(
              e -> {
                assertThat(e.event()).isEqualTo(Event.FAILED_OVER);
                assertThat(e.channelId()).isEqualTo("b");
                assertThat(e.detail()).isEqualTo("from a, whose circuit is open");
              });
    }

    @Test
    void from_the_last_channel_it_comes_around_to_the_first_that_works_and_did_not_refuse_it() {
      assertThat(rules.moveOn(delivery("c"), id -> true).channelId()).isEqualTo("a");
      assertThat(rules.moveOn(delivery("c", 0, 0, "a"), id -> true).channelId()).isEqualTo("b");
      assertThat(rules.moveOn(delivery("b"), id -> id.equals("a")).channelId()).isEqualTo("a");
    }

    @Test
    void what_it_does_not_match_any_more_moves_to_the_first_that_works() {
      assertThat(rules("a | match: { receiver: NZ }", B, C).moveOn(delivery("a"), id -> true))
          .extracting(Settlement::channelId)
          .isEqualTo("b");
    }

    @Test
    void with_no_other_it_waits_on() {
      Settlement s = rules.moveOn(delivery("a"), id -> false);

      assertThat(s.channelId()).isEqualTo("a");
      assertThat(s.status()).isEqualTo(OutboxStatus.PENDING);
      assertThat(s.journal()).isEmpty();
      assertThat(rules.mayMove(Channels.message(), "a", List.of(), id -> false)).isFalse();
      assertThat(rules.mayMove(Channels.message(), "a", List.of("b"), id -> true)).isTrue();
    }

    @Test
    void after_an_unknown_outcome_it_never_moves() {
      assertThat(rules.moveOn(delivery("a", 1, 1), id -> true).channelId()).isEqualTo("a");
    }
  }

  @Nested
  class Forgotten {
    @Test
    void the_same_channel_gets_it_again_and_the_journal_says_that_it_may_have_it() {
      Settlement s = rules(A, B).forgotten(delivery("a"));

      assertThat(s.status()).isEqualTo(OutboxStatus.PENDING);
      assertThat(s.channelId()).isEqualTo("a");
      assertThat(s.unknowns()).isEqualTo(1);
      assertThat(words(s)).containsExactly("unknown", "possible_duplicate", "retry_scheduled");
      assertThat(s.journal().get(0).detail()).contains("promoted or restored");
    }

    @Test
    void a_channel_that_must_never_see_a_message_twice_gets_it_held() {
      Settlement s = rules("a | on-unknown: hold", B).forgotten(delivery("a"));

      assertThat(s.status()).isEqualTo(OutboxStatus.HELD);
      assertThat(words(s)).containsExactly("unknown", "held");
    }

    @Test
    void one_without_a_channel_may_have_been_sent_by_the_one_that_takes_it_now() {
      Settlement retried = rules(A).forgotten(delivery(null));
      assertThat(retried.channelId()).isEqualTo("a");
      assertThat(retried.unknowns()).isEqualTo(1);
      assertThat(words(retried))
          .containsExactly("unknown", "possible_duplicate", "retry_scheduled");

      Settlement held = rules("a | on-unknown: hold").forgotten(delivery(null));
      assertThat(held.status()).isEqualTo(OutboxStatus.HELD);
      assertThat(held.channelId()).isEqualTo("a");
    }

    @Test
    void one_that_no_channel_takes_now_is_held_and_not_rejected() {
      Settlement s = rules("a | match: { receiver: NZ }").forgotten(delivery(null));

      assertThat(s.status()).isEqualTo(OutboxStatus.HELD);
      assertThat(s.rejection()).isNull();
      assertThat(s.unknowns()).isEqualTo(1);
      assertThat(words(s)).containsExactly("unknown", "held");
      assertThat(s.journal().get(0).attempt()).isEqualTo(delivery(null).attempts() + 1);
      assertThat(s.lastError()).contains("promoted or restored").contains("no channel takes it");
    }
  }

  @Nested
  class Unknown {
    private final Outcome unknown = new Outcome.Unknown("no whole answer within 10000 ms");

    @Test
    void the_same_channel_gets_it_again_with_the_same_key_and_the_journal_says_so() {
      Settlement s = settle(delivery("a"), unknown, A, B);

      assertThat(s.status()).isEqualTo(OutboxStatus.PENDING);
      assertThat(s.channelId()).isEqualTo("a");
      assertThat(s.generation()).isEqualTo(1);
      assertThat(s.attempts()).isEqualTo(1);
      assertThat(s.unknowns()).isEqualTo(1);
      assertThat(s.delay()).isBetween(Duration.ofMillis(500), Duration.ofSeconds(1));
      assertThat(words(s)).containsExactly("unknown", "possible_duplicate", "retry_scheduled");
      assertThat(s.journal().get(1).detail()).endsWith("AU:the-ref");
    }

    @Test
    void the_journal_counts_every_attempt_and_the_delay_grows_with_those_that_are_unknown() {
      Settlement s = settle(delivery("a", 4, 2), unknown, A, B);

      assertThat(s.journal())
          .extracting(JournalEntry::event, JournalEntry::attempt)
          .containsExactly(
              tuple(Event.UNKNOWN, 5),
              tuple(Event.POSSIBLE_DUPLICATE, null),
              tuple(Event.RETRY_SCHEDULED, 6));
      assertThat(s.delay()).isBetween(Duration.ofSeconds(2), Duration.ofSeconds(4));
    }

    @Test
    void a_later_generation_keeps_its_own_key() {
      Settlement s = settle(delivery("a", 2, 0, 0), unknown, A);

      assertThat(s.generation()).isEqualTo(2);
      assertThat(s.journal().get(1).detail()).endsWith("AU:the-ref#2");
    }

    @Test
    void when_its_attempts_are_spent_it_is_held() {
      Settlement s = settle(delivery("a", 4, 4), unknown, A, B);

      assertThat(s.status()).isEqualTo(OutboxStatus.HELD);
      assertThat(s.channelId()).isEqualTo("a");
      assertThat(s.rejection()).isNull();
      assertThat(words(s)).containsExactly("unknown", "held");
      assertThat(s.journal().get(1).detail()).contains("after 5 attempts");
    }

    @Test
    void attempts_that_were_certainly_not_delivered_do_not_count_towards_that() {
      assertThat(settle(delivery("a", 40, 3), unknown, A).status()).isEqualTo(OutboxStatus.PENDING);
    }

    @Test
    void a_channel_that_must_never_see_a_message_twice_gets_it_held_at_once() {
      Settlement s = settle(delivery("a"), unknown, "a | on-unknown: hold", B);

      assertThat(s.status()).isEqualTo(OutboxStatus.HELD);
      assertThat(s.unknowns()).isEqualTo(1);
      assertThat(words(s)).containsExactly("unknown", "held");
    }

    @Test
    void if_its_channel_has_left_the_table_it_is_held() {
      Settlement s = settle(delivery("gone"), unknown, A);

      assertThat(s.status()).isEqualTo(OutboxStatus.HELD);
      assertThat(s.lastError()).isNotNull();
    }
  }

  @Nested
  class NotSent {
    @Test
    void it_goes_back_as_it_was_and_nothing_is_journaled() {
      Delivery d = delivery("a", 3, 2, "b");
      Settlement s = settle(d, new Outcome.NotSent("the gateway stops"), A, B);

      assertThat(s.status()).isEqualTo(OutboxStatus.PENDING);
      assertThat(s.channelId()).isEqualTo("a");
      assertThat(s.attempts()).isEqualTo(3);
      assertThat(s.unknowns()).isEqualTo(2);
      assertThat(s.refusedBy()).containsExactly("b");
      assertThat(s.delay()).isZero();
      assertThat(s.journal()).isEmpty();
    }
  }

  @Nested
  class Route {
    @Test
    void the_first_that_matches_gets_it_and_the_journal_keeps_quiet() {
      Settlement s = rules(A, B).route(delivery(null), false);

      assertThat(s.status()).isEqualTo(OutboxStatus.PENDING);
      assertThat(s.channelId()).isEqualTo("a");
      assertThat(s.delay()).isZero();
      assertThat(s.journal()).isEmpty();
    }

    @Test
    void no_match_is_rejected_as_no_route() {
      Settlement s = rules("a | match: { receiver: NZ }").route(delivery(null), false);

      assertThat(s.status()).isEqualTo(OutboxStatus.REJECTED);
      assertThat(s.rejection().reason()).isEqualTo(Reason.NO_ROUTE);
      assertThat(words(s)).containsExactly("no_route");
    }

    @Test
    void screened_by_every_match_is_rejected_as_refused() {
      Settlement s =
          rules("a | screen: { deny: [ { obj: QmHash } ] }", "b | match: { receiver: NZ }")
              .route(delivery(null), false);

      assertThat(s.rejection().reason()).isEqualTo(Reason.REFUSED);
      assertThat(s.refusedBy()).containsExactly("a");
      assertThat(words(s)).containsExactly("screened");
    }

    @Test
    void if_its_lane_is_gone_it_is_routed_anew_and_the_journal_says_so() {
      Settlement s = rules(A, B).route(delivery("gone", 3, 0), true);

      assertThat(s.channelId()).isEqualTo("a");
      assertThat(s.attempts()).isZero();
      assertThat(words(s)).containsExactly("routed");
      assertThat(s.journal().get(0).detail()).contains("gone");
    }

    @Test
    void if_its_channel_is_not_active_any_more_it_is_routed_anew() {
      String over = "over | active: { until: 2020-01-01T00:00:00Z }";

      Settlement s = rules(over, B).route(delivery("over", 3, 0), true);
      assertThat(s.channelId()).isEqualTo("b");
      assertThat(s.journal().get(0).detail())
          .isEqualTo("routed anew: channel over is no longer active since 2020-01-01T00:00:00Z");
      Settlement waits = rules(over).route(delivery("over", 3, 0), true);
      assertThat(waits.status()).isEqualTo(OutboxStatus.PENDING);
      assertThat(waits.delay()).isPositive();
    }

    @Test
    void without_a_route_the_journal_names_the_entry_that_is_not_active() {
      Settlement s =
          rules("over | active: { until: 2020-01-01T00:00:00Z }").route(delivery(null), false);

      assertThat(s.rejection().reason()).isEqualTo(Reason.NO_ROUTE);
      assertThat(s.journal().get(0).detail())
          .endsWith("; over does, but is no longer active since 2020-01-01T00:00:00Z");
    }

    @Test
    void channels_that_refused_it_stay_out() {
      assertThat(rules(A, B).route(delivery("gone", 0, 0, "a"), true).channelId()).isEqualTo("b");
    }
  }

  @Nested
  class EndsWithoutPost {
    @Test
    void an_expired_one_is_rejected_if_it_certainly_did_not_arrive() {
      Settlement s = rules(A).expired(delivery("a", 9, 0));

      assertThat(s.status()).isEqualTo(OutboxStatus.REJECTED);
      assertThat(s.rejection().reason()).isEqualTo(Reason.EXPIRED);
      assertThat(words(s)).containsExactly("expired");
    }

    @Test
    void an_expired_one_is_held_if_nobody_knows() {
      Settlement s = rules(A).expired(delivery("a", 9, 1));

      assertThat(s.status()).isEqualTo(OutboxStatus.HELD);
      assertThat(s.rejection()).isNull();
      assertThat(words(s)).containsExactly("expired", "held");
    }

    @Test
    void a_held_one_says_why() {
      Settlement s = rules(A).hold(delivery("a"), "because");

      assertThat(s.status()).isEqualTo(OutboxStatus.HELD);
      assertThat(s.lastError()).isEqualTo("because");
      assertThat(s.journal())
          .containsExactly(new JournalEntry(Event.HELD, "a", null, null, "because"));
    }

    @Test
    void an_invalid_one_is_rejected_with_the_first_fault() {
      Settlement s =
          rules(A)
              .invalid(
                  delivery(null),
                  List.of(
                      new Violation("obj", "format", "is no URI"),
                      new Violation("subject", "characters", "is odd")));

      assertThat(s.status()).isEqualTo(OutboxStatus.REJECTED);
      assertThat(s.rejection().reason()).isEqualTo(Reason.INVALID);
      assertThat(s.rejection().detail()).isEqualTo("obj: is no URI (and 1 more)");
    }

    @Test
    void an_invalid_one_with_one_fault_has_no_more() {
      Violation fault = new Violation("obj", "format", "is no URI");

      assertThat(rules(A).invalid(delivery(null), List.of(fault)).lastError())
          .isEqualTo("obj: is no URI");
    }
  }

  private static DeliveryRules rules(String... entries) {
    var table = table(entries);
    return new DeliveryRules(() -> table);
  }

  private static Settlement settle(Delivery d, Outcome outcome, String... entries) {
    return rules(entries).settle(d, outcome);
  }

  private static List<String> words(Settlement s) {
    return s.journal().stream().map(e -> e.event().word()).toList();
  }
}
