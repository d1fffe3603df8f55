package org.intergov.outbound.channel.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.junit.jupiter.api.Test;

/** What the clients of Kafka are told. */
class KafkaClientConfigTest {
  private static final KafkaConnection PLAIN =
      new KafkaConnection("broker:9092", "PLAINTEXT", null, null, null);

  @Test
  void a_producer_makes_no_duplicate_by_itself_and_loses_nothing() {
    Map<String, Object> config =
        KafkaClientConfig.producer(PLAIN, "name", Duration.ofMillis(1_500));

    assertThat(config)
        .containsEntry(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true)
        .containsEntry(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1)
        .containsEntry(ProducerConfig.ACKS_CONFIG, "all");
  }

  @Test
  void a_post_has_half_its_time_to_find_a_broker_and_the_whole_to_be_acknowledged() {
    Map<String, Object> config =
        KafkaClientConfig.producer(PLAIN, "name", Duration.ofMillis(1_500));

    assertThat(config)
        .containsEntry(ProducerConfig.MAX_BLOCK_MS_CONFIG, 750)
        .containsEntry(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 1_500)
        .containsEntry(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 500);
  }
}
