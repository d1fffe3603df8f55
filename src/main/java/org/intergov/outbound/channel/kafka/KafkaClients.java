package org.intergov.outbound.channel.kafka;

import java.time.Duration;
import java.util.Properties;
import org.apache.camel.Exchange;
import org.apache.camel.component.kafka.KafkaClientFactory;
import org.apache.camel.component.kafka.KafkaConfiguration;
import org.apache.camel.component.kafka.consumer.CommitManager;
import org.apache.camel.component.kafka.consumer.KafkaManualCommit;
import org.apache.camel.component.kafka.consumer.KafkaManualCommitFactory;
import org.apache.camel.spi.ExceptionHandler;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.intergov.outbound.channel.ParameterMap;
import org.intergov.outbound.channel.Trouble;
import org.intergov.outbound.config.Cause;

/**
 * The clients that a route hands to the {@code kafka} endpoints of one topic. Camel's component
 * decides when something is sent and read; this decides how:
 *
 * <ul>
 *   <li>the producer ({@link PostingProducer}) needs no broker to start, never blocks who sends,
 *       and tells a record that was never sent from one that may have been;
 *   <li>the consumer ({@link KeepingConsumer}) hands out one batch at a time, commits all its
 *       partitions when the route says that it is done with, and while it is not, reads it again
 *       and keeps its place in the group;
 *   <li>credentials and certificates are in here, not in the endpoint's URI;
 *   <li>why a batch waits is said once, until it is over.
 * </ul>
 *
 * <p>Options of the endpoint hold as far as they do not contradict that. Thread-safe, except the
 * setters, which are for whoever makes it.
 */
public final class KafkaClients
    implements KafkaClientFactory, KafkaManualCommitFactory, ExceptionHandler {
  static final String WAIT = "its records wait";

  /** For a topic that is away a batch of bad records does not wait for long. */
  private static final Duration DEAD_LETTER_TIMEOUT = Duration.ofSeconds(4);

  private String topic = "";
  private ParameterMap auth;
  private ParameterMap tls;
  private Duration timeout = Duration.ofSeconds(15);
  private boolean deadLetters;
  private Trouble trouble = Trouble.ofTopic(topic);

  /** For the intake and its dead letters, of any size that a topic of others may hold. */
  public static KafkaClients ofIntake(KafkaConnection connection, String topic) {
    KafkaClients clients = new KafkaClients();
    clients.setTopic(topic);
    clients.auth = connection.auth();
    clients.tls = connection.tls();
    clients.deadLetters = true;
    return clients;
  }

  @Override
  public Producer<Object, Object> getProducer(Properties options) {
    KafkaClientConfig config = new KafkaClientConfig(options, auth, tls);
    return deadLetters
        ? new PostingProducer(
            new KafkaPosts(topic, config.deadLetters(DEAD_LETTER_TIMEOUT), DEAD_LETTER_TIMEOUT),
            true)
        : new PostingProducer(new KafkaPosts(topic, config.producer(timeout), timeout), false);
  }

  @Override
  public Consumer<byte[], byte[]> getConsumer(Properties options) {
    return new KeepingConsumer(
        new KafkaClientConfig(options, auth, tls).consumer(), topic, trouble);
  }

  @Override
  public String getBrokers(KafkaConfiguration configuration) {
    return configuration.getBrokers();
  }

  /** Commits the batch, not the last record's partition alone. */
  @Override
  public KafkaManualCommit newInstance(
      CamelExchangePayload of, KafkaRecordPayload last, CommitManager none) {
    return ((KeepingConsumer) of.consumer)::commit;
  }

  @Override
  public void handleException(Throwable why) {
    trouble.is(WAIT, Cause.of(why));
  }

  @Override
  public void handleException(String message, Throwable why) {
    handleException(why);
  }

  @Override
  public void handleException(String message, Exchange exchange, Throwable why) {
    handleException(why);
  }

  public void setTopic(String topic) {
    this.topic = topic;
    this.trouble = Trouble.ofTopic(topic);
  }

  /** Who logs in, where the endpoint's security protocol says SASL; null: nobody. */
  public void setAuth(ParameterMap auth) {
    this.auth = auth;
  }

  /** Our certificate, and whose we accept, where the protocol says SSL; null: Java's. */
  public void setTls(ParameterMap tls) {
    this.tls = tls;
  }

  /** Milliseconds from when the producer takes a record until it is acknowledged or given up. */
  public void setTimeout(long timeout) {
    this.timeout = Duration.ofMillis(timeout);
  }

  /** No secret. */
  @Override
  public String toString() {
    return "topic " + topic;
  }
}
