package org.intergov.outbound.channel.kafka;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.intergov.outbound.channel.RawReceipt;

/**
 * The records of one poll, those of a partition in their order, for the route that works on them.
 * If the route ends well, all are done with; if it fails, none is, and they come again. For one
 * thread.
 */
public final class KafkaBatch {
  private final List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
  private final Map<TopicPartition, Long> first = new HashMap<>();
  private final Map<TopicPartition, OffsetAndMetadata> next = new HashMap<>();

  KafkaBatch(ConsumerRecords<byte[], byte[]> polled) {
    for (ConsumerRecord<byte[], byte[]> r : polled) {
      TopicPartition partition = new TopicPartition(r.topic(), r.partition());
      records.add(r);
      first.putIfAbsent(partition, r.offset());
      next.put(partition, new OffsetAndMetadata(r.offset() + 1));
    }
  }

  /** All of them. */
  public List<ConsumerRecord<byte[], byte[]>> records() {
    return records;
  }

  /** As receipts, one in each record's value; what is no UTF-8 has none. */
  public List<RawReceipt> receipts() {
    return records.stream().map(r -> new RawReceipt(name(r), text(r.value()))).toList();
  }

  private static String text(byte[] value) {
    try {
      return value == null
          ? null
          : StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(value)).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  /** What a record is called in journals, headers and logs: topic-partition-offset. */
  public static String name(ConsumerRecord<?, ?> record) {
    return record.topic() + "-" + record.partition() + "-" + record.offset();
  }

  /** Where each partition begins in this batch. */
  Map<TopicPartition, Long> first() {
    return first;
  }

  /** What is to be committed when all are done with. */
  Map<TopicPartition, OffsetAndMetadata> next() {
    return next;
  }
}
