package org.intergov.outbound.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.intergov.outbound.routing.Retry;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How long the gateway waits before it tries the same channel again. */
class BackoffTest {
  private static final Retry RETRY = new Retry(5, Duration.ofSeconds(1), 2, Duration.ofMinutes(5));

  @ParameterizedTest
  @CsvSource({"1, 500, 1000", "2, 1000, 2000", "3, 2000, 4000", "9, 128000, 256000"})
  void it_doubles_and_is_between_half_and_the_whole(int attempt, long least, long most) {
    for (int i = 0; i < 200; i++) {
      assertThat(Backoff.delay(RETRY, attempt).toMillis()).isBetween(least, most);
    }
  }

  @ParameterizedTest
  @CsvSource({"10", "100", "2000", "2147483647"})
  void it_is_never_longer_than_max_delay(int attempt) {
    assertThat(Backoff.delay(RETRY, attempt))
        .isBetween(Duration.ofSeconds(150), Duration.ofMinutes(5));
  }

  @Test
  void what_failed_together_does_not_come_back_together() {
    Set<Duration> delays =
        IntStream.range(0, 100).mapToObj(i -> Backoff.delay(RETRY, 5)).collect(Collectors.toSet());

    assertThat(delays).hasSizeGreaterThan(50);
  }

  @RepeatedTest(20)
  void a_factor_of_one_keeps_the_delay() {
    Retry steady = new Retry(5, Duration.ofSeconds(2), 1, Duration.ofMinutes(5));

    assertThat(Backoff.delay(steady, 40)).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(2));
  }

  @RepeatedTest(20)
  void what_the_channel_asks_for_counts_at_first_and_never_less_than_that() {
    Duration asked = Duration.ofSeconds(20);

    for (int attempt = 1; attempt <= 5; attempt++) {
      assertThat(Backoff.delay(RETRY, attempt, asked)).isBetween(asked, Duration.ofSeconds(22));
    }
    assertThat(Backoff.delay(RETRY, 6, asked)).isGreaterThanOrEqualTo(asked);
  }

  @RepeatedTest(20)
  void a_channel_that_goes_on_putting_off_is_asked_as_seldom_as_a_silent_one() {
    Duration moment = Duration.ofSeconds(1);

    assertThat(Backoff.delay(RETRY, 5, moment)).isLessThanOrEqualTo(Duration.ofMillis(1_100));
    assertThat(Backoff.delay(RETRY, 8, moment)).isGreaterThanOrEqualTo(Duration.ofSeconds(64));
  }

  @RepeatedTest(20)
  void a_channel_that_asks_for_nothing_is_waited_for_as_ever() {
    assertThat(Backoff.delay(RETRY, 3, Duration.ZERO))
        .isBetween(Duration.ofSeconds(2), Duration.ofSeconds(4));
  }

  @Test
  void a_channel_cannot_ask_for_more_than_a_day() {
    assertThat(Backoff.delay(RETRY, 1, Duration.ofDays(4_000)))
        .isBetween(Duration.ofDays(1), Duration.ofDays(1).plusHours(3));
  }

  @RepeatedTest(20)
  void the_shortest_of_delays_has_something_to_choose_from_too() {
    Retry shortest = new Retry(5, Duration.ofMillis(1), 1, Duration.ofMillis(1));

    assertThat(Backoff.delay(shortest, 1)).isBetween(Duration.ZERO, Duration.ofMillis(1));
    assertThat(Backoff.delay(RETRY, 1, Duration.ofMillis(5))).isEqualTo(Duration.ofMillis(5));
    assertThat(Backoff.delay(RETRY, 1, Duration.ofMillis(10)))
        .isBetween(Duration.ofMillis(10), Duration.ofMillis(11));
  }

  @Test
  void all_attempts_take_what_is_waited_between_them() {
    assertThat(Backoff.whole(new Retry(1, Duration.ofSeconds(1), 2, Duration.ofMinutes(5))))
        .isZero();
    assertThat(Backoff.whole(new Retry(4, Duration.ofSeconds(5), 2, Duration.ofSeconds(12))))
        .isEqualTo(Duration.ofSeconds(5 + 10 + 12));
    assertThat(Backoff.whole(new Retry(3, Duration.ofSeconds(5), 1, Duration.ofSeconds(12))))
        .isEqualTo(Duration.ofSeconds(5 + 5));
  }
}
