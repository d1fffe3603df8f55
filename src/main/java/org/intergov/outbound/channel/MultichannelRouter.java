package org.intergov.outbound.channel;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.apache.camel.CamelContext;
import org.intergov.outbound.delivery.Delivery;
import org.intergov.outbound.delivery.DeliveryRules;
import org.intergov.outbound.delivery.OutboxStatus;
import org.intergov.outbound.delivery.Outcome;
import org.intergov.outbound.delivery.Settlement;
import org.intergov.outbound.message.Message;
import org.intergov.outbound.message.MessageRules;
import org.intergov.outbound.message.Violation;
import org.intergov.outbound.routing.Channel;
import org.intergov.outbound.routing.RoutingTable;
import org.intergov.outbound.store.DeliveryOutbox;
import org.intergov.outbound.store.Settlements;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Claims due messages for every lane, sends them through their channels, and writes what became of
 * them. The routes {@code multichannel-router} and {@code settle-deliveries} call it, each from one
 * thread; answers come on any thread.
 */
public final class MultichannelRouter {
  private static final Logger LOG = LoggerFactory.getLogger(MultichannelRouter.class);

  private final LaneClaims claims;
  private final DeliveryRules rules;
  private final MessageRules messageRules;
  private final Supplier<RoutingTable> table;
  private final ChannelRoutes routes;
  private final WakeUps wakeUps;
  private final ChannelCalls calls;
  private final Map<String, ChannelLane> lanes = new ConcurrentHashMap<>();
  private final SettlementQueue<Settlement> settlements;
  private volatile boolean stopping;
  private volatile boolean moreWaits;
  private final DatabaseWatch database = new DatabaseWatch("multichannel-router");

  /** The table that the lanes were last brought into line with. */
  private RoutingTable followed;

  public MultichannelRouter(
      CamelContext camel,
      DeliveryOutbox outbox,
      Settlements settlements,
      MessageRules messageRules,
      Supplier<RoutingTable> table,
      ChannelRoutes routes,
      WakeUps wakeUps) {
    this.claims = new LaneClaims(outbox, table);
    this.rules = new DeliveryRules(table);
    this.messageRules = messageRules;
    this.table = table;
    this.routes = routes;
    this.wakeUps = wakeUps;
    this.calls = new ChannelCalls(camel, routes, "direct:deliver");
    this.settlements =
        new SettlementQueue<>(
            "multichannel-router",
            batch -> settlements.deliveries(batch.stream().map(this::underItsLease).toList()),
            this::holdInstead,
            this::isWritten);
  }

  /** Claims what is due, for as many as the lanes have room, and starts sending it. */
  public void claim() {
    wakeUps.router().taken();
    database.run(
        () -> {
          boolean again = true;
          while (again) {
            again = claimOnce();
          }
        });
  }

  private synchronized boolean claimOnce() {
    if (!stopping) {
      followTable();
    }
    if (stopping || settlements.isBehind()) {
      return false;
    }
    moreWaits = false;
    long now = System.nanoTime();
    List<Delivery> claimed = claims.claim(lanes);
    for (Delivery d : claimed) {
      try {
        take(d, now);
      } catch (RuntimeException e) {
        LOG.error("{}: no decision", d.message().reference(), e);
        settlements.add(rules.hold(d, "the gateway failed to decide; see its log"));
      }
    }
    lanes.values().forEach(this::run);
    if (!claimed.isEmpty()) {
      wakeUps.settler().signal();
    }
    if (!claimed.isEmpty() || lanes.values().stream().anyMatch(l -> l.freeSlots() == 0)) {
      moreWaits = true;
    }
    return claimed.size() >= LaneClaims.AT_ONCE;
  }

  /**
   * Brings the lanes into line with a table that has come into force: those that are left go by
   * what their channels say now, and what waits in the others is routed anew.
   */
  private void followTable() {
    RoutingTable now = table.get();
    if (now != followed) {
      lanes.forEach(
          (id, lane) -> {
            Optional<Channel> channel = now.channel(id);
            if (channel.isPresent()) {
              lane.follow(channel.get(), d -> giveBack(d, "its channel has changed"));
            } else {
              lane.giveBackAll(d -> settlements.add(elsewhere(d, "is gone")));
            }
          });
      claims.lookForOrphans();
      followed = now;
      wakeUps.settler().signal();
    }
    if (lanes.size() > now.channels().size()) {
      lanes.entrySet().removeIf(e -> now.channel(e.getKey()).isEmpty() && e.getValue().held() == 0);
    }
  }

  /** Another channel takes it, unless it may have arrived through the one that it waits for. */
  private Settlement elsewhere(Delivery d, String whyNot) {
    return d.unknowns() == 0
        ? rules.route(d, true)
        : rules.hold(d, "channel " + d.channelId() + " " + whyNot + ", an outcome is unknown");
  }

  /** Decides what needs no channel, and puts the rest into its lane. */
  private void take(Delivery d, long claimedAt) {
    ChannelLane lane = laneOf(d);
    if (d.claim() == Delivery.Claim.EXPIRED) {
      settlements.add(rules.expired(d));
    } else if (isReclaimed(d) && lane != null && lane.adopt(d)) {
      LOG.info("{}: its lease ran out here, its outcome is still awaited", d.message().reference());
    } else if (isReclaimed(d)) {
      String why = "the lease ran out; its holder died or froze, so it may have been sent";
      settlements.add(rules.settle(d, new Outcome.Unknown(why)));
    } else if (d.attempts() == 0 && !violations(d).isEmpty()) {
      settlements.add(rules.invalid(d, violations(d)));
    } else if (d.channelId() == null) {
      settlements.add(rules.route(d, false));
    } else {
      Optional<String> whyNot = table.get().whyNot(d.channelId());
      if (lane != null && whyNot.isEmpty()) {
        lane.add(d, claimedAt);
      } else {
        settlements.add(elsewhere(d, whyNot.orElse("is gone")));
      }
    }
  }

  /**
   * Rows of other systems came past the API; what the table's constraints let through is checked.
   */
  private List<Violation> violations(Delivery d) {
    return messageRules.check(d.message());
  }

  private static boolean isReclaimed(Delivery d) {
    return d.claim() == Delivery.Claim.LEASE_RAN_OUT && d.channelId() != null;
  }

  /** Sends what the lane has, as far as its slots go. */
  private void run(ChannelLane lane) {
    lane.drain(
        (delivery, claimedFor) -> post(lane, delivery, claimedFor),
        delivery -> giveBack(delivery, "its lease was about to run out"),
        wakeUps.router()::signal);
  }

  private void giveBack(Delivery delivery, String why) {
    settlements.add(rules.settle(delivery, new Outcome.NotSent(why)));
    wakeUps.settler().signal();
  }

  /**
   * Sends it by the routes in use now.
   *
   * @param claimedFor the channel as it was when the claim was made, for its lease
   */
  private void post(ChannelLane lane, Delivery delivery, Channel claimedFor) {
    ChannelVersion by = routes.use(delivery.channelId());
    if (by == null) {
      lane.finish();
      settlements.add(elsewhere(delivery, "is gone"));
    } else if (by.channel().timeout().compareTo(claimedFor.timeout()) > 0) {
      by.end();
      lane.finish();
      giveBack(delivery, "its channel has changed");
    } else {
      post(lane, delivery, by);
    }
  }

  private void post(ChannelLane lane, Delivery delivery, ChannelVersion by) {
    Message m = delivery.message();
    Map<String, Object> headers =
        Map.of(
            Headers.REFERENCE,
            m.reference(),
            Headers.IDEMPOTENCY_KEY,
            delivery.idempotencyKey(),
            Headers.SENDER,
            m.sender(),
            Headers.RECEIVER,
            m.receiver(),
            Headers.SUBJECT,
            m.subject(),
            Headers.PREDICATE,
            m.predicate());
    calls.send(
        by,
        "post",
        m.channelJson(),
        headers,
        exchange -> answered(lane, delivery, PostOutcome.of(exchange)));
  }

  private void answered(ChannelLane lane, Delivery delivery, Outcome outcome) {
    lane.stats().count(outcome);
    log(delivery, outcome);
    settlements.add(decide(delivery, outcome));
    lane.finish();
    wakeUps.settler().signal();
    run(lane);
  }

  /** A decision that fails must not lose the delivery: then an operator decides. */
  private Settlement decide(Delivery delivery, Outcome outcome) {
    try {
      return rules.settle(delivery, outcome);
    } catch (RuntimeException e) {
      LOG.error("{}: no decision on {}", delivery.message().reference(), outcome, e);
      return rules.hold(delivery, "the gateway failed to decide; see its log");
    }
  }

  private static void log(Delivery d, Outcome outcome) {
    if (!(outcome instanceof Outcome.Posted) && LOG.isDebugEnabled()) {
      LOG.debug(
          "{} channel {} attempt {}: {} {}",
          d.message().reference(),
          d.channelId(),
          d.attempts() + 1,
          outcome.getClass().getSimpleName(),
          outcome.detail());
    }
  }

  /** Writes outcomes, and wakes the stages that have work from them. */
  public void settle() {
    wakeUps.settler().taken();
    settlements.write(
        result -> {
          if (result.updates()) {
            wakeUps.updater().signal();
          }
          if (result.rejections()) {
            wakeUps.rejecter().signal();
          }
          if (result.leasesLost() > 0) {
            LOG.warn(
                "multichannel-router: {} leases were lost to another replica; see lease_lost in"
                    + " the journal",
                result.leasesLost());
          }
          if (moreWaits) {
            wakeUps.router().signal();
          }
        });
  }

  private ChannelLane laneOf(Delivery d) {
    return d.channelId() == null ? null : lanes.get(d.channelId());
  }

  private Settlement underItsLease(Settlement s) {
    ChannelLane lane = laneOf(s.delivery());
    return lane == null ? s : s.under(lane.lease(s.delivery()));
  }

  private void isWritten(Settlement s) {
    ChannelLane lane = laneOf(s.delivery());
    if (lane != null) {
      lane.settled(s.delivery());
    }
    if (s.status() == OutboxStatus.PENDING && s.delay().isZero()) {
      moreWaits = true;
    }
  }

  /** A settlement that only holds and is refused too leaves the row to its lease. */
  private Settlement holdInstead(Settlement refused) {
    if (refused.status() == OutboxStatus.HELD) {
      return null;
    }
    String was = refused.journal().isEmpty() ? "" : refused.journal().get(0).event().word();
    return rules.hold(
        refused.delivery(), "its outcome (" + was + ") could not be written; see the log");
  }

  /** No more claims from now on; what is not sent yet goes back. */
  public synchronized void stopClaiming() {
    stopping = true;
    for (ChannelLane lane : lanes.values()) {
      lane.giveBackAll(
          d -> settlements.add(rules.settle(d, new Outcome.NotSent("the gateway stops"))));
    }
    wakeUps.settler().signal();
  }

  /** Whether everything claimed here has come to an outcome and is written. */
  public boolean isIdle() {
    return lanes.values().stream().allMatch(lane -> lane.held() == 0) && settlements.isEmpty();
  }

  /** The lanes of this replica, for monitoring. */
  public Map<String, ChannelLane> lanes() {
    return Map.copyOf(lanes);
  }
}
