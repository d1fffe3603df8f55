package org.intergov.outbound.channel.kafka;

import java.util.Map;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;

/**
 * What a producer has done so far, read from its own counters. They tell what its exceptions do
 * not: whether a record that timed out can have left this process. Thread-safe.
 */
final class KafkaSendCounts {
  private final Metric sent;
  private final Metric retried;
  private final Metric passes;
  private final Metric splits;

  /**
   * @param sent records put into a request so far, of any partition, repeated ones too
   * @param retried records put back to be sent again so far
   */
  record Reading(double sent, double retried) {}

  KafkaSendCounts(Map<MetricName, ? extends Metric> metrics) {
    this.sent = find(metrics, "record-send-total");
    this.retried = find(metrics, "record-retry-total");
    this.passes = find(metrics, "select-total");
    this.splits = find(metrics, "batch-split-total");
  }

  private static Metric find(Map<MetricName, ? extends Metric> metrics, String name) {
    return metrics.entrySet().stream()
        .filter(e -> e.getKey().group().equals("producer-metrics"))
        .filter(e -> e.getKey().name().equals(name))
        .map(e -> (Metric) e.getValue())
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("Kafka's producer has no counter " + name));
  }

  Reading now() {
    return new Reading(value(sent), value(retried));
  }

  /**
   * Passes of the producer's loop so far. It first takes records for requests, then ends those
   * whose time is up, then counts what it took, then ends the pass. So what is seen of the counts
   * while a record ends may lack this very pass; in a later one it does not.
   */
  double passes() {
    return value(passes);
  }

  /** Batches so far that the topic did not take, being too large, and that were split. */
  double splits() {
    return value(splits);
  }

  private static double value(Metric metric) {
    return ((Number) metric.metricValue()).doubleValue();
  }
}
