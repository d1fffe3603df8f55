package org.intergov.outbound.flow;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.apache.camel.Exchange;
import org.intergov.outbound.channel.ChannelRecipients;
import org.intergov.outbound.channel.ChannelRecipients.NotSentException;
import org.intergov.outbound.channel.ChannelVersion;
import org.intergov.outbound.channel.Headers;
import org.intergov.outbound.channel.PostOutcome;
import org.intergov.outbound.delivery.Delivery;
import org.intergov.outbound.delivery.DeliveryRules;
import org.intergov.outbound.delivery.Lane;
import org.intergov.outbound.delivery.OutboxStatus;
import org.intergov.outbound.delivery.Outcome;
import org.intergov.outbound.delivery.Settlement;
import org.intergov.outbound.flow.leased.LeasedQueue;
import org.intergov.outbound.flow.leased.LeasedRoute;
import org.intergov.outbound.flow.leased.RouteStoppedException;
import org.intergov.outbound.flow.leased.WakeUp;
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
 * The delivery outbox as the route {@code multichannel-router} has it: claims due messages for
 * every lane, hands each to the route when its lane lets it go, and records what the route's
 * exchange has come to. Answers come on any thread.
 */
public final class MultichannelRouter implements LeasedQueue {
  private static final Logger LOG = LoggerFactory.getLogger(MultichannelRouter.class);
  private static final String STAGE = "multichannel-router";
  private static final Outcome FAILED =
      new Outcome.Unknown("the gateway failed while it was sent; see its log");
  private static final Outcome.NotSent STOPPED = new Outcome.NotSent("its route is stopped");
  private static final String LEASE_RAN_OUT =
      "the lease ran out; its holder died or froze, so it may have been sent";

  private final LaneClaims claims;
  private final ShutLaneWalk shutLanes;
  private final DeliveryRules rules;
  private final MessageRules messageRules;
  private final Supplier<RoutingTable> table;
  private final WakeUps wakeUps;
  private volatile LeasedRoute route;
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
      LaneStores stores,
      Settlements settlements,
      MessageRules messageRules,
      Supplier<RoutingTable> table,
      WakeUps wakeUps,
      LaneTimer timer) {
    this.rules = new DeliveryRules(table);
    this.shutLanes = new ShutLaneWalk(stores.shut(), rules);
    this.messageRules = messageRules;
    this.table = table;
    this.wakeUps = wakeUps;
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

  @Override
  public void open(LeasedRoute to) {
    route = to;
  }

  @Override
  public WakeUp due() {
    return wakeUps.router();
  }

  @Override
  public WakeUp ended() {
    return wakeUps.settler();
  }

  /** Claims what is due, for as many as the lanes have room, and starts sending it. */
  @Override
  public void claim() {
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
      settlements.add(failedToDecide(d, e));
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

  /** What is to be sent goes to its lane first; the route decides on the rest at once. */
  private void take(Delivery d, long claimedAt) {
    ChannelLane lane = laneOf(d);
    if (lane != null && lane.adopt(d)) {
      LOG.info("{}: claimed again here, its outcome is still awaited", d.message().reference());
      return;
    }
    Claim claim = Claim.of(d, () -> !violations(d).isEmpty());
    if (claim == Claim.SEND) {
      toItsLane(d, lane, claimedAt);
    } else {
      route.run(exchange(d, claim), ended -> settlements.add(unsent(d, ended)));
    }
  }

  /** What the route has decided on a message that it has not sent; if that fails, it is held. */
  private Settlement unsent(Delivery d, Exchange ended) {
    try {
      return isStopped(ended) ? rules.settle(d, STOPPED) : decided(d, ended);
    } catch (RuntimeException e) {
      return failedToDecide(d, e);
    }
  }

  private Settlement failedToDecide(Delivery d, RuntimeException e) {
    Faults.report(STAGE, "deciding on " + d.message().reference(), e);
    return rules.hold(d, "the gateway failed to decide; see its log");
  }

  private static boolean isStopped(Exchange ended) {
    return ended.getException() instanceof RouteStoppedException;
  }

  private Settlement decided(Delivery d, Exchange ended) {
    Ending ending = ended.getException() == null ? Ending.of(ended) : null;
    if (ending == null) {
      return rules.hold(d, "its route ended without an outcome; see the log");
    }
    return switch (ending) {
      case EXPIRED -> rules.expired(d);
      case INVALID -> rules.invalid(d, violations(d));
      case CHOOSE_CHANNEL -> rules.route(d, false);
      case UNKNOWN -> unknown(d);
      case NOT_ASKED -> rules.hold(d, "its route has no outcome for a message; see the log");
    };
  }

  private Settlement unknown(Delivery d) {
    if (d.claim() == Delivery.Claim.FORGOTTEN) {
      Settlement settlement = rules.forgotten(d);
      OutcomeLog.say(d, new Outcome.Unknown(settlement.lastError()), settlement);
      return settlement;
    }
    Outcome outcome = new Outcome.Unknown(LEASE_RAN_OUT);
    Settlement settlement = decide(d, outcome, null);
    OutcomeLog.say(d, outcome, settlement);
    return settlement;
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

  /** Hands it to the route, which sends it. */
  private void post(ChannelLane lane, Lane.Next next) {
    Delivery delivery = next.delivery();
    Exchange exchange;
    try {
      exchange = exchange(delivery, Claim.SEND);
      exchange.setProperty(ChannelRecipients.LONGEST, next.claimedFor().timeout());
    } catch (RuntimeException e) {
      Faults.report(STAGE, "preparing " + delivery.message().reference(), e);
      lane.finish(next, new Outcome.NotSent("it could not be prepared"), 0);
      settlements.add(rules.hold(delivery, "the gateway failed to prepare it; see its log"));
      wakeUps.settler().signal();
      return;
    }
    long begun = System.nanoTime();
    route.run(exchange, ended -> ended(lane, next, ended, System.nanoTime() - begun));
  }

  private Exchange exchange(Delivery delivery, Claim claim) {
    Message m = delivery.message();
    Exchange exchange = claim.exchange(route, delivery.channelId());
    org.apache.camel.Message in = exchange.getMessage();
    in.setBody(m.channelJson());
    in.setHeader(Headers.REFERENCE, m.reference());
    in.setHeader(Headers.IDEMPOTENCY_KEY, delivery.idempotencyKey());
    in.setHeader(Headers.SENDER, m.sender());
    in.setHeader(Headers.RECEIVER, m.receiver());
    in.setHeader(Headers.SUBJECT, m.subject());
    in.setHeader(Headers.PREDICATE, m.predicate());
    return exchange;
  }

  private void ended(ChannelLane lane, Lane.Next next, Exchange exchange, long tookNanos) {
    ChannelVersion by = ChannelRecipients.end(exchange);
    if (isStopped(exchange)) {
      notSent(lane, next, STOPPED);
    } else if (ChannelRecipients.failure(exchange) instanceof NotSentException why) {
      Outcome.NotSent outcome = new Outcome.NotSent(why.getMessage());
      if (why.isGone()) {
        lane.finish(next, outcome, 0);
        orHold(next.delivery(), () -> settlements.add(elsewhere(next.delivery(), "is gone")));
        wakeUps.settler().signal();
      } else {
        notSent(lane, next, outcome);
      }
      run(lane);
    } else {
      answered(lane, next, by, exchange, tookNanos);
    }
  }

  /** It goes back to its lane. */
  private void notSent(ChannelLane lane, Lane.Next next, Outcome.NotSent outcome) {
    lane.finish(next, outcome, 0);
    giveBack(next.delivery(), outcome.detail());
  }

  private void answered(
      ChannelLane lane, Lane.Next next, ChannelVersion by, Exchange exchange, long tookNanos) {
    Channel channel = by == null ? null : by.channel();
    answered(lane, next, channel, outcome(exchange, channel), tookNanos);
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
  @Override
  public void record() {
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
    giveBackStock(new Outcome.NotSent("the gateway stops"));
  }

  @Override
  public synchronized void closed() {
    giveBackStock(STOPPED);
  }

  private void giveBackStock(Outcome.NotSent why) {
    for (ChannelLane lane : lanes.values()) {
      lane.giveBackAll(d -> settlements.add(rules.settle(d, why)));
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
