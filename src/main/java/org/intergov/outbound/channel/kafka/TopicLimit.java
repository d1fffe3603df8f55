package org.intergov.outbound.channel.kafka;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How large a batch of records may be that a topic takes. Kafka's producer gathers batches of its
 * own size, and one that the topic does not take it splits by that same size, again and again,
 * until their time is over. Stateless.
 */
final class TopicLimit {
  private static final Logger LOG = LoggerFactory.getLogger(TopicLimit.class);

  private TopicLimit() {}

  /**
   * Asks the brokers; blocks.
   *
   * @param producer configuration of the producer that is to know it
   * @return bytes; empty: they do not answer in time, or do not tell this client
   */
  static OptionalInt read(Map<String, Object> producer, String topic, Duration within) {
    Map<String, Object> config = new HashMap<>(producer);
    config.keySet().retainAll(AdminClientConfig.configNames());
    int millis = Math.toIntExact(within.toMillis());
    config.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, millis);
    config.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, millis);
    ConfigResource which = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    Admin admin = null;
    try {
      admin = Admin.create(config);
      ConfigEntry most =
          admin
              .describeConfigs(List.of(which))
              .all()
              .get(millis, TimeUnit.MILLISECONDS)
              .get(which)
              .get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG);
      return limit(most);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException | KafkaException e) {
      LOG.debug("topic {}: its limit is not known: {}", topic, e.getMessage());
    } finally {
      if (admin != null) {
        admin.close(Duration.ZERO);
      }
    }
    return OptionalInt.empty();
  }

  /** Servers that speak Kafka's protocol may leave it out, or say something else. */
  static OptionalInt limit(ConfigEntry entry) {
    String value = entry == null ? null : entry.value();
    try {
      return value == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(value.strip()));
    } catch (NumberFormatException e) {
      LOG.debug("{}: {} is no limit", entry.name(), value);
      return OptionalInt.empty();
    }
  }
}
