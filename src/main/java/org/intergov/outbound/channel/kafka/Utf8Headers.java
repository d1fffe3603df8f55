package org.intergov.outbound.channel.kafka;

import java.nio.charset.StandardCharsets;
import org.apache.camel.component.kafka.serde.KafkaHeaderSerializer;

/** Headers of records are text in UTF-8, whatever the machine's encoding is. Stateless. */
public final class Utf8Headers implements KafkaHeaderSerializer {
  @Override
  public byte[] serialize(String name, Object value) {
    return String.valueOf(value).getBytes(StandardCharsets.UTF_8);
  }
}
