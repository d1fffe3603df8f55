package org.intergov.outbound.flow;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.apache.camel.Exchange;
import org.intergov.outbound.channel.ChannelRecipients;
import org.intergov.outbound.channel.Headers;
import org.intergov.outbound.channel.WebSub;
import org.intergov.outbound.config.Cause;
import org.intergov.outbound.delivery.NewestAnswers;
import org.intergov.outbound.flow.leased.LeasedQueue;
import org.intergov.outbound.flow.leased.LeasedRoute;
import org.intergov.outbound.flow.leased.WakeUp;
import org.intergov.outbound.routing.Channel;
import org.intergov.outbound.routing.RoutingTable;
import org.intergov.outbound.store.ChannelSubscriptions;
import org.intergov.outbound.store.ChannelSubscriptions.Slots;
import org.intergov.outbound.store.ChannelSubscriptions.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The subscriptions as the route {@code channel-subscriber} has them: asks channels to call back
 * about the deliveries they have taken. What fails is asked for again later, and disturbs nothing:
 * the poller asks for statuses in any case. Answers come on any thread.
 */
public final class ChannelSubscriber implements LeasedQueue {
  private static final Logger LOG = LoggerFactory.getLogger(ChannelSubscriber.class);

  /** Far fewer than the verifications that can wait for their answer, for dozens of replicas. */
  private static final int MOST_AT_ONCE = 16;

  private static final int MOST_OF_ONE_CHANNEL = 4;

  private final ChannelSubscriptions subscriptions;
  private final Supplier<RoutingTable> table;
  private final WakeUp due = new WakeUp();
  private volatile LeasedRoute route;
  private final Map<String, Integer> asking = new ConcurrentHashMap<>();
  private final Map<String, NewestRequests> newest = new ConcurrentHashMap<>();
  private int turn;
  private final DatabaseWatch database = new DatabaseWatch("channel-subscriber");

  public ChannelSubscriber(ChannelSubscriptions subscriptions, Supplier<RoutingTable> table) {
    this.subscriptions = subscriptions;
    this.table = table;
  }

  @Override
  public void open(LeasedRoute to) {
    route = to;
  }

  @Override
  public WakeUp due() {
    return due;
  }

  /** Asks for the subscriptions that are due, a few at once for each channel. */
  @Override
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
    int free = MOST_AT_ONCE - asking.values().stream().mapToInt(Integer::intValue).sum();
    for (Channel c : inTurn()) {
      int slots = Math.min(free, MOST_OF_ONE_CHANNEL - asking.getOrDefault(c.id(), 0));
      if (slots > 0) {
        wanted.add(new Slots(c.id(), slots));
        free -= slots;
      }
    }
    if (wanted.isEmpty()) {
      return false;
    }
    List<Subscription> claimed = subscriptions.claim(wanted);
    claimed.forEach(this::ask);
    return !claimed.isEmpty();
  }

  /** The channels that call back, each time beginning with another. */
  private List<Channel> inTurn() {
    List<Channel> channels =
        new ArrayList<>(table.get().channels().stream().filter(Channel::callsBack).toList());
    Collections.rotate(channels, turn++);
    return channels;
  }

  private void ask(Subscription s) {
    asking.merge(s.channelId(), 1, Integer::sum);
    Exchange exchange = Claim.SUBSCRIBE.exchange(route, s.channelId());
    exchange.getMessage().setHeader(Headers.CHANNEL_TXN_ID, s.channelTxnId());
    String path = WebSub.callbackPath(s.channelId(), s.callbackId());
    exchange.getMessage().setHeader(Headers.CALLBACK_PATH, path);
    route.run(exchange, ended -> answered(s, ended));
  }

  private void answered(Subscription s, Exchange exchange) {
    asking.computeIfPresent(s.channelId(), (id, count) -> count == 1 ? null : count - 1);
    ChannelRecipients.end(exchange);
    Throwable failure = ChannelRecipients.failure(exchange);
    newest
        .computeIfAbsent(s.channelId(), NewestRequests::new)
        .answered(failure == null ? null : Cause.of(failure));
  }

  /** What a channel has answered of late, told when it changes: one answer changes nothing. */
  private static final class NewestRequests {
    private final String channelId;
    private final NewestAnswers taken = new NewestAnswers();
    private boolean refuses;

    NewestRequests(String channelId) {
      this.channelId = channelId;
    }

    /**
     * @param failure why a subscription was not taken; null if it was
     */
    synchronized void answered(String failure) {
      taken.add(failure == null);
      if (!refuses && taken.noneIs()) {
        refuses = true;
        LOG.warn(
            "channel {}: takes no subscription ({}); deliveries are followed by polling only",
            channelId,
            failure);
      } else if (refuses && taken.mostAre()) {
        refuses = false;
        LOG.info("channel {}: takes subscriptions again", channelId);
      }
    }
  }
}
