package org.intergov.outbound.channel.sqs;

import java.util.Map;
import org.apache.camel.Endpoint;
import org.apache.camel.support.DefaultComponent;

/**
 * Component {@code channel-sqs}: a queue of SQS or of a server that speaks its protocol, for
 * channel kinds and for intake.
 *
 * <p>It differs from Camel's own SQS component in what this gateway must be sure of: posts gather
 * to batches of ten, and each has its own outcome; a message that was not sent is told from one
 * that may have been; it has the attributes it is told and no others; messages are deleted, ten at
 * once, only when they are done with; a server that is away at the start is waited for.
 */
public final class ChannelSqsComponent extends DefaultComponent {

  @Override
  protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters)
      throws Exception {
    ChannelSqsEndpoint endpoint = new ChannelSqsEndpoint(uri, this, remaining);
    setProperties(endpoint, parameters);
    return endpoint;
  }
}
