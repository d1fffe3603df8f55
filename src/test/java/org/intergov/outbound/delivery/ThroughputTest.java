package org.intergov.outbound.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** How much has ended in half a second. */
class ThroughputTest {
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1);
  private final Throughput throughput = new Throughput(nanos::get);

  @Test
  void the_better_of_this_half_second_and_the_last_counts() {
    count(3);
    pass(Duration.ofMillis(500).minusNanos(1));
    count(1);
    assertThat(throughput.perHalfSecond()).as("all in one").isEqualTo(4);

    pass(Duration.ofNanos(1));
    count(1);
    assertThat(throughput.perHalfSecond()).isEqualTo(4);
    count(6);
    assertThat(throughput.perHalfSecond()).isEqualTo(7);
  }

  @Test
  void what_ended_when_a_half_second_is_over_belongs_to_the_next() {
    count(3);
    pass(Duration.ofMillis(500));
    count(1);

    assertThat(throughput.perHalfSecond()).isEqualTo(3);
  }

  @Test
  void what_ended_a_whole_second_ago_counts_no_more() {
    count(3);
    pass(Duration.ofSeconds(1).minusNanos(1));
    assertThat(throughput.perHalfSecond()).isEqualTo(3);

    count(2);
    pass(Duration.ofSeconds(1));
    assertThat(throughput.perHalfSecond()).isZero();
  }

  private void count(int times) {
    for (int i = 0; i < times; i++) {
      throughput.count();
    }
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }
}
