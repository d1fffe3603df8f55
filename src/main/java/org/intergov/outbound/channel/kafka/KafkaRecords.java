package org.intergov.outbound.channel.kafka;

import java.util.List;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.Header;
import org.apache.camel.Message;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.component.kafka.consumer.KafkaManualCommit;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.intergov.outbound.channel.RawReceipt;

/** What routes ask about records of Camel's {@code kafka} component. Stateless. */
public final class KafkaRecords {
  private KafkaRecords() {}

  /**
   * Where a record that was posted is: topic-partition-offset. A broker that had the record
   * already, from an attempt of before, need not know its offset.
   */
  public static String idOf(@Header(KafkaConstants.KAFKA_RECORD_META) List<RecordMetadata> posted) {
    RecordMetadata where = posted.get(0);
    String offset = where.hasOffset() ? String.valueOf(where.offset()) : "unknown";
    return where.topic() + "-" + where.partition() + "-" + offset;
  }

  /** What a record is called in journals, headers and logs: topic-partition-offset. */
  public static String name(Message record) {
    return record.getHeader(KafkaConstants.TOPIC)
        + "-"
        + record.getHeader(KafkaConstants.PARTITION)
        + "-"
        + record.getHeader(KafkaConstants.OFFSET);
  }

  /** The records of a batch as receipts, one in each record's value. */
  public static List<RawReceipt> receipts(@Body List<Exchange> batch) {
    return batch.stream()
        .map(Exchange::getMessage)
        .map(m -> RawReceipt.of(name(m), m.getBody(byte[].class)))
        .toList();
  }

  /** The batch is done with: none of it comes again. */
  public static void commit(@Header(KafkaConstants.MANUAL_COMMIT) KafkaManualCommit batch) {
    batch.commit();
  }
}
