package org.intergov.outbound.channel;

import io.vertx.core.Vertx;
import java.net.URI;
import java.util.Map;
import org.apache.camel.Endpoint;
import org.apache.camel.support.DefaultComponent;

/**
 * Component {@code channel-http}: one bounded HTTP call, for channel kinds.
 *
 * <p>It differs from Camel's own HTTP components in what this gateway must be sure of: a failure
 * before the request was written is told from one after it; the answer as a whole has a time and a
 * size; redirects are not followed; only the headers a route names are sent, and none that a
 * channel answers becomes a header of ours.
 */
public final class ChannelHttpComponent extends DefaultComponent {
  private final Vertx vertx;

  public ChannelHttpComponent(Vertx vertx) {
    this.vertx = vertx;
  }

  @Override
  protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters)
      throws Exception {
    ChannelHttpEndpoint endpoint =
        new ChannelHttpEndpoint(uri, this, vertx, URI.create(encodeTemplate(remaining)));
    setProperties(endpoint, parameters);
    return endpoint;
  }

  /** {@code {channelTxnId}} is not allowed in a URI; it is put in when the call is made. */
  private static String encodeTemplate(String remaining) {
    return remaining.replace("{", "%7B").replace("}", "%7D");
  }
}
