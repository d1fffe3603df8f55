package org.intergov.outbound.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultMessage;
import org.junit.jupiter.api.Test;

/** What records are called, from which the references of those without one are made. */
class KafkaIntakeTest {

  @Test
  void a_record_has_one_name_however_often_it_is_read_and_no_other_has_it() {
    assertThat(name("in", 1, 5, 1_700L))
        .isEqualTo(name("in", 1, 5, 1_700L))
        .isEqualTo("kafka in-1-5 1700");
    assertThat(
            Stream.of(
                name("in", 1, 5, 1_700L),
                name("in-1", 5, 5, 1_700L),
                name("in", 15, 5, 1_700L),
                name("in", 1, 6, 1_700L),
                // of a topic with the same name, made anew
                name("in", 1, 5, 1_701L)))
        .doesNotHaveDuplicates();
  }

  private static String name(String topic, int partition, long offset, long timestamp) {
    DefaultMessage record = new DefaultMessage(new DefaultCamelContext());
    record.setHeader(KafkaConstants.TOPIC, topic);
    record.setHeader(KafkaConstants.PARTITION, partition);
    record.setHeader(KafkaConstants.OFFSET, offset);
    record.setHeader(KafkaConstants.TIMESTAMP, timestamp);
    return KafkaIntake.name(record);
  }
}
