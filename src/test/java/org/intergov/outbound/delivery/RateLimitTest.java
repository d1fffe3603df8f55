package org.intergov.outbound.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import org.intergov.outbound.routing.Rate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How many a rate lets through, on a clock of its own. */
class RateLimitTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private long now = Long.MAX_VALUE - 5 * SECOND;

  @Test
  void a_slow_rate_lets_one_go_and_then_none_until_the_next_is_due() {
    RateLimit rate = new RateLimit(Rate.parse("30/min"), now);
    assertThat(rate.nanosToNext(now)).isZero();
    rate.take(now);

    assertThat(rate.nanosToNext(now)).isBetween(SECOND * 199 / 100, 2 * SECOND);
    now += 2 * SECOND;
    assertThat(rate.nanosToNext(now)).isZero();
  }

  @Test
  void a_long_rest_saves_up_no_more_than_a_tenth_of_a_second() {
    RateLimit rate = new RateLimit(Rate.parse("50/s"), now);
    now += 3_600 * SECOND;

    assertThat(takeAll(rate)).isEqualTo(5);
  }

  @ParameterizedTest
  @CsvSource({
    "30/min, 200000000, 0",
    "1/s, 1000000000, 1",
    "1/s, 2000000000, 2",
    "50/s, 1000000000, 54",
    "5000/s, 2000000000, 10499",
    "10/h, 2000000000, 0"
  })
  void how_many_may_go_within_a_time_is_what_will_go(String text, long span, int more) {
    RateLimit rate = new RateLimit(Rate.parse(text), now);
    int within = rate.within(Duration.ofNanos(span), now);
    if (within > 0) {
      rate.take(now);
    }
    int one = within > 0 ? 1 : 0;
    assertThat(within - one).isBetween(Math.max(0, more - 1), more + 1);
    assertThat(rate.within(Duration.ofNanos(span), now)).isEqualTo(within - one);
  }

  @ParameterizedTest
  @CsvSource({"1/s, 990", "5/s, 190", "10/s, 95", "20/s, 0"})
  void a_timer_that_is_late_does_not_make_it_slower(String text, long millis) {
    RateLimit rate = new RateLimit(Rate.parse(text), now);
    rate.take(now);

    assertThat(rate.nanosToNext(now)).isEqualTo(Duration.ofMillis(millis).toNanos());
  }

  @Test
  void where_nothing_went_yet_another_rate_lets_the_first_go_at_once() {
    RateLimit slow = new RateLimit(Rate.parse("1/h"), now);
    slow.follow(new RateLimit(Rate.parse("2/s"), now));

    assertThat(slow.nanosToNext(now)).isZero();
  }

  @Test
  void a_long_rest_lets_no_more_go_within_a_time() {
    RateLimit rate = new RateLimit(Rate.parse("50/s"), now);
    int atFirst = rate.within(Duration.ofSeconds(1), now);
    now += 3_600 * SECOND;

    assertThat(rate.within(Duration.ofSeconds(1), now)).isEqualTo(atFirst);
  }

  /** Whoever asks late, at random, gets the rate on the whole, and never more in any window. */
  @ParameterizedTest
  @CsvSource({"30/min, 600", "50/s, 60", "5000/s, 3", "15/s, 60", "10000/s, 2", "100/h, 7200"})
  void it_is_accurate_and_bounded_in_every_window(String text, long seconds) {
    Rate parsed = Rate.parse(text);
    RateLimit rate = new RateLimit(parsed, now);
    Random random = new Random(7);
    long start = now;
    long span = Math.max(SECOND, (long) (3 * parsed.intervalNanos()));
    double most = (span + 0.1 * SECOND) / parsed.intervalNanos() + 1;
    Deque<Long> window = new ArrayDeque<>();
    long all = 0;
    while (now - start < seconds * SECOND) {
      for (int taken = takeAll(rate); taken > 0; taken--) {
        window.add(now);
        all++;
      }
      while (!window.isEmpty() && now - window.peek() >= span) {
        window.remove();
      }
      assertThat((double) window.size()).isLessThanOrEqualTo(most);
      now += Math.max(rate.nanosToNext(now), 5_000_000) + random.nextInt(4_000_000);
    }
    assertThat((double) all)
        .isBetween(
            parsed.perSecond() * seconds * 0.98 - 1, parsed.perSecond() * (seconds + 0.1) + 1);
  }

  private int takeAll(RateLimit rate) {
    int taken = 0;
    while (rate.nanosToNext(now) == 0) {
      rate.take(now);
      taken++;
    }
    return taken;
  }
}
