package org.intergov.outbound.channel.kafka;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.intergov.outbound.channel.ChannelException;

/**
 * A producer that hands each record over to a channel's own thread. What a record comes to is told
 * to the callback: where it is, or a {@link ChannelException} that says how far it came. It needs
 * no broker before there is something to send. Thread-safe. Transactions are not for it.
 */
final class PostingProducer implements Producer<Object, Object> {
  private static final Duration REST = Duration.ofSeconds(10);

  private final KafkaPosts posts;
  private final boolean deadLetters;
  private volatile long notBeforeNanos = System.nanoTime();

  /**
   * @param deadLetters whether a record that is too large goes without its value, and those behind
   *     one that could not be sent do not try for some seconds
   */
  PostingProducer(KafkaPosts posts, boolean deadLetters) {
    this.posts = posts;
    this.deadLetters = deadLetters;
    posts.warmUp();
  }

  @Override
  public Future<RecordMetadata> send(ProducerRecord<Object, Object> record, Callback callback) {
    CompletableFuture<RecordMetadata> answer = new CompletableFuture<>();
    byte[] key = bytes(record.key());
    byte[] value = bytes(record.value());
    if (!deadLetters && (key == null || value == null)) {
      failed(
          answer,
          callback,
          new ChannelException.Unavailable("not sent: the route lost the body or the key"));
    } else if (deadLetters && System.nanoTime() - notBeforeNanos < 0) {
      failed(
          answer,
          callback,
          new ChannelException.Unavailable("not sent: another could not be sent just now"));
    } else {
      post(of(record, key, value), answer, callback);
    }
    return answer;
  }

  private void post(
      ProducerRecord<byte[], byte[]> record,
      CompletableFuture<RecordMetadata> answer,
      Callback callback) {
    posts.post(
        record,
        new KafkaPosts.Answer() {
          @Override
          public void posted(RecordMetadata where) {
            answer.complete(where);
            callback.onCompletion(where, null);
          }

          @Override
          public void failed(ChannelException why) {
            boolean tooLarge = why instanceof ChannelException.Refused;
            if (deadLetters && tooLarge && record.value() != null) {
              post(of(record, record.key(), null), answer, callback);
              return;
            }
            if (!tooLarge) {
              notBeforeNanos = System.nanoTime() + REST.toNanos();
            }
            PostingProducer.failed(answer, callback, why);
          }
        });
  }

  private static void failed(
      CompletableFuture<RecordMetadata> answer, Callback callback, ChannelException why) {
    answer.completeExceptionally(why);
    callback.onCompletion(null, why);
  }

  private static ProducerRecord<byte[], byte[]> of(
      ProducerRecord<?, ?> like, byte[] key, byte[] value) {
    return new ProducerRecord<>(like.topic(), like.partition(), key, value, like.headers());
  }

  private static byte[] bytes(Object of) {
    return of == null || of instanceof byte[]
        ? (byte[]) of
        : of.toString().getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public Future<RecordMetadata> send(ProducerRecord<Object, Object> record) {
    return send(record, (where, why) -> {});
  }

  @Override
  public void close() {
    posts.close();
  }

  @Override
  public void close(Duration timeout) {
    posts.close();
  }

  /** Each record goes as soon as it can. */
  @Override
  public void flush() {}

  @Override
  public List<PartitionInfo> partitionsFor(String topic) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Map<MetricName, ? extends Metric> metrics() {
    return Map.of();
  }

  @Override
  public Uuid clientInstanceId(Duration timeout) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void initTransactions() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void beginTransaction() {
    throw new UnsupportedOperationException();
  }

  @Override
  @Deprecated
  public void sendOffsetsToTransaction(
      Map<TopicPartition, OffsetAndMetadata> offsets, String group) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void sendOffsetsToTransaction(
      Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata group) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void commitTransaction() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void abortTransaction() {
    throw new UnsupportedOperationException();
  }
}
