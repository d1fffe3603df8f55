package org.intergov.outbound.api;

import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.intergov.outbound.channel.kafka.KafkaBatch;
import org.intergov.outbound.channel.kafka.KafkaDeadLetters;
import org.intergov.outbound.channel.kafka.KafkaDeadLetters.Letter;

/**
 * Messages from a Kafka topic, one in each record's value, as JSON. Those that intake over REST
 * would refuse for what they are go to a topic of dead letters. For one thread.
 */
public final class KafkaIntake {
  private final QueuedMessages messages;
  private final KafkaDeadLetters deadLetters;

  public KafkaIntake(QueuedMessages messages, KafkaDeadLetters deadLetters) {
    this.messages = messages;
    this.deadLetters = deadLetters;
  }

  /**
   * Stores a batch: when it returns, each record is stored, was stored before, or is a dead letter
   * that the brokers have.
   *
   * @throws org.intergov.outbound.store.database.StoreBusyException if the store takes no more now
   * @throws org.intergov.outbound.store.database.StoreUnavailableException if it cannot be reached
   * @throws org.apache.kafka.common.KafkaException if a dead letter could not be sent
   */
  public void store(KafkaBatch batch) {
    List<Letter> letters =
        messages.store(batch.records(), KafkaIntake::name, record -> record.value()).stream()
            .map(bad -> new Letter(bad.queued(), bad.error()))
            .toList();
    deadLetters.send(letters);
  }

  /** In a topic that was deleted and made anew offsets start again; the time tells them apart. */
  static String name(ConsumerRecord<?, ?> record) {
    return "kafka " + KafkaBatch.name(record) + " " + record.timestamp();
  }
}
