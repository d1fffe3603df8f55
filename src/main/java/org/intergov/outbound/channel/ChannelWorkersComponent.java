package org.intergov.outbound.channel;

import java.util.Map;
import org.apache.camel.Endpoint;
import org.apache.camel.spi.annotations.Component;
import org.apache.camel.support.DefaultComponent;

/**
 * Component {@code channel-workers}: where a channel route starts that may block.
 *
 * <p>{@code from: channel-workers:nz-post} listens where the gateway hands over what goes through
 * channel {@code nz}, {@code direct:nz-post}, and runs the route on threads of its own, so that a
 * slow one holds up no other channel. The route gets what the contract names and nothing else, has
 * a time to end in, and of what it leaves only what the contract names is read.
 */
@Component(ChannelWorkersComponent.SCHEME)
public final class ChannelWorkersComponent extends DefaultComponent {
  static final String SCHEME = "channel-workers";

  @Override
  protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters)
      throws Exception {
    ChannelWorkersEndpoint endpoint = new ChannelWorkersEndpoint(uri, this, remaining);
    setProperties(endpoint, parameters);
    return endpoint;
  }
}
