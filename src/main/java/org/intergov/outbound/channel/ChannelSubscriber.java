package org.intergov.outbound.channel;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.intergov.outbound.routing.Channel;
import org.intergov.outbound.routing.RoutingTable;
import org.intergov.outbound.store.ChannelSubscriptions;
import org.intergov.outbound.store.ChannelSubscriptions.Slots;
import org.intergov.outbound.store.ChannelSubscriptions.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks channels to call back about the deliveries they have taken. What fails is asked for again
 * later, and disturbs nothing: the poller asks for statuses in any case. The route {@code
 * channel-subscriber} calls {@link #claim}, from one thread; answers come on any.
 */
public final class ChannelSubscriber {
  private static final Logger LOG = LoggerFactory.getLogger(ChannelSubscriber.class);
  private static final int MOST_AT_ONCE = 8;

  private final ChannelSubscriptions subscriptions;
  private final Supplier<RoutingTable> table;
  private final ChannelCalls calls;
  private final Map<String, Integer> asking = new ConcurrentHashMap<>();
  private final Set<String> failing = ConcurrentHashMap.newKeySet();
  private final DatabaseWatch database = new DatabaseWatch("channel-subscriber");

  public ChannelSubscriber(
      CamelContext camel,
      ChannelSubscriptions subscriptions,
      Supplier<RoutingTable> table,
      ChannelRoutes routes) {
    this.subscriptions = subscriptions;
    this.table = table;
    this.calls = new ChannelCalls(camel, routes, "direct:subscribe-to-channel");
  }

  /** Asks for the subscriptions that are due, a few at once for each channel. */
  public void claim() {
    database.run(
        () -> {
          while (claimOnce()) {
            // as long as channels answer as fast as they are asked
          }
        });
  }

  private boolean claimOnce() {
    List<Slots> wanted = new ArrayList<>();
    for (Channel c : table.get().channels()) {
      int free = MOST_AT_ONCE - asking.getOrDefault(c.id(), 0);
      if (c.callsBack() && free > 0) {
        wanted.add(new Slots(c.id(), free));
      }
    }
    if (wanted.isEmpty()) {
      return false;
    }
    List<Subscription> claimed = subscriptions.claim(wanted);
    claimed.forEach(this::ask);
    return !claimed.isEmpty();
  }

  private void ask(Subscription s) {
    asking.merge(s.channelId(), 1, Integer::sum);
    Map<String, Object> headers =
        Map.of(
            Headers.CHANNEL_TXN_ID,
            s.channelTxnId(),
            Headers.CALLBACK_PATH,
            WebSub.callbackPath(s.channelId(), s.callbackId()));
    calls.send(s.channelId(), "subscribe", null, headers, exchange -> answered(s, exchange));
  }

  private void answered(Subscription s, Exchange exchange) {
    asking.computeIfPresent(s.channelId(), (id, count) -> count == 1 ? null : count - 1);
    Throwable failure = exchange.getException();
    if (failure == null) {
      if (failing.remove(s.channelId())) {
        LOG.info("channel {}: takes subscriptions again", s.channelId());
      }
    } else if (failing.add(s.channelId())) {
      LOG.warn(
          "channel {}: takes no subscription ({}); deliveries are followed by polling alone",
          s.channelId(),
          PostOutcome.describe(failure));
    }
  }
}
