package org.intergov.outbound.flow;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.intergov.outbound.channel.ChannelCalls;
import org.intergov.outbound.channel.ChannelRoutes;
import org.intergov.outbound.channel.ChannelVersion;
import org.intergov.outbound.channel.Headers;
import org.intergov.outbound.channel.PostOutcome;
import org.intergov.outbound.delivery.Delivery;
import org.intergov.outbound.delivery.DeliveryRules;
import org.intergov.outbound.delivery.Lane;
import org.intergov.outbound.delivery.OutboxStatus;
import org.intergov.outbound.delivery.Outcome;
import org.intergov.outbound.delivery.Settlement;
import org.intergov.outbound.message.Message;
import org.intergov.outbound.message.MessageRules;
import org.intergov.outbound.message.Violation;
import org.intergov.outbound.routing.Channel;
import org.intergov.outbound.routing.RoutingTable;
import org.intergov.outbound.store.DeliveryOutbox;
import org.intergov.outbound.store.LaneStores;
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
  private static final String STAGE = "multichannel-router";
  private static final Outcome FAILED =
      new Outcome.Unknown("the gateway failed while it was sent; see its log");

  private final LaneClaims claims;
  private final ShutLaneWalk shutLanes;
  private final DeliveryRules rules;
  private final MessageRules messageRules;
  private final Supplier<RoutingTable> table;
  private final ChannelRoutes routes;
  private final WakeUps wakeUps;
  private final ChannelCalls calls;
  private final Map<String, ChannelLane> lanes = new ConcurrentHashMap<>();
  private final List<CircuitListener> circuitListeners = new CopyOnWriteArrayList<>();
  private volatile PostListener postListener = (channelId, outcome, tookNanos) -> {};
  private final SettlementQueue<Settlement> settlements;
  private volatile boolean stopping;
  private volatile boolean moreWaits;
  private final DatabaseWatch database = new DatabaseWatch(STAGE);

  /** The table that the lanes were last brought into line with. */
  private RoutingTable followed;

  public MultichannelRouter(
      CamelContext camel,
      LaneStores stores,
      Settlements settlements,
      MessageRules messageRules,
      Supplier<RoutingTable> table,
      ChannelRoutes routes,
      WakeUps wakeUps,
      LaneTimer timer) {
    this.rules = new DeliveryRules(table);
    this.shutLanes = new ShutLaneWalk(stores.shut(), rules);
    this.messageRules = messageRules;
    this.table = table;
    this.routes = routes;
    this.wakeUps = wakeUps;
    this.calls = new ChannelCalls(camel, routes, "direct:deliver");
    this.settlements =
        new SettlementQueue<>(
            STAGE,
            (batch, once) ->
                settlements.deliveries(batch.stream().map(this::underItsLease).toList(), once),
            this::holdInstead,
            this::isWritten);
    this.claims =
        new LaneClaims(
            stores,
            table,
            c -> new ChannelLane(c, timer, circuitListeners),
            this.settlements::size);
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
    claimed.forEach(d -> orHold(d, () -> take(d, now)));
    lanes.values().forEach(this::run);
    int waiting = shutLanes.claim(lanes, d -> orHold(d, () -> decideUnsent(d)));
    if (!claimed.isEmpty() || waiting > 0) {
      wakeUps.settler().signal();
    }
    if (!claimed.isEmpty() || lanes.values().stream().anyMatch(l -> l.freeSlots() == 0)) {
      moreWaits = true;
    }
    return claimed.size() + waiting >= LaneClaims.AT_ONCE;
  }

  private void orHold(Delivery d, Runnable decision) {
    try {
      decision.run();
    } catch (RuntimeException e) {
      Faults.report(STAGE, "deciding on " + d.message().reference(), e);
      settlements.add(rules.hold(d, "the gateway failed to decide; see its log"));
    }
  }

  /** One that waits in a lane that sends nothing: it has expired, or moves to another lane. */
  private void decideUnsent(Delivery d) {
    if (d.claim() == Delivery.Claim.DUE) {
      settlements.add(rules.moveOn(d, ShutLaneWalk.working(lanes)));
    } else {
      take(d, System.nanoTime());
    }
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
              lane.forget();
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
    if (lane != null && lane.adopt(d)) {
      LOG.info("{}: claimed again here, its outcome is still awaited", d.message().reference());
    } else if (d.claim() == Delivery.Claim.EXPIRED) {
      settlements.add(rules.expired(d));
    } else if (d.claim() == Delivery.Claim.FORGOTTEN) {
      say(d, rules.forgotten(d));
    } else if (d.mayBeSent() && d.channelId() != null) {
      String why = "the lease ran out; its holder died or froze, so it may have been sent";
      settle(d, new Outcome.Unknown(why), null);
    } else if (d.attempts() == 0 && !violations(d).isEmpty()) {
      settlements.add(rules.invalid(d, violations(d)));
    } else if (d.channelId() == null) {
      settlements.add(rules.route(d, false));
    } else {
      toItsLane(d, lane, claimedAt);
    }
  }

  private void toItsLane(Delivery d, ChannelLane lane, long claimedAt) {
    Optional<String> whyNot = table.get().whyNot(d.channelId());
    if (lane == null || whyNot.isPresent()) {
      settlements.add(elsewhere(d, whyNot.orElse("is gone")));
    } else if (DeliveryOutbox.isToBeDecided(d)) {
      giveBack(d, "its channel has come back since");
    } else {
      lane.add(d, claimedAt);
    }
  }

  private void say(Delivery d, Settlement settlement) {
    OutcomeLog.say(d, new Outcome.Unknown(settlement.lastError()), settlement);
    settlements.add(settlement);
  }

  /**
   * Rows of other systems came past the API; what the table's constraints let through is checked.
   */
  private List<Violation> violations(Delivery d) {
    return messageRules.check(d.message());
  }

  /** Sends what the lane has, as far as its slots go. */
  private void run(ChannelLane lane) {
    lane.drain(
        next -> post(lane, next),
        delivery -> giveBack(delivery, "its lease was about to run out, or the lane is shut"),
        wakeUps.router()::signal);
  }

  private void giveBack(Delivery delivery, String why) {
    settlements.add(rules.settle(delivery, new Outcome.NotSent(why)));
    wakeUps.settler().signal();
  }

  /** Sends it by the routes in use now. */
  private void post(ChannelLane lane, Lane.Next next) {
    Delivery delivery = next.delivery();
    ChannelVersion by = null;
    try {
      Map<String, Object> headers = headers(delivery);
      String body = delivery.message().channelJson();
      by = routes.use(delivery.channelId());
      if (by == null) {
        lane.finish(next, new Outcome.NotSent("its channel is gone"), 0);
        settlements.add(elsewhere(delivery, "is gone"));
      } else if (by.channel().timeout().compareTo(next.claimedFor().timeout()) > 0) {
        by.end();
        String why = "its channel has changed";
        lane.finish(next, new Outcome.NotSent(why), 0);
        giveBack(delivery, why);
      } else {
        post(lane, next, by, headers, body);
      }
    } catch (RuntimeException e) {
      Faults.report(STAGE, "preparing " + delivery.message().reference(), e);
      if (by != null) {
        by.end();
      }
      lane.finish(next, new Outcome.NotSent("it could not be prepared"), 0);
      settlements.add(rules.hold(delivery, "the gateway failed to prepare it; see its log"));
      wakeUps.settler().signal();
    }
  }

  private static Map<String, Object> headers(Delivery delivery) {
    Message m = delivery.message();
    return Map.of(
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
  }

  private void post(
      ChannelLane lane,
      Lane.Next next,
      ChannelVersion by,
      Map<String, Object> headers,
      String body) {
    long begun = System.nanoTime();
    try {
      calls.send(
          by,
          "post",
          body,
          headers,
          exchange ->
              answered(
                  lane,
                  next,
                  by.channel(),
                  outcome(exchange, by.channel()),
                  System.nanoTime() - begun));
    } catch (RuntimeException e) {
      Faults.report(STAGE, "sending " + next.delivery().message().reference(), e);
      by.end(); // nobody answers, who would have ended its use
      answered(lane, next, by.channel(), FAILED, System.nanoTime() - begun);
    }
  }

  private static Outcome outcome(Exchange exchange, Channel by) {
    try {
      return PostOutcome.of(exchange, by);
    } catch (RuntimeException e) {
      Faults.report(STAGE, "reading an answer", e);
      return FAILED;
    }
  }

  private void answered(
      ChannelLane lane, Lane.Next next, Channel by, Outcome outcome, long tookNanos) {
    Delivery delivery = next.delivery();
    settle(delivery, outcome, by);
    lane.finish(next, outcome, tookNanos);
    if (outcome instanceof Outcome.Refused) {
      claims.pausesChanged(); // it may have stopped
    }
    wakeUps.settler().signal();
    try {
      lane.stats().count(outcome);
      postListener.answered(delivery.channelId(), outcome, tookNanos);
    } catch (RuntimeException e) {
      Faults.report(STAGE, "counting an answer", e);
    }
    run(lane);
  }

  private void settle(Delivery delivery, Outcome outcome, Channel by) {
    Settlement settlement = decide(delivery, outcome, by);
    if (!(outcome instanceof Outcome.Posted)) {
      OutcomeLog.say(delivery, outcome, settlement);
    }
    settlements.add(settlement);
  }

  /** A decision that fails must not lose the delivery: then an operator decides. */
  private Settlement decide(Delivery delivery, Outcome outcome, Channel by) {
    try {
      return rules.settle(delivery, outcome, by);
    } catch (RuntimeException e) {
      Faults.report(STAGE, "deciding on " + delivery.message().reference() + ": " + outcome, e);
      return rules.hold(delivery, "the gateway failed to decide; see its log");
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
    boolean letsNextGo = lane != null && lane.isOrdered();
    if (letsNextGo || s.status() == OutboxStatus.PENDING && s.delay().isZero()) {
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

  /** An operator has paused a lane or let it go on: it is looked at now. */
  public void pausesChanged() {
    claims.pausesChanged();
    wakeUps.router().signal();
  }

  /** Tells it of every change of any lane's circuit, from now on. */
  public void onCircuitChange(CircuitListener listener) {
    circuitListeners.add(listener);
  }

  /** Tells it of every post's answer, from now on. */
  public void onPost(PostListener listener) {
    postListener = listener;
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
