package org.intergov.outbound.monitoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.intergov.outbound.store.views.QueueDepths.Depth;
import org.intergov.outbound.store.views.QueueDepths.Depths;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the figures of queues say while the database answers, fails, hangs, and is back. */
class QueueSamplesTest {
  private static final Depths DEPTHS =
      new Depths(
          List.of(
              new Depth("delivery_outbox", 7, 2, 1, 30), new Depth("channel_receipts", 0, 0, 5, 0)),
          Map.of(
              "", new Depth("", 4, 2, 0, 30),
              "sg", new Depth("sg", 3, 0, 1, 9),
              "gone", new Depth("gone", 0, 0, 7, 0)));

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final AtomicInteger reads = new AtomicInteger();
  private long now = Long.MAX_VALUE - 1_000; // nanoTime may wrap
  private RuntimeException failure;
  private Duration takes = Duration.ZERO;
  private QueueSamples samples;

  @BeforeEach
  void make() {
    samples = new QueueSamples(this::read, () -> now);
    new Metrics(registry).queues(samples);
  }

  private Depths read() {
    reads.incrementAndGet();
    now += takes.toNanos();
    if (failure != null) {
      throw failure;
    }
    return DEPTHS;
  }

  private void pass(Duration time) {
    now += time.toNanos();
  }

  /** Of delivery_outbox, where each queue has one. */
  private double figure(String name) {
    return registry.get(name).gauges().stream()
        .filter(g -> List.of("", "delivery_outbox").contains(queue(g)))
        .findFirst()
        .orElseThrow()
        .value();
  }

  private static String queue(Gauge gauge) {
    String queue = gauge.getId().getTag("queue");
    return queue == null ? "" : queue;
  }

  @Test
  void figures_are_those_of_the_last_sample() {
    assertThat(figure("intergov.queue.depth")).isNaN();
    samples.refresh();
    assertThat(figure("intergov.queue.depth")).isEqualTo(7);
    assertThat(figure("intergov.queue.stuck")).isEqualTo(1);
    assertThat(figure("intergov.receipts.aside")).isEqualTo(5);
  }

  @Test
  void after_reads_that_fail_the_figures_go_when_they_are_a_minute_old() {
    samples.refresh();
    failure = new IllegalStateException("whatever it is");
    pass(Duration.ofSeconds(5));
    assertThatThrownBy(samples::refresh).isSameAs(failure);
    assertThat(figure("intergov.queue.depth")).isEqualTo(7);

    pass(Duration.ofSeconds(56));
    assertThat(figure("intergov.queue.depth")).isNaN();
    assertThat(figure("intergov.queue.oldest.age.seconds")).isNaN();
    assertThat(figure("intergov.receipts.aside")).isNaN();

    failure = null;
    samples.refresh();
    assertThat(figure("intergov.queue.depth")).isEqualTo(7);
  }

  @Test
  void a_read_that_hangs_leaves_no_figures() {
    samples.refresh();
    pass(Duration.ofSeconds(61));
    assertThat(figure("intergov.queue.depth")).isNaN();
  }

  @Test
  void what_came_from_a_read_that_took_minutes_is_as_old_as_its_begin() {
    takes = Duration.ofMinutes(2);
    samples.refresh();
    assertThat(figure("intergov.queue.depth")).isNaN();
  }

  @Test
  void a_slow_database_is_read_less_often_but_often_enough_to_be_seen() {
    takes = Duration.ofSeconds(10);
    samples.refresh();
    pass(Duration.ofSeconds(14));
    samples.refresh();
    assertThat(reads).hasValue(1);
    pass(Duration.ofSeconds(1));
    samples.refresh();
    assertThat(reads).hasValue(2);
  }

  @Test
  void what_has_no_channel_with_figures_is_shown_without_a_channel() {
    samples.refresh();
    assertThat(samples.recentLane("sg").orElseThrow().depth()).isEqualTo(3);
    assertThat(samples.recentLane("idle").orElseThrow().depth()).isZero();
    assertThat(samples.recentBeside(Set.of("sg", "idle"))).contains(new Depth("", 4, 2, 7, 30));
    pass(QueueSamples.STALE.plusSeconds(1));
    assertThat(samples.recentLane("sg")).isEmpty();
    assertThat(samples.recentBeside(Set.of())).isEmpty();
  }
}
