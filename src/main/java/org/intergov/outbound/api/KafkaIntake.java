package org.intergov.outbound.api;

import java.util.List;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.kafka.KafkaConstants;
import org.intergov.outbound.channel.kafka.KafkaRecords;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Messages from a Kafka topic, one in each record's value, as JSON. Those that intake over REST
 * would refuse for what they are become letters for a topic of dead letters. Thread-safe.
 */
public final class KafkaIntake {
  private static final Logger LOG = LoggerFactory.getLogger(KafkaIntake.class);
  private static final int LONGEST_ERROR = 8_000;

  private final QueuedMessages messages;

  /** A record that is no message: as it came, what is wrong with it, and its name. */
  record Letter(byte[] key, byte[] value, String error, String source) {}

  public KafkaIntake(QueuedMessages messages) {
    this.messages = messages;
  }

  /**
   * Stores a batch, an exchange a record: when it returns, each is stored, was stored before, or is
   * among the letters.
   *
   * @throws org.intergov.outbound.store.database.StoreBusyException if the store takes no more now
   * @throws org.intergov.outbound.store.database.StoreUnavailableException if it cannot be reached
   */
  public List<Letter> store(@Body List<Exchange> batch) {
    List<Letter> letters =
        messages
            .store(
                batch.stream().map(Exchange::getMessage).toList(),
                KafkaIntake::name,
                record -> record.getBody(byte[].class))
            .stream()
            .map(bad -> letter(bad.queued(), bad.error()))
            .toList();
    if (!letters.isEmpty()) {
      Letter last = letters.get(letters.size() - 1);
      LOG.warn(
          "{} records are no messages and go aside, the last of them {}: {}",
          letters.size(),
          last.source(),
          last.error());
    }
    return letters;
  }

  /** Makes of the letter in the body what goes to the dead letters. */
  public void address(Exchange exchange) {
    Message message = exchange.getMessage();
    Letter letter = message.getBody(Letter.class);
    message.setBody(letter.value());
    message.setHeader(KafkaConstants.KEY, letter.key());
    message.setHeader("error", letter.error());
    message.setHeader("source", letter.source());
  }

  private static Letter letter(Message record, String error) {
    return new Letter(
        record.getHeader(KafkaConstants.KEY, byte[].class),
        record.getBody(byte[].class),
        error.length() > LONGEST_ERROR ? error.substring(0, LONGEST_ERROR) : error,
        KafkaRecords.name(record));
  }

  /** In a topic that was deleted and made anew offsets start again; the time tells them apart. */
  static String name(Message record) {
    return "kafka " + KafkaRecords.name(record) + " " + record.getHeader(KafkaConstants.TIMESTAMP);
  }
}
