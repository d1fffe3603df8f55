package org.intergov.outbound.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.intergov.outbound.delivery.CircuitState.Phase;
import org.intergov.outbound.routing.Channel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A lane whose channel fails, is slow, or is to be given only so much. */
class ProtectedLaneTest {
  private static final Outcome POSTED = new Outcome.Posted("1", false);
  private static final Outcome REFUSED = new Outcome.Refused("answered 400");
  private static final Outcome UNKNOWN = new Outcome.Unknown("no whole answer");
  private static final Outcome UNAVAILABLE =
      new Outcome.Unavailable("no connection", Optional.empty());
  private static final String FAST =
      "circuit: { failure-rate: 50%, window: 4, minimum: 4, wait: 10s, max-wait: 25s }";

  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1_000_000_000L);
  private long lastId;

  @Test
  void half_of_the_posts_failing_opens_the_circuit_and_the_stock_goes_back() {
    Lane lane = lane("concurrency: 2, " + FAST);
    post(lane, POSTED, REFUSED, UNAVAILABLE);
    assertThat(lane.circuit().phase()).isEqualTo(Phase.CLOSED);
    add(lane);
    add(lane);
    Lane.Next last = lane.next();
    lane.finish(last, UNKNOWN, 0);

    assertThat(lane.isShut()).isTrue();
    assertThat(lane.freeSlots()).isZero();
    Lane.Next unsent = lane.next();
    assertThat(unsent.send()).isFalse();
    assertThat(unsent.delivery().id()).isEqualTo(lastId);
    assertThat(lane.next()).isNull();
    CircuitState state = lane.circuit();
    assertThat(state.phase()).isEqualTo(Phase.OPEN);
    assertThat(state.cause())
        .isEqualTo("2 of the last 4 posts failed, the last one: no whole answer");
    assertThat(state.nextProbe()).isEqualTo(Duration.ofSeconds(10));
    assertThat(state.asked()).isFalse();
  }

  @Test
  void refusals_never_open_it() {
    Lane lane = lane("stop-after-refusals: off, " + FAST);
    for (int i = 0; i < 100; i++) {
      post(lane, REFUSED);
    }
    assertThat(lane.circuit().phase()).isEqualTo(Phase.CLOSED);
    assertThat(lane.change()).isNull();
  }

  @Test
  void with_fewer_posts_than_the_minimum_it_stays_closed() {
    Lane lane = lane("circuit: { window: 4, minimum: 4 }");
    post(lane, UNAVAILABLE, UNAVAILABLE, UNAVAILABLE);
    assertThat(lane.circuit().phase()).isEqualTo(Phase.CLOSED);
  }

  @Test
  void after_the_wait_some_messages_try_the_channel_and_most_of_them_decide() {
    Lane lane = opened("concurrency: 9, " + FAST);
    now.addAndGet(Duration.ofSeconds(10).toNanos());
    assertThat(lane.freeSlots()).isZero();
    now.incrementAndGet();
    assertThat(lane.freeSlots()).isEqualTo(5);

    List<Lane.Next> tries = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      tries.add(begin(lane));
    }
    assertThat(lane.circuit().phase()).isEqualTo(Phase.HALF_OPEN);
    assertThat(lane.freeSlots()).as("five are enough").isZero();
    add(lane);
    assertThat(lane.next().send()).as("what came with them goes back").isFalse();

    lane.finish(tries.get(0), UNAVAILABLE, 0);
    lane.finish(tries.get(1), POSTED, 0);
    lane.finish(tries.get(2), UNKNOWN, 0);
    lane.finish(tries.get(3), POSTED, 0);
    assertThat(lane.circuit().phase()).isEqualTo(Phase.HALF_OPEN);
    lane.finish(tries.get(4), POSTED, 0);
    assertThat(lane.circuit().phase()).as("three of five").isEqualTo(Phase.CLOSED);
    assertThat(lane.circuit().cause()).isNull();
    assertThat(lane.freeSlots()).isPositive();
  }

  @Test
  void one_that_tries_alone_and_is_taken_is_enough_and_three_failures_of_five_are_too_many() {
    Lane alone = opened("concurrency: 9, " + FAST);
    passWait(alone);
    post(alone, POSTED);
    assertThat(alone.circuit().phase()).isEqualTo(Phase.CLOSED);

    Lane lane = opened("concurrency: 9, " + FAST);
    passWait(lane);
    List<Lane.Next> tries = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      tries.add(begin(lane));
    }
    lane.finish(tries.get(0), POSTED, 0);
    lane.finish(tries.get(1), UNAVAILABLE, 0);
    lane.finish(tries.get(2), UNAVAILABLE, 0);
    assertThat(lane.circuit().phase()).isEqualTo(Phase.HALF_OPEN);
    lane.finish(tries.get(3), UNAVAILABLE, 0);
    assertThat(lane.circuit().phase()).isEqualTo(Phase.OPEN);
    assertThat(lane.circuit().cause())
        .isEqualTo("3 of 4 tries failed, the last one: no connection");
    lane.finish(tries.get(4), POSTED, 0);
    assertThat(lane.circuit().phase()).as("too late").isEqualTo(Phase.OPEN);
  }

  @Test
  void one_answer_that_asks_to_wait_is_about_its_message_alone() {
    Lane lane = lane("concurrency: 4, " + FAST);
    Outcome busy = new Outcome.Unavailable("answered 503", Optional.of(Duration.ofSeconds(90)));
    for (int i = 0; i < 20; i++) {
      post(lane, POSTED, POSTED, busy, POSTED);
    }
    assertThat(lane.circuit().phase()).isEqualTo(Phase.CLOSED);
    post(lane, busy, busy, busy);
    assertThat(lane.circuit().asked()).isFalse();
    post(lane, busy);
    assertThat(lane.circuit().asked()).as("most of the newest ten").isTrue();
  }

  @Test
  void refusals_in_a_row_stop_it_until_it_is_resumed() {
    Lane lane = lane("stop-after-refusals: 3");
    post(lane, REFUSED, REFUSED, POSTED, REFUSED, REFUSED);
    assertThat(lane.isShut()).isFalse();
    assertThat(lane.stopped()).isNull();
    post(lane, REFUSED);
    assertThat(lane.isShut()).isTrue();
    assertThat(lane.freeSlots()).isZero();

    assertThat(lane.stopped()).isEqualTo("3 refusals in a row, the last one: answered 400");
    assertThat(lane.stopped()).as("said once").isNull();
    lane.stopIsWritten(false);
    assertThat(lane.stopped()).as("it could not be written").isNotNull();
    lane.stopIsWritten(true);
    assertThat(lane.isPaused()).isTrue();

    lane.pause(false);
    assertThat(lane.isShut()).isFalse();
    post(lane, REFUSED, REFUSED);
    assertThat(lane.isShut()).as("it counts anew").isFalse();
  }

  @Test
  void with_stop_after_refusals_off_it_never_stops() {
    Lane lane = lane("stop-after-refusals: off");
    for (int i = 0; i < 100; i++) {
      post(lane, REFUSED);
    }
    assertThat(lane.isShut()).isFalse();
  }

  @Test
  void each_probe_that_fails_doubles_the_wait_up_to_the_longest() {
    Lane lane = opened(FAST);
    for (int seconds : new int[] {20, 25, 25}) {
      passWait(lane);
      post(lane, UNAVAILABLE);
      CircuitState state = lane.circuit();
      assertThat(state.phase()).isEqualTo(Phase.OPEN);
      assertThat(state.nextProbe()).isEqualTo(Duration.ofSeconds(seconds));
      assertThat(state.cause()).isEqualTo("1 of 1 tries failed, the last one: no connection");
    }
    passWait(lane);
    post(lane, POSTED);
    post(lane, UNAVAILABLE, UNAVAILABLE, UNAVAILABLE, UNAVAILABLE);
    assertThat(lane.circuit().nextProbe()).as("from the start").isEqualTo(Duration.ofSeconds(10));
  }

  @Test
  void what_was_on_the_way_when_it_opened_decides_nothing_later() {
    Lane lane = lane("concurrency: 9, " + FAST);
    Lane.Next late = begin(lane);
    Lane.Next later = begin(lane);
    post(lane, UNAVAILABLE, UNAVAILABLE, UNAVAILABLE, UNAVAILABLE);
    lane.finish(late, POSTED, 0);
    assertThat(lane.circuit().phase()).isEqualTo(Phase.OPEN);

    passWait(lane);
    Lane.Next probe = begin(lane);
    lane.finish(later, POSTED, 0);
    assertThat(lane.circuit().phase()).isEqualTo(Phase.HALF_OPEN);
    lane.finish(probe, UNAVAILABLE, 0);
    assertThat(lane.circuit().phase()).isEqualTo(Phase.OPEN);
  }

  @Test
  void slow_answers_open_it_and_a_slow_probe_does_not_close_it() {
    Lane lane = lane("timeout: 10s, circuit: { window: 5, minimum: 5, slow-rate: 80% }");
    long slow = Duration.ofMillis(8_001).toNanos();
    long quick = Duration.ofSeconds(8).toNanos();
    for (long took : new long[] {slow, slow, quick, slow, slow}) {
      lane.finish(begin(lane), POSTED, took);
    }
    assertThat(lane.circuit().cause()).isEqualTo("4 of the last 5 posts took longer than 8.0 s");

    passWait(lane);
    lane.finish(begin(lane), POSTED, slow);
    assertThat(lane.circuit().phase()).isEqualTo(Phase.OPEN);
    assertThat(lane.circuit().cause()).isEqualTo("1 of 1 tries were slow, the last one took 8.0 s");
  }

  @ParameterizedTest
  @ValueSource(strings = {FAST, "circuit: off"})
  void a_channel_that_says_when_to_come_back_is_left_alone_until_then(String settings) {
    Lane lane = lane(settings);
    Outcome busy = new Outcome.Unavailable("answered 429", Optional.of(Duration.ofSeconds(90)));
    post(lane, busy, busy);
    assertThat(lane.circuit().phase()).as("too few to tell").isEqualTo(Phase.CLOSED);
    post(lane, busy);

    CircuitState state = lane.circuit();
    assertThat(state.phase()).isEqualTo(Phase.OPEN);
    assertThat(state.asked()).isTrue();
    assertThat(state.nextProbe()).isEqualTo(Duration.ofSeconds(90));
    assertThat(state.cause()).isEqualTo("the channel asked to wait 90.0 s (answered 429)");

    passWait(lane);
    post(lane, busy);
    assertThat(lane.circuit().nextProbe()).isEqualTo(Duration.ofSeconds(90));
    passWait(lane);
    post(lane, POSTED);
    assertThat(lane.circuit().phase()).isEqualTo(Phase.CLOSED);
  }

  @Test
  void nobody_is_left_alone_for_more_than_an_hour_at_a_time() {
    Lane lane = lane("");
    Outcome busy = new Outcome.Unavailable("answered 503", Optional.of(Duration.ofDays(9)));
    post(lane, busy, busy, busy);
    assertThat(lane.circuit().nextProbe()).isEqualTo(Duration.ofHours(1));
  }

  @Test
  void switched_off_it_stays_closed_whatever_fails() {
    Lane lane = lane("circuit: off");
    for (int i = 0; i < 100; i++) {
      post(lane, UNAVAILABLE);
    }
    assertThat(lane.circuit().phase()).isEqualTo(Phase.CLOSED);
  }

  @Test
  void every_change_is_told_once_in_order() {
    Lane lane = opened(FAST);
    passWait(lane);
    post(lane, UNAVAILABLE);
    passWait(lane);
    post(lane, POSTED);

    assertThat(lane.hasChanges()).isTrue();
    List<Phase> told = new ArrayList<>();
    CircuitState state;
    while ((state = lane.change()) != null) {
      told.add(state.phase());
    }
    assertThat(told)
        .containsExactly(Phase.OPEN, Phase.HALF_OPEN, Phase.OPEN, Phase.HALF_OPEN, Phase.CLOSED);
    assertThat(lane.hasChanges()).isFalse();
  }

  @Test
  void messages_may_move_on_when_it_has_not_been_closed_for_as_long_as_all_attempts_would_take() {
    String retry = ", retry: { attempts: 4, first-delay: 5s, factor: 2, max-delay: 12s }";
    Lane lane = opened(FAST + retry);
    assertThat(lane.failOverAfter()).isEmpty();
    passWait(lane);
    post(lane, UNAVAILABLE);
    now.addAndGet(Duration.ofSeconds(17).toNanos() - 2);
    assertThat(lane.failOverAfter()).as("open for 27 s, but for a moment").isEmpty();
    now.incrementAndGet();
    assertThat(lane.failOverAfter()).contains(Duration.ofSeconds(5 + 10 + 12));
    passWait(lane);

    lane.pause(true);
    assertThat(lane.failOverAfter()).as("an operator wants them to wait").isEmpty();
    lane.pause(false);
    post(lane, POSTED);
    assertThat(lane.failOverAfter()).isEmpty();
  }

  @Test
  void a_paused_lane_claims_nothing_and_its_stock_goes_back_and_resumed_it_tries_at_once() {
    Lane lane = lane(FAST);
    add(lane);
    add(lane);
    Lane.Next first = lane.next();
    lane.pause(true);

    assertThat(lane.isPaused()).isTrue();
    assertThat(lane.freeSlots()).isZero();
    assertThat(lane.next().send()).isFalse();
    assertThat(lane.next()).isNull();
    lane.finish(first, UNAVAILABLE, 0);
    lane.pause(false);
    assertThat(lane.freeSlots()).isPositive();
    post(lane, UNAVAILABLE, UNAVAILABLE, UNAVAILABLE);
    assertThat(lane.freeSlots()).isZero();

    lane.pause(true);
    lane.pause(false);
    assertThat(lane.freeSlots()).isEqualTo(5);
    post(lane, POSTED);
    assertThat(lane.circuit().phase()).isEqualTo(Phase.CLOSED);
  }

  @Test
  void a_rate_lets_go_what_is_due_and_says_when_the_next_one_is() {
    Lane lane = lane("rate: 1/s");
    assertThat(lane.isRated()).isTrue();
    for (int i = 0; i < 2; i++) {
      add(lane);
    }
    lane.finish(lane.next(), POSTED, 0);
    assertThat(lane.next()).isNull();
    assertThat(lane.nanosToNext()).isBetween(980_000_000L, 1_000_000_000L);
    now.addAndGet(lane.nanosToNext());
    assertThat(lane.nanosToNext()).isZero();
    assertThat(lane.next().send()).isTrue();
    assertThat(lane.nanosToNext()).as("nothing waits").isZero();
  }

  @Test
  void no_more_is_claimed_than_the_rate_lets_go_before_the_lease_is_old() {
    Lane lane = lane("rate: 1/s, concurrency: 50");
    assertThat(lane.freeSlots()).isEqualTo(3);
    add(lane);
    assertThat(lane.freeSlots()).isEqualTo(2);
    lane.finish(lane.next(), POSTED, 0);
    assertThat(lane.freeSlots()).isEqualTo(2);

    Lane slow = lane("rate: 1/h");
    post(slow, POSTED);
    assertThat(slow.freeSlots()).isZero();
  }

  @Test
  void a_lane_that_may_hold_nothing_unsent_claims_only_what_the_rate_lets_go_now() {
    Lane lane = lane("rate: 1/s, on-unknown: hold");
    assertThat(lane.freeSlots()).isEqualTo(1);
    post(lane, POSTED);
    assertThat(lane.freeSlots()).isZero();
    assertThat(lane.nanosToNext()).as("then it is time to claim").isPositive();
    now.addAndGet(lane.nanosToNext());
    assertThat(lane.freeSlots()).isEqualTo(1);
    assertThat(lane.nanosToNext()).isZero();
  }

  @Test
  void switched_off_it_closes_after_a_pause_that_the_channel_asked_for_whatever_comes_then() {
    for (Outcome then : List.of(POSTED, UNAVAILABLE, UNKNOWN)) {
      Lane lane = lane("circuit: off, retry: { attempts: 1 }");
      Outcome busy = new Outcome.Unavailable("answered 429", Optional.of(Duration.ofSeconds(9)));
      post(lane, busy, busy, busy);
      now.addAndGet(Duration.ofSeconds(9).toNanos() + 1);
      assertThat(lane.failOverAfter()).as("nothing moves").isEmpty();
      post(lane, then);
      assertThat(lane.circuit().phase()).isEqualTo(Phase.CLOSED);
    }
  }

  @Test
  void an_edit_that_leaves_the_circuit_as_it_was_lets_one_message_try_at_once() {
    Lane lane = opened(FAST);
    lane.follow(channel(FAST));
    assertThat(lane.isShut()).as("nothing has changed").isTrue();

    lane.follow(channel(FAST + ", concurrency: 3"));
    assertThat(lane.freeSlots()).isEqualTo(5);
    post(lane, UNAVAILABLE);
    assertThat(lane.circuit().nextProbe()).as("doubled").isEqualTo(Duration.ofSeconds(20));
  }

  @Test
  void a_circuit_with_other_settings_begins_anew_and_what_was_on_the_way_does_not_count() {
    Lane lane = lane("concurrency: 9, " + FAST);
    Lane.Next late = begin(lane);
    post(lane, UNAVAILABLE, UNAVAILABLE, UNAVAILABLE, UNAVAILABLE);
    assertThat(lane.change().phase()).isEqualTo(Phase.OPEN);
    lane.follow(channel("concurrency: 9, circuit: { window: 2, minimum: 2 }"));

    assertThat(lane.change().phase()).as("told").isEqualTo(Phase.CLOSED);
    assertThat(lane.freeSlots()).isPositive();
    lane.finish(late, UNAVAILABLE, 0);
    post(lane, UNAVAILABLE);
    assertThat(lane.circuit().phase()).isEqualTo(Phase.CLOSED);
    post(lane, UNAVAILABLE);
    assertThat(lane.circuit().cause()).startsWith("2 of the last 2 posts failed");
  }

  @Test
  void a_rate_that_changes_holds_from_then_on_and_counts_what_went_before() {
    Lane lane = lane("rate: 1/h");
    post(lane, POSTED);
    lane.follow(channel("rate: 2/s"));
    add(lane);
    assertThat(lane.nanosToNext()).isBetween(1L, 500_000_000L);
    now.addAndGet(lane.nanosToNext());
    assertThat(lane.next().send()).isTrue();

    lane.follow(channel("concurrency: 5"));
    assertThat(lane.isRated()).isFalse();
    begin(lane);
    begin(lane);
    lane.follow(channel("rate: 1/min"));
    assertThat(begin(lane).send()).as("the first").isTrue();
    add(lane);
    assertThat(lane.next()).isNull();
  }

  @Test
  void of_a_channel_that_was_gone_nothing_is_remembered() {
    Lane lane = opened(FAST);
    lane.pause(true);
    lane.forget();

    assertThat(lane.isPaused()).isFalse();
    assertThat(lane.circuit().phase()).isEqualTo(Phase.CLOSED);
    assertThat(lane.change().phase()).isEqualTo(Phase.OPEN);
    assertThat(lane.change().phase()).as("told").isEqualTo(Phase.CLOSED);
    assertThat(begin(lane).send()).isTrue();
  }

  @Test
  void one_that_is_late_takes_nothing_of_the_rate() {
    Lane lane = lane("rate: 1/s");
    lane.add(delivery(), now.get() - Duration.ofMinutes(1).toNanos());
    assertThat(lane.next().send()).isFalse();
    add(lane);
    assertThat(lane.next().send()).isTrue();
  }

  @Test
  void a_probe_that_was_not_sent_after_all_leaves_the_try_to_another() {
    Lane lane = opened(FAST);
    passWait(lane);
    lane.finish(begin(lane), new Outcome.NotSent("its channel has changed"), 0);
    assertThat(lane.circuit().phase()).isEqualTo(Phase.HALF_OPEN);
    assertThat(lane.freeSlots()).isEqualTo(5);

    post(lane, POSTED);
    assertThat(lane.circuit().phase()).isEqualTo(Phase.CLOSED);
  }

  @Test
  void what_was_not_sent_says_nothing_about_the_channel() {
    Lane lane = lane(FAST);
    for (int i = 0; i < 10; i++) {
      post(lane, new Outcome.NotSent("its channel has changed"));
    }
    post(lane, UNAVAILABLE, UNAVAILABLE, UNAVAILABLE, UNAVAILABLE);
    assertThat(lane.circuit().cause()).startsWith("4 of the last 4 posts failed");
  }

  @Test
  void a_lane_in_maintenance_claims_nothing_until_it_is_over() {
    Lane lane = lane("concurrency: 2");
    add(lane);
    lane.rest(true);
    assertThat(lane.isShut()).isTrue();
    assertThat(lane.isPaused()).isFalse();
    assertThat(lane.freeSlots()).isZero();
    assertThat(lane.next().send()).as("its stock goes back").isFalse();

    lane.rest(false);
    assertThat(lane.isShut()).isFalse();
    assertThat(begin(lane).send()).isTrue();
  }

  @Test
  void a_broken_channel_that_is_to_be_tried_now_is() {
    Lane lane = opened("concurrency: 9, " + FAST);
    lane.tryNow();

    assertThat(lane.circuit().nextProbe()).isZero();
    assertThat(lane.freeSlots()).isEqualTo(5);
  }

  @Test
  void what_is_in_stock_for_the_tries_is_not_claimed_twice() {
    Lane lane = opened("concurrency: 19, " + FAST);
    passWait(lane);
    add(lane);
    add(lane);

    assertThat(lane.freeSlots()).isEqualTo(3);
  }

  @Test
  void a_post_that_is_given_up_has_failed() {
    Lane lane = lane("concurrency: 2, " + FAST);
    post(lane, UNAVAILABLE, UNAVAILABLE, UNAVAILABLE);
    Delivery silent = begin(lane).delivery();
    now.addAndGet(lane.lease().toNanos() + 1);

    assertThat(lane.adopt(silent)).isEqualTo(Lane.Adoption.GIVEN_UP);
    assertThat(lane.circuit().cause())
        .isEqualTo("4 of the last 4 posts failed, the last one: no answer");
  }

  @Test
  void a_lane_waits_for_its_rate_only_if_it_has_something_to_send_and_a_slot_for_it() {
    Lane lane = lane("rate: 1/s, concurrency: 2");
    begin(lane);
    assertThat(lane.nanosToNext()).as("nothing waits").isZero();
    add(lane);
    assertThat(lane.nanosToNext()).isPositive();

    Lane busy = lane("rate: 1/s, concurrency: 1");
    begin(busy);
    add(busy);
    assertThat(busy.nanosToNext()).as("it waits for the slot").isZero();
  }

  private Lane opened(String settings) {
    Lane lane = lane(settings);
    post(lane, UNAVAILABLE, UNAVAILABLE, UNAVAILABLE, UNAVAILABLE);
    assertThat(lane.circuit().phase()).isEqualTo(Phase.OPEN);
    return lane;
  }

  private void passWait(Lane lane) {
    now.addAndGet(lane.circuit().nextProbe().toNanos() + 1);
  }

  private void post(Lane lane, Outcome... outcomes) {
    for (Outcome outcome : outcomes) {
      lane.finish(begin(lane), outcome, 0);
    }
  }

  private Lane.Next begin(Lane lane) {
    add(lane);
    Lane.Next next = lane.next();
    assertThat(next.send()).isTrue();
    return next;
  }

  private void add(Lane lane) {
    lane.add(delivery(), now.get());
  }

  private Delivery delivery() {
    Delivery d = Channels.delivery("a");
    return new Delivery(
        ++lastId, d.message(), "a", List.of(), 1, 0, 0, Delivery.Claim.DUE, UUID.randomUUID());
  }

  private Lane lane(String settings) {
    return new Lane(channel(settings), now::get);
  }

  private static Channel channel(String settings) {
    return Channels.table("a | " + settings).channel("a").orElseThrow();
  }
}
