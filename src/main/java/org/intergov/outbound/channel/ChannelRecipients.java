package org.intergov.outbound.channel;

import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.Expression;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.spi.Registry;
import org.apache.camel.support.ExpressionAdapter;

/**
 * What the recipient lists of the flow ask: where the routes of a channel listen, by the routing
 * table that is in force at that moment. In Camel's registry are an expression for each step of a
 * channel: {@code routingTable.post}, {@code routingTable.status}, {@code routingTable.statuses}
 * and {@code routingTable.subscribe}. Whoever made the exchange names the channel in the property
 * {@link #CHANNEL}, and calls {@link #end} when the exchange has ended: until then the routes stay.
 * Thread-safe.
 *
 * <p>They are expressions and no methods of a bean, since Camel calls a bean's method with a copy
 * of the exchange.
 */
public final class ChannelRecipients {
  /** Exchange property: the id of the channel. */
  public static final String CHANNEL = "channel";

  /** Exchange property, of posts: the longest time-out that the lease of the message allows. */
  public static final String LONGEST = "longestTimeout";

  private static final String USED = "channelRoutes";

  private final ChannelRoutes routes;

  /** A message must not be sent this way now; nothing was sent. */
  public static final class NotSentException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final boolean gone;

    /**
     * @param gone whether the channel has left the table
     */
    public NotSentException(String why, boolean gone) {
      super(why, null, false, false);
      this.gone = gone;
    }

    /** Whether the channel has left the table. */
    public boolean isGone() {
      return gone;
    }
  }

  private ChannelRecipients(ChannelRoutes routes) {
    this.routes = routes;
  }

  /** Puts the expressions into Camel's registry. */
  public static void bind(Registry registry, ChannelRoutes routes) {
    ChannelRecipients recipients = new ChannelRecipients(routes);
    bind(registry, "post", recipients::post);
    for (String step : List.of("status", "statuses", "subscribe")) {
      bind(registry, step, exchange -> recipients.step(exchange, step));
    }
  }

  /** As {@link #bind(Registry, ChannelRoutes)}, one step, with recipients of the caller's. */
  public static void bind(Registry registry, String step, Function<Exchange, Endpoint> recipient) {
    registry.bind(
        "routingTable." + step,
        Expression.class,
        new ExpressionAdapter() {
          @Override
          public Object evaluate(Exchange exchange) {
            return recipient.apply(exchange);
          }

          @Override
          public String toString() {
            return "routingTable." + step;
          }
        });
  }

  /**
   * Where the channel takes messages.
   *
   * @throws NotSentException if the channel is gone, or may take longer now than the lease allows
   */
  private Endpoint post(Exchange exchange) {
    ChannelVersion by = use(exchange);
    if (by == null) {
      throw new NotSentException("its channel is gone", true);
    }
    Duration longest = exchange.getProperty(LONGEST, Duration.class);
    if (longest != null && by.channel().timeout().compareTo(longest) > 0) {
      throw new NotSentException("its channel has changed", false);
    }
    return by.endpoint("post");
  }

  /** Where the channel is asked, for what the step says; if it cannot be, it is unavailable. */
  private Endpoint step(Exchange exchange, String step) {
    ChannelVersion by = use(exchange);
    Endpoint endpoint = by == null ? null : by.endpoint(step);
    if (endpoint == null) {
      String channelId = exchange.getProperty(CHANNEL, String.class);
      throw new RuntimeCamelException(
          new ChannelException.Unavailable("channel " + channelId + " has no " + step + " route"));
    }
    return endpoint;
  }

  private ChannelVersion use(Exchange exchange) {
    ChannelVersion by = routes.use(exchange.getProperty(CHANNEL, String.class));
    exchange.setProperty(USED, by);
    return by;
  }

  /**
   * To be called once when an exchange has ended.
   *
   * @return the routes that it used; null if it used none
   */
  public static ChannelVersion end(Exchange exchange) {
    ChannelVersion by = (ChannelVersion) exchange.removeProperty(USED);
    if (by != null) {
      by.end();
    }
    return by;
  }

  /**
   * What an exchange has failed with, null if it has not: what a channel or this class has said, if
   * that is among its causes.
   */
  public static Throwable failure(Exchange exchange) {
    for (Throwable t = exchange.getException(); t != null; t = t.getCause()) {
      if (t instanceof ChannelException || t instanceof NotSentException) {
        return t;
      }
    }
    return exchange.getException();
  }
}
