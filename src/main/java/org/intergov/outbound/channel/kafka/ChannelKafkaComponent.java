package org.intergov.outbound.channel.kafka;

import java.util.Map;
import org.apache.camel.Endpoint;
import org.apache.camel.support.DefaultComponent;

/**
 * Component {@code channel-kafka}: a Kafka topic, for channel kinds and for intake.
 *
 * <p>It differs from Camel's own Kafka component in what this gateway must be sure of: a post never
 * blocks its caller; a record that was not sent is told from one that may have been; a record has
 * the headers it is told and no others; offsets are committed only for records that are done with,
 * and a consumer that cannot go on keeps its place in the group; no secret is in an endpoint's URI.
 */
public final class ChannelKafkaComponent extends DefaultComponent {

  @Override
  protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters)
      throws Exception {
    ChannelKafkaEndpoint endpoint = new ChannelKafkaEndpoint(uri, this, remaining);
    setProperties(endpoint, parameters);
    return endpoint;
  }
}
