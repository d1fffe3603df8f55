package org.intergov.outbound.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What has waited here for too long is not begun: its lease would not outlive a call. */
class StockTest {
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1);
  private final AtomicReference<Instant> wall =
      new AtomicReference<>(Instant.parse("2026-11-28T12:00:00Z"));
  private final Stock<String> stock = new Stock<>(10, nanos::get, wall::get);

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
    wall.updateAndGet(now -> now.plus(time));
  }

  @Test
  void what_has_waited_for_less_than_five_seconds_is_begun() {
    stock.add("a", nanos.get());
    pass(Duration.ofMillis(4_999));

    assertThat(stock.next(1)).isEqualTo(new Stock.Next<>("a", true));
  }

  @Test
  void what_has_waited_longer_goes_back_and_takes_no_slot() {
    stock.add("a", nanos.get());
    pass(Duration.ofSeconds(5));

    assertThat(stock.next(1)).isEqualTo(new Stock.Next<>("a", false));
    assertThat(stock.underWay()).isZero();
  }

  @Test
  void a_machine_that_was_suspended_has_waited_too_although_its_own_clock_stood_still() {
    stock.add("a", nanos.get());
    wall.updateAndGet(now -> now.plus(Duration.ofMinutes(2)));

    assertThat(stock.next(1)).isEqualTo(new Stock.Next<>("a", false));
  }

  @Test
  void a_clock_that_is_set_back_makes_nothing_younger() {
    stock.add("a", nanos.get());
    nanos.addAndGet(Duration.ofSeconds(5).toNanos());
    wall.updateAndGet(now -> now.minus(Duration.ofHours(1)));

    assertThat(stock.next(1)).isEqualTo(new Stock.Next<>("a", false));
  }

  @Test
  void a_machine_that_was_suspended_for_just_five_seconds_has_waited_too_long() {
    stock.add("a", nanos.get());
    wall.updateAndGet(now -> now.plus(Duration.ofSeconds(5)));

    assertThat(stock.next(1).inTime()).isFalse();
  }

  @Test
  void it_runs_low_at_half_of_what_it_may_hold_if_that_is_more_than_the_slots() {
    for (int i = 0; i < 16; i++) {
      stock.add("a", nanos.get());
    }
    for (int i = 0; i < 10; i++) {
      stock.next(1);
      stock.finish();
    }
    assertThat(stock.most()).isEqualTo(10);
    assertThat(stock.runsLow(9)).as("6 of 10 are left").isFalse();
    stock.next(1);
    assertThat(stock.runsLow(10)).as("the slots hold as many").isFalse();
    assertThat(stock.runsLow(9)).as("5 of 10 are left").isTrue();
  }
}
