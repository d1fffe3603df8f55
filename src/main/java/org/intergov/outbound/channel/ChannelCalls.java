package org.intergov.outbound.channel;

import java.util.Map;
import java.util.function.Consumer;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.support.DefaultExchange;

/** Sends through the routes that a channel has now. Thread-safe. */
public final class ChannelCalls {
  private final CamelContext camel;
  private final ChannelRoutes routes;
  private final ChannelSender sender;

  /**
   * @param through the endpoint of the recipient list that sends
   */
  public ChannelCalls(CamelContext camel, ChannelRoutes routes, String through) {
    this.camel = camel;
    this.routes = routes;
    this.sender = new ChannelSender(camel, through);
  }

  /**
   * Sends through the channel's routes; if it has none, that is an exchange that has failed with
   * {@link ChannelException.Unavailable}.
   *
   * @param step post, status and so on
   * @param done called once, on whatever thread the channel's answer comes on; must not block
   */
  public void send(
      String channelId,
      String step,
      Object body,
      Map<String, Object> headers,
      Consumer<Exchange> done) {
    ChannelVersion by = routes.use(channelId);
    if (by != null && by.endpoint(step) != null) {
      send(by, step, body, headers, done);
      return;
    }
    if (by != null) {
      by.end();
    }
    Exchange unsent = new DefaultExchange(camel);
    unsent.setException(
        new ChannelException.Unavailable("channel " + channelId + " has no " + step + " route"));
    done.accept(unsent);
  }

  /** Sends through these routes, and ends their use when the answer is there. */
  public void send(
      ChannelVersion by,
      String step,
      Object body,
      Map<String, Object> headers,
      Consumer<Exchange> done) {
    sender.send(
        by.endpoint(step),
        body,
        headers,
        exchange -> {
          by.end();
          done.accept(exchange);
        });
  }
}
