package org.intergov.outbound.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.intergov.outbound.delivery.CircuitState.Phase;
import org.junit.jupiter.api.Test;

/** When a lane's circuit opens and closes, at the limits of its settings. */
class LaneCircuitTest {
  private static final Outcome POSTED = new Outcome.Posted("1", false);
  private static final Outcome REFUSED = new Outcome.Refused("answered 400");
  private static final Outcome UNAVAILABLE =
      new Outcome.Unavailable("no connection", Optional.empty());
  private static final String RATES =
      "timeout: 10s, circuit: { failure-rate: 50%, slow-rate: 50%, window: 10, minimum: 10,"
          + " wait: 10s }";

  private static final long AT_THE_LIMIT = Duration.ofSeconds(8).toNanos();
  private static final long SLOW = AT_THE_LIMIT + 1;

  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1_000_000_000L);

  @Test
  void one_failure_below_the_rate_it_stays_closed_and_at_the_rate_it_opens() {
    LaneCircuit below = circuit(RATES);
    post(below, 4, UNAVAILABLE, 0);
    post(below, 6, POSTED, 0);
    assertThat(below.phase()).isEqualTo(Phase.CLOSED);

    LaneCircuit at = circuit(RATES);
    post(at, 5, UNAVAILABLE, 0);
    post(at, 5, POSTED, 0);
    assertThat(at.state().cause())
        .isEqualTo("5 of the last 10 posts failed, the last one: no connection");
  }

  @Test
  void one_slow_answer_below_the_rate_it_stays_closed_and_at_the_rate_it_opens() {
    LaneCircuit below = circuit(RATES);
    post(below, 4, POSTED, SLOW);
    post(below, 6, POSTED, AT_THE_LIMIT);
    assertThat(below.phase()).isEqualTo(Phase.CLOSED);

    LaneCircuit at = circuit(RATES);
    post(at, 5, POSTED, SLOW);
    post(at, 5, POSTED, AT_THE_LIMIT);
    assertThat(at.state().cause()).isEqualTo("5 of the last 10 posts took longer than 8.0 s");
  }

  @Test
  void the_cause_is_the_failures_at_every_rate_that_they_reach() {
    for (int percent = 1; percent < 100; percent++) {
      LaneCircuit circuit =
          circuit("circuit: { failure-rate: " + percent + "%, window: 100, minimum: 100 }");
      post(circuit, 100 - percent, POSTED, 0);
      post(circuit, percent, UNAVAILABLE, 0);

      assertThat(circuit.state().cause())
          .isEqualTo(percent + " of the last 100 posts failed, the last one: no connection");
    }
  }

  @Test
  void what_began_before_it_opened_is_not_counted_once_it_has_closed_again() {
    LaneCircuit circuit = opened();
    tryAfterWait(circuit, POSTED, 0);
    assertThat(circuit.phase()).isEqualTo(Phase.CLOSED);

    post(circuit, 9, UNAVAILABLE, 0);
    assertThat(circuit.phase()).as("fewer than the minimum").isEqualTo(Phase.CLOSED);
    post(circuit, 1, UNAVAILABLE, 0);
    assertThat(circuit.state().cause()).startsWith("10 of the last 10 posts failed");
  }

  @Test
  void closed_again_after_a_pause_that_was_asked_for_it_asks_for_no_other_with_one_answer() {
    LaneCircuit circuit = circuit(RATES);
    post(circuit, 9, UNAVAILABLE, 0);
    post(circuit, 10, busy(Duration.ofSeconds(9)), 0);
    assertThat(circuit.state().asked()).isTrue();
    tryAfterWait(circuit, POSTED, 0);
    assertThat(circuit.phase()).isEqualTo(Phase.CLOSED);

    post(circuit, 2, busy(Duration.ofSeconds(9)), 0);
    assertThat(circuit.phase()).as("too few to tell").isEqualTo(Phase.CLOSED);
    post(circuit, 9, UNAVAILABLE, 0);
    assertThat(circuit.phase()).as("fewer than the minimum").isEqualTo(Phase.CLOSED);
  }

  @Test
  void a_channel_that_says_to_come_back_at_once_has_failed() {
    for (Duration none : new Duration[] {Duration.ZERO, Duration.ofSeconds(-1)}) {
      LaneCircuit circuit = circuit(RATES);
      post(circuit, 10, busy(none), 0);

      assertThat(circuit.state().asked()).isFalse();
      assertThat(circuit.state().cause())
          .isEqualTo("10 of the last 10 posts failed, the last one: answered 503");
    }
  }

  @Test
  void a_try_is_slow_when_it_takes_longer_than_the_limit_as_any_other_post_is() {
    LaneCircuit circuit = opened();
    tryAfterWait(circuit, POSTED, AT_THE_LIMIT);
    assertThat(circuit.phase()).isEqualTo(Phase.CLOSED);

    LaneCircuit slow = opened();
    tryAfterWait(slow, POSTED, SLOW);
    assertThat(slow.phase()).isEqualTo(Phase.OPEN);
  }

  @Test
  void as_many_tries_failed_as_taken_is_not_enough() {
    LaneCircuit circuit = opened();
    passWait(circuit);
    int first = circuit.begin();
    int second = circuit.begin();
    circuit.ended(first, UNAVAILABLE, 0);
    assertThat(circuit.phase()).isEqualTo(Phase.HALF_OPEN);
    circuit.ended(second, POSTED, 0);

    assertThat(circuit.state().cause())
        .isEqualTo("1 of 2 tries failed, the last one: no connection");
  }

  @Test
  void of_slow_tries_the_cause_names_how_many_and_how_long_the_last_slow_one_took() {
    LaneCircuit circuit = opened();
    passWait(circuit);
    int first = circuit.begin();
    int second = circuit.begin();
    circuit.ended(first, POSTED, Duration.ofSeconds(9).toNanos());
    circuit.ended(second, POSTED, 0);

    assertThat(circuit.state().cause())
        .isEqualTo("1 of 2 tries were slow, the last one took 9.0 s");
  }

  @Test
  void a_try_that_was_refused_slowly_was_slow_and_did_not_fail() {
    LaneCircuit circuit = opened();
    tryAfterWait(circuit, REFUSED, Duration.ofSeconds(9).toNanos());

    assertThat(circuit.state().cause())
        .isEqualTo("1 of 1 tries were slow, the last one took 9.0 s");
  }

  @Test
  void each_try_that_begins_leaves_one_less() {
    LaneCircuit circuit = opened();
    assertThat(circuit.most()).hasValue(0);
    passWait(circuit);
    for (int left = 5; left > 0; left--) {
      assertThat(circuit.isShut()).isFalse();
      assertThat(circuit.most()).hasValue(left);
      circuit.begin();
    }
    assertThat(circuit.most()).hasValue(0);
    assertThat(circuit.isShut()).isTrue();
  }

  @Test
  void it_says_how_long_it_has_been_as_it_is_and_how_long_it_has_not_been_closed() {
    LaneCircuit circuit = circuit(RATES);
    pass(Duration.ofMinutes(3));
    assertThat(circuit.state().lasts()).isEqualTo(Duration.ofMinutes(3));
    assertThat(circuit.broken()).isEmpty();

    post(circuit, 10, UNAVAILABLE, 0);
    pass(Duration.ofSeconds(11));
    int turn = circuit.begin();
    pass(Duration.ofSeconds(4));
    assertThat(circuit.state().lasts()).isEqualTo(Duration.ofSeconds(4));
    assertThat(circuit.broken()).contains(Duration.ofSeconds(15));

    circuit.ended(turn, POSTED, 0);
    assertThat(circuit.state().lasts()).isZero();
    assertThat(circuit.broken()).isEmpty();
  }

  private LaneCircuit opened() {
    LaneCircuit circuit = circuit(RATES);
    post(circuit, 10, UNAVAILABLE, 0);
    assertThat(circuit.phase()).isEqualTo(Phase.OPEN);
    return circuit;
  }

  private void tryAfterWait(LaneCircuit circuit, Outcome outcome, long tookNanos) {
    passWait(circuit);
    circuit.ended(circuit.begin(), outcome, tookNanos);
  }

  private void passWait(LaneCircuit circuit) {
    pass(circuit.state().nextProbe().plusNanos(1));
  }

  private void pass(Duration time) {
    now.addAndGet(time.toNanos());
  }

  private static void post(LaneCircuit circuit, int times, Outcome outcome, long tookNanos) {
    for (int i = 0; i < times; i++) {
      circuit.ended(circuit.begin(), outcome, tookNanos);
    }
  }

  private static Outcome busy(Duration wait) {
    return new Outcome.Unavailable("answered 503", Optional.of(wait));
  }

  private LaneCircuit circuit(String settings) {
    return new LaneCircuit(
        Channels.table("a | " + settings).channel("a").orElseThrow(), null, now::get);
  }
}
