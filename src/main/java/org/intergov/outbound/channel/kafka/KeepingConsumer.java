package org.intergov.outbound.channel.kafka;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.intergov.outbound.channel.Trouble;
import org.intergov.outbound.config.Cause;

/**
 * A member of a consumer group that hands out one batch at a time, for Camel's consumer in batching
 * mode, whose poll thread is the thread of the route.
 *
 * <p>Camel collects what it polls and hands a batch to the route when a poll finds nothing; so the
 * poll after one with records finds nothing, at once and without asking the brokers. By the next
 * one the route has ended: it has called {@link #commit}, which commits every partition of the
 * batch, or it has failed. Then the batch comes again after a pause, in which its partitions are
 * paused and the member polls on and keeps its place in the group; other partitions go on.
 *
 * <p>A poll that fails is no end: it is said once, and after a rest the next one tries again. For
 * one thread, as Kafka's consumer is.
 */
final class KeepingConsumer extends KafkaConsumer<byte[], byte[]> {
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);
  private static final Duration AFTER_REFUSED_LOGIN = Duration.ofSeconds(10);
  private static final Duration ALONE = Duration.ofSeconds(5);
  private static final Duration LOOK_FOR_TOPIC = Duration.ofSeconds(10);
  private static final Duration LOOK_WITHIN = Duration.ofSeconds(2);
  private static final Duration CLOSE_WITHIN = Duration.ofSeconds(2);
  private static final String UNREADABLE = "cannot be read";

  private final String topic;
  private final Trouble trouble;
  private final Metric connections;

  /** Where each partition of the batch that is out begins, and goes on. */
  private final Map<TopicPartition, Long> first = new HashMap<>();

  private final Map<TopicPartition, OffsetAndMetadata> next = new HashMap<>();
  private boolean handedOver;
  private final Map<TopicPartition, Long> heldUntilNanos = new HashMap<>();
  private boolean isPaused;
  private long notBeforeNanos = System.nanoTime();
  private long connectedAtNanos = System.nanoTime();
  private long lookedAtNanos = System.nanoTime();

  KeepingConsumer(Map<String, Object> config, String topic, Trouble trouble) {
    super(config);
    this.topic = topic;
    this.trouble = trouble;
    this.connections =
        metrics().entrySet().stream()
            .filter(e -> e.getKey().group().equals("consumer-metrics"))
            .filter(e -> e.getKey().name().equals("connection-count"))
            .map(e -> (Metric) e.getValue())
            .findFirst()
            .orElseThrow(() -> new IllegalStateException("Kafka's consumer counts no connections"));
  }

  @Override
  public ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
    if (!next.isEmpty()) {
      if (!handedOver) {
        handedOver = true;
        return ConsumerRecords.empty();
      }
      holdBatch();
    }
    if (isResting(timeout)) {
      return ConsumerRecords.empty();
    }
    try {
      resumeDue();
      ConsumerRecords<byte[], byte[]> polled = super.poll(timeout);
      if (polled.isEmpty()) {
        lookAround();
      } else {
        polled.forEach(this::isOut);
        handedOver = false;
        connectedAtNanos = System.nanoTime();
        trouble.isOver(UNREADABLE);
      }
      return polled;
    } catch (WakeupException | InterruptException e) {
      throw e;
    } catch (KafkaException e) {
      trouble.is(UNREADABLE, Cause.of(e));
      Duration rest = e instanceof AuthenticationException ? AFTER_REFUSED_LOGIN : AFTER_FAILURE;
      notBeforeNanos = System.nanoTime() + rest.toNanos();
      return ConsumerRecords.empty();
    }
  }

  private void isOut(ConsumerRecord<byte[], byte[]> r) {
    TopicPartition partition = new TopicPartition(r.topic(), r.partition());
    first.putIfAbsent(partition, r.offset());
    next.put(partition, new OffsetAndMetadata(r.offset() + 1));
  }

  /** The batch is done with. */
  void commit() {
    commitSync(Map.copyOf(next));
    first.clear();
    next.clear();
    trouble.isOver(KafkaClients.WAIT);
  }

  /** The batch comes again, after a pause in which the member polls on, but gets none of these. */
  private void holdBatch() {
    long until = System.nanoTime() + AFTER_FAILURE.toNanos();
    Set<TopicPartition> mine = assignment();
    first.forEach(
        (partition, offset) -> {
          if (mine.contains(partition)) {
            seek(partition, offset);
            super.pause(List.of(partition));
            heldUntilNanos.put(partition, until);
          }
        });
    first.clear();
    next.clear();
  }

  private void resumeDue() {
    if (heldUntilNanos.isEmpty() || isPaused) {
      return;
    }
    long now = System.nanoTime();
    heldUntilNanos.keySet().retainAll(assignment());
    Set<TopicPartition> due = new HashSet<>();
    heldUntilNanos.forEach(
        (partition, until) -> {
          if (now - until >= 0) {
            due.add(partition);
          }
        });
    super.resume(due);
    heldUntilNanos.keySet().removeAll(due);
  }

  /** The route is suspended: what is held stays so, too. */
  @Override
  public void pause(Collection<TopicPartition> partitions) {
    isPaused = true;
    super.pause(partitions);
  }

  @Override
  public void resume(Collection<TopicPartition> partitions) {
    isPaused = false;
    super.resume(partitions);
  }

  private boolean isResting(Duration atMost) {
    long left = notBeforeNanos - System.nanoTime();
    if (left <= 0) {
      return false;
    }
    try {
      TimeUnit.NANOSECONDS.sleep(Math.min(left, atMost.toNanos()));
      return true;
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  /**
   * A poll that reaches no broker, or no topic, returns nothing, as one that finds nothing does.
   */
  private void lookAround() {
    long now = System.nanoTime();
    if (((Number) connections.metricValue()).doubleValue() == 0) {
      if (now - connectedAtNanos > ALONE.toNanos()) {
        trouble.is(UNREADABLE, "no broker is connected");
      }
      return;
    }
    connectedAtNanos = now;
    if (!assignment().isEmpty()) {
      trouble.isOver(UNREADABLE);
    } else if (now - lookedAtNanos > LOOK_FOR_TOPIC.toNanos()) {
      lookedAtNanos = now;
      if (partitionsFor(topic, LOOK_WITHIN).isEmpty()) {
        trouble.is(UNREADABLE, "it does not exist");
      }
    }
  }

  @Override
  public void close() {
    close(CLOSE_WITHIN);
  }
}
