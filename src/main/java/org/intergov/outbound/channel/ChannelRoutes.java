package org.intergov.outbound.channel;

import java.util.HashMap;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.TemplatedRouteBuilder;
import org.intergov.outbound.routing.Channel;
import org.intergov.outbound.routing.KindDescription;

/**
 * Makes the routes of channels from the route templates of their kinds: {@code <id>-post} and,
 * where the kind has one, {@code <id>-status}.
 */
public final class ChannelRoutes {
  private final CamelContext camel;
  private final Map<String, KindDescription> kinds;

  public ChannelRoutes(CamelContext camel, Map<String, KindDescription> kinds) {
    this.camel = camel;
    this.kinds = kinds;
  }

  static String postEndpoint(String channelId) {
    return "direct:" + channelId + "-post";
  }

  static String statusEndpoint(String channelId) {
    return "direct:" + channelId + "-status";
  }

  /** Adds and starts a channel's routes. */
  public void add(Channel channel) {
    add(channel, "post");
    if (kinds.get(channel.kind()).hasStatus()) {
      add(channel, "status");
    }
  }

  private void add(Channel channel, String step) {
    Map<String, Object> parameters = new HashMap<>(channel.parameters());
    parameters.put("channel", channel.id());
    parameters.put("concurrency", channel.concurrency());
    parameters.put("timeout", channel.timeout().toMillis());
    TemplatedRouteBuilder.builder(camel, channel.kind() + "-" + step)
        .routeId(channel.id() + "-" + step)
        .prefixId(channel.id() + "-" + step + "-")
        .parameters(parameters)
        .add();
  }
}
