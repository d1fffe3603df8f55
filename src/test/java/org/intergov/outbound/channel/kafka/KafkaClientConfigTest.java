package org.intergov.outbound.channel.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.junit.jupiter.api.Test;

/** What the clients of Kafka are told. */
class KafkaClientConfigTest {
  private static Map<String, Object> producer() {
    Properties options = new Properties();
    options.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, "broker:9092");
    options.put(CommonClientConfigs.SECURITY_PROTOCOL_CONFIG, "PLAINTEXT");
    options.put(ProducerConfig.ACKS_CONFIG, "0");
    options.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
    return new KafkaClientConfig(options, null, null).producer(Duration.ofMillis(1_500));
  }

  @Test
  void options_of_an_endpoint_hold_as_far_as_they_put_nothing_at_risk() {
    assertThat(producer())
        .containsEntry(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4")
        .containsEntry(ProducerConfig.ACKS_CONFIG, "all")
        .containsEntry(CommonClientConfigs.METADATA_RECOVERY_STRATEGY_CONFIG, "rebootstrap");
  }

  @Test
  void a_producer_makes_no_duplicate_by_itself_and_loses_nothing() {
    assertThat(producer())
        .containsEntry(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true)
        .containsEntry(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1)
        .containsEntry(ProducerConfig.ACKS_CONFIG, "all");
  }

  @Test
  void a_post_has_half_its_time_to_find_a_broker_and_the_whole_to_be_acknowledged() {
    assertThat(producer())
        .containsEntry(ProducerConfig.MAX_BLOCK_MS_CONFIG, 750)
        .containsEntry(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 1_500)
        .containsEntry(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 500);
  }
}
