package org.intergov.outbound.channel.kafka;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.InterruptException;
import org.intergov.outbound.channel.BatchReading;
import org.intergov.outbound.config.Cause;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One member of a consumer group at work. Offsets are committed when a batch is done with, and only
 * then. What is not done with comes again after a pause, in which its partitions are paused and the
 * member keeps its place in the group; other partitions go on.
 */
final class KafkaReading extends BatchReading {
  private static final Logger LOG = LoggerFactory.getLogger(KafkaReading.class);
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);
  private static final Duration AFTER_REFUSED_LOGIN = Duration.ofSeconds(10);
  private static final Duration ALONE = Duration.ofSeconds(5);
  private static final Duration CLOSE_WITHIN = Duration.ofSeconds(2);

  private final String topic;
  private final Map<String, Object> config;
  private final Handler<KafkaBatch> handler;
  private final Map<TopicPartition, Long> held = new HashMap<>();
  private String trouble;

  KafkaReading(
      String topic, String group, Map<String, Object> config, Handler<KafkaBatch> handler) {
    super("kafka-" + topic + "-" + group);
    this.topic = topic;
    this.config = config;
    this.handler = handler;
  }

  @Override
  public void run() {
    while (!isStopping()) {
      try {
        KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(config);
        try {
          consumer.subscribe(List.of(topic));
          read(consumer);
        } finally {
          held.clear();
          consumer.close(CLOSE_WITHIN);
        }
      } catch (RuntimeException e) {
        troubled("cannot be read", e);
        rest(e instanceof AuthenticationException ? AFTER_REFUSED_LOGIN : AFTER_FAILURE);
      }
    }
  }

  private void read(KafkaConsumer<byte[], byte[]> consumer) {
    Metric connections = connections(consumer);
    long connected = System.nanoTime();
    while (!isStopping()) {
      resumeDue(consumer);
      ConsumerRecords<byte[], byte[]> polled = consumer.poll(POLL);
      if (!polled.isEmpty()) {
        work(consumer, new KafkaBatch(polled));
      } else if (((Number) connections.metricValue()).doubleValue() == 0) {
        if (System.nanoTime() - connected > ALONE.toNanos()) {
          troubled("cannot be read", new KafkaException("no broker is connected"));
        }
        continue;
      } else if (held.isEmpty() && !consumer.assignment().isEmpty()) {
        fine();
      }
      connected = System.nanoTime();
    }
  }

  /** A poll that reaches no broker returns nothing, as one that finds nothing does. */
  private static Metric connections(KafkaConsumer<byte[], byte[]> consumer) {
    return consumer.metrics().entrySet().stream()
        .filter(e -> e.getKey().group().equals("consumer-metrics"))
        .filter(e -> e.getKey().name().equals("connection-count"))
        .map(e -> (Metric) e.getValue())
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("Kafka's consumer counts no connections"));
  }

  private void work(KafkaConsumer<byte[], byte[]> consumer, KafkaBatch batch) {
    try {
      handler.handle(batch);
      consumer.commitSync(batch.next());
      fine();
    } catch (InterruptedException | InterruptException e) {
      stop();
    } catch (Exception e) {
      troubled("its records wait", e);
      hold(consumer, batch);
    }
  }

  /** The batch comes again, after a pause in which the member polls on, but gets none of these. */
  private void hold(KafkaConsumer<byte[], byte[]> consumer, KafkaBatch batch) {
    long until = System.nanoTime() + AFTER_FAILURE.toNanos();
    Set<TopicPartition> mine = consumer.assignment();
    batch
        .first()
        .forEach(
            (partition, offset) -> {
              if (mine.contains(partition)) {
                consumer.seek(partition, offset);
                consumer.pause(List.of(partition));
                held.put(partition, until);
              }
            });
  }

  private void resumeDue(KafkaConsumer<byte[], byte[]> consumer) {
    if (held.isEmpty()) {
      return;
    }
    long now = System.nanoTime();
    held.keySet().retainAll(consumer.assignment());
    Set<TopicPartition> due = new HashSet<>();
    held.forEach(
        (partition, until) -> {
          if (now - until >= 0) {
            due.add(partition);
          }
        });
    consumer.resume(due);
    held.keySet().removeAll(due);
  }

  /** Said once, until it is over. */
  private void troubled(String what, Exception e) {
    String words = Cause.of(e);
    if (!words.equals(trouble)) {
      trouble = words;
      LOG.warn("topic {}: {}: {}; trying again", topic, what, words);
    }
  }

  private void fine() {
    if (trouble != null) {
      trouble = null;
      LOG.info("topic {}: read again", topic);
    }
  }
}
