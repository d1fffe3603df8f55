package org.intergov.outbound.channel.kafka;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A topic for records that nothing can be done with: each as it came, key and value, with the
 * headers {@code error} (what is wrong with it) and {@code source} (topic-partition-offset). For
 * one thread; {@link #close} may be called from another.
 */
public final class KafkaDeadLetters implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(KafkaDeadLetters.class);
  private static final Duration TIMEOUT = Duration.ofSeconds(15);
  private static final int LONGEST_ERROR = 8_000;

  private final KafkaConnection connection;
  private final String topic;
  private KafkaProducer<byte[], byte[]> producer;

  /** A record, and what is wrong with it. */
  public record Letter(ConsumerRecord<byte[], byte[]> record, String error) {}

  /**
   * @param connection how to reach the brokers
   */
  public KafkaDeadLetters(KafkaConnection connection, String topic) {
    this.connection = connection;
    this.topic = topic;
  }

  /**
   * Sends them all; when it returns, the brokers have them.
   *
   * @throws KafkaException if one could not be sent; then any of them may be sent again
   */
  public void send(List<Letter> letters) {
    if (letters.isEmpty()) {
      return;
    }
    List<Future<?>> sent = new ArrayList<>(letters.size());
    for (Letter letter : letters) {
      sent.add(producer().send(record(letter.record().value(), letter, "")));
    }
    for (int i = 0; i < letters.size(); i++) {
      await(sent.get(i), letters.get(i));
    }
    LOG.warn(
        "{} records went to dead-letter topic {}, the last of them {}",
        letters.size(),
        topic,
        KafkaBatch.name(letters.get(letters.size() - 1).record()));
  }

  private void await(Future<?> sent, Letter letter) {
    try {
      try {
        sent.get();
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof RecordTooLargeException)) {
          throw e;
        }
        String left = "; its value of " + letter.record().value().length + " bytes is left out";
        producer().send(record(null, letter, left)).get();
      }
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    } catch (ExecutionException e) {
      close(); // what it cannot do any more another can
      throw new KafkaException("topic " + topic + " takes no dead letters", e.getCause());
    }
  }

  private ProducerRecord<byte[], byte[]> record(byte[] value, Letter letter, String more) {
    String error = letter.error();
    String words = error.length() > LONGEST_ERROR ? error.substring(0, LONGEST_ERROR) : error;
    List<Header> headers =
        List.of(header("error", words + more), header("source", KafkaBatch.name(letter.record())));
    return new ProducerRecord<>(topic, null, letter.record().key(), value, headers);
  }

  private static Header header(String name, String value) {
    return new RecordHeader(name, value.getBytes(StandardCharsets.UTF_8));
  }

  private synchronized KafkaProducer<byte[], byte[]> producer() {
    if (producer == null) {
      String name = "intergov-dead-letters-" + topic;
      producer = new KafkaProducer<>(KafkaClientConfig.deadLetters(connection, name, TIMEOUT));
    }
    return producer;
  }

  @Override
  public synchronized void close() {
    if (producer != null) {
      producer.close(Duration.ZERO);
      producer = null;
    }
  }
}
