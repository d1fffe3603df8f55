package org.intergov.outbound.channel;

import java.util.HashMap;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.TemplatedRouteBuilder;
import org.intergov.outbound.routing.Channel;
import org.intergov.outbound.routing.KindDescription;

/**
 * Makes the routes of channels from the route templates of their kinds: {@code <id>-post}; where
 * the kind has one, {@code <id>-status}; and where the channel wants receipts, {@code
 * <id>-receipts}.
 */
public final class ChannelRoutes {
  private final CamelContext camel;
  private final Map<String, KindDescription> kinds;
  private final ChannelParameters parameters;

  public ChannelRoutes(CamelContext camel, Map<String, KindDescription> kinds) {
    this.camel = camel;
    this.kinds = kinds;
    this.parameters = new ChannelParameters(camel);
  }

  static String postEndpoint(String channelId) {
    return "direct:" + channelId + "-post";
  }

  static String statusEndpoint(String channelId) {
    return "direct:" + channelId + "-status";
  }

  static String subscribeEndpoint(String channelId) {
    return "direct:" + channelId + "-subscribe";
  }

  static String statusesEndpoint(String channelId) {
    return "direct:" + channelId + "-statuses";
  }

  /** Adds and starts a channel's routes. */
  public void add(Channel channel) {
    Map<String, Object> bound = parametersOf(channel);
    add(channel, "post", bound);
    if (channel.tracking().asked()) {
      add(channel, "status", bound);
    }
    if (channel.tellsChanges()) {
      add(channel, "statuses", bound);
    }
    if (channel.callsBack()) {
      add(channel, "subscribe", bound);
    }
    if (channel.tracking().receipts()) {
      add(channel, "receipts", bound);
    }
  }

  /** What the templates of its kind get. */
  Map<String, Object> parametersOf(Channel channel) {
    Map<String, Object> bound = new HashMap<>(parameters.bind(channel));
    // Camel asks for each that a template requires; the route uses the map as a whole
    kinds
        .get(channel.kind())
        .parameters()
        .forEach(p -> p.declaredKeys().forEach(key -> bound.put(key, "")));
    bound.put("channel", channel.id());
    bound.put("concurrency", channel.concurrency());
    bound.put("timeout", channel.timeout().toMillis());
    return bound;
  }

  private void add(Channel channel, String step, Map<String, Object> parameters) {
    TemplatedRouteBuilder.builder(camel, channel.kind() + "-" + step)
        .routeId(channel.id() + "-" + step)
        .prefixId(channel.id() + "-" + step + "-")
        .parameters(parameters)
        .add();
  }
}
