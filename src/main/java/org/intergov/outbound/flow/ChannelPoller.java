package org.intergov.outbound.flow;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;
import org.intergov.outbound.channel.ChannelException;
import org.intergov.outbound.channel.ChannelRecipients;
import org.intergov.outbound.channel.Headers;
import org.intergov.outbound.config.Cause;
import org.intergov.outbound.delivery.PendingDelivery;
import org.intergov.outbound.delivery.PendingSettlement;
import org.intergov.outbound.delivery.StatusAnswer;
import org.intergov.outbound.delivery.StatusRules;
import org.intergov.outbound.delivery.Stock;
import org.intergov.outbound.flow.leased.LeasedQueue;
import org.intergov.outbound.flow.leased.LeasedRoute;
import org.intergov.outbound.flow.leased.RouteStoppedException;
import org.intergov.outbound.flow.leased.WakeUp;
import org.intergov.outbound.routing.Channel;
import org.intergov.outbound.routing.Poll;
import org.intergov.outbound.routing.RoutingTable;
import org.intergov.outbound.store.ChannelPending;
import org.intergov.outbound.store.ChannelPending.CheckSlots;
import org.intergov.outbound.store.Settlements;
import org.intergov.outbound.store.database.LostClaims;

/**
 * The pending deliveries as the route {@code channel-poller} has them: claims those whose lock has
 * gone stale, hands each to the route when its channel has room, and records what has changed.
 * Answers come on any thread.
 */
public final class ChannelPoller implements LeasedQueue {
  /** Of the heap, for each delivery claimed: its row, the call under way. */
  private static final int BYTES_EACH = 128 << 10;

  private final ChannelPending pending;
  private final LostClaims<List<CheckSlots>> claims;
  private final StatusRules rules;
  private final Supplier<RoutingTable> table;
  private final WakeUps wakeUps;
  private volatile LeasedRoute route;
  private final SettlementQueue<PendingSettlement> settlements;
  private final Shares shares = Shares.ofHeap(BYTES_EACH);
  private final StatusBatches batches;
  private final Map<String, CheckLane> lanes = new ConcurrentHashMap<>();

  /** Claimed and not answered, or answered and not written; never claimed again meanwhile. */
  private final Set<Long> underWay = ConcurrentHashMap.newKeySet();

  private final SilentChannels silent = new SilentChannels();
  private volatile boolean stopping;
  private final DatabaseWatch database = new DatabaseWatch("channel-poller");

  /** The table that the lanes were last brought into line with. */
  private RoutingTable followed;

  public ChannelPoller(
      ChannelPending pending,
      Settlements settlements,
      Supplier<RoutingTable> table,
      WakeUps wakeUps) {
    this.pending = pending;
    this.claims = new LostClaims<>(pending::release);
    this.rules = new StatusRules(table);
    this.table = table;
    this.wakeUps = wakeUps;
    this.batches =
        new StatusBatches(
            this::askForAll, this::ask, this::settle, channelId -> wakeUps.poller().signal());
    this.settlements =
        new SettlementQueue<>(
            "channel-poller",
            settlements::pending,
            s -> null,
            s -> underWay.remove(s.delivery().messageId()));
  }

  @Override
  public void open(LeasedRoute to) {
    route = to;
  }

  @Override
  public WakeUp due() {
    return wakeUps.poller();
  }

  @Override
  public WakeUp ended() {
    return wakeUps.statusSettler();
  }

  /** Claims what is due for each channel, as far as it has room, and asks. */
  @Override
  public void claim() {
    if (!stopping && !settlements.isBehind()) {
      database.run(this::claimOnce);
    }
  }

  private synchronized void claimOnce() {
    if (stopping) {
      return;
    }
    claims.giveBack();
    letGoOfRemoved();
    List<CheckSlots> wanted =
        shares.divide(
            table.get().channels(),
            c -> c.tellsChanges() ? batches.freeSlots(c) : lane(c.id()).freeSlots(c),
            c -> lane(c.id()).held() + batches.held(c),
            ChannelPoller::slots);
    if (!wanted.isEmpty()) {
      long now = System.nanoTime();
      List<PendingDelivery> together = new ArrayList<>();
      List<Long> known = List.copyOf(underWay);
      List<PendingDelivery> claimed =
          claims.claim(wanted, UUID.randomUUID(), token -> pending.claim(wanted, known, token));
      for (PendingDelivery d : claimed) {
        underWay.add(d.messageId());
        if (table.get().channel(d.channelId()).filter(Channel::tellsChanges).isPresent()) {
          together.add(d);
        } else {
          lane(d.channelId()).add(d, now);
        }
      }
      askTogether(together);
      wanted.forEach(w -> run(w.channelId(), lane(w.channelId())));
    }
  }

  /**
   * There is nobody to ask about the deliveries of a channel that is gone: they wait, however long,
   * until it is back.
   */
  private void letGoOfRemoved() {
    RoutingTable now = table.get();
    if (now != followed || lanes.size() > now.channels().size()) {
      lanes.forEach(
          (id, lane) -> {
            if (now.channel(id).isEmpty()) {
              letGo(lane.clear());
            }
          });
      lanes.entrySet().removeIf(e -> now.channel(e.getKey()).isEmpty() && e.getValue().held() == 0);
      followed = now;
    }
  }

  private static CheckSlots slots(Channel c, int free) {
    Poll poll = c.poll();
    // a round takes a call or two for all of them, and then perhaps one for each
    Duration lease = c.tellsChanges() ? Stock.lease(c).multipliedBy(3) : Stock.lease(c);
    return new CheckSlots(c.id(), free, poll.every(), lease, poll.finality(), poll.giveUpAfter());
  }

  private void askTogether(List<PendingDelivery> together) {
    if (together.isEmpty()) {
      return;
    }
    Map<Long, Instant> lastChanges;
    try {
      lastChanges = pending.lastChanges(together.stream().map(PendingDelivery::messageId).toList());
    } catch (RuntimeException e) {
      letGo(together);
      throw e;
    }
    together.stream()
        .collect(Collectors.groupingBy(PendingDelivery::channelId))
        .forEach(
            (id, deliveries) ->
                table
                    .get()
                    .channel(id)
                    .ifPresentOrElse(
                        channel -> batches.ask(channel, deliveries, lastChanges),
                        () -> letGo(deliveries)));
  }

  private CheckLane lane(String channelId) {
    return lanes.computeIfAbsent(channelId, id -> new CheckLane());
  }

  /** Asks about what the lane has, as far as the channel has room. */
  private void run(String channelId, CheckLane lane) {
    Optional<Channel> channel = table.get().channel(channelId);
    if (channel.isEmpty()) {
      letGo(lane.clear());
      return;
    }
    lane.drain(channel.get(), d -> check(lane, d), this::noNews, d -> failed(lane, d));
  }

  private void letGo(List<PendingDelivery> unasked) {
    unasked.forEach(this::noNews);
  }

  /** It stays locked until stale; a lock that is longer than that is made shorter. */
  private void noNews(PendingDelivery d) {
    if (d.lockedBeyond().isZero()) {
      underWay.remove(d.messageId());
    } else {
      settlements.add(PendingSettlement.noNews(d));
      wakeUps.statusSettler().signal();
    }
  }

  private void check(CheckLane lane, PendingDelivery d) {
    boolean asked = table.get().channel(d.channelId()).filter(c -> !c.tracking().asked()).isEmpty();
    Exchange exchange = (asked ? Claim.ASK : Claim.CANNOT_BE_ASKED).exchange(route, d.channelId());
    ask(
        exchange,
        d,
        ended -> {
          if (ended.getException() instanceof RouteStoppedException) {
            noNews(d);
            lane.answered(slotsOf(d.channelId()));
          } else {
            answered(lane, d, answer(ended));
          }
        });
  }

  /** It could not be asked about; it is claimed again once its lock is stale. */
  private void failed(CheckLane lane, PendingDelivery d) {
    underWay.remove(d.messageId());
    lane.answered(slotsOf(d.channelId()));
  }

  private void answered(CheckLane lane, PendingDelivery d, StatusAnswer answer) {
    try {
      settle(d, answer);
    } catch (RuntimeException e) {
      Faults.report("channel-poller", "handling an answer about " + d.message().reference(), e);
      underWay.remove(d.messageId());
    }
    if (lane.answered(slotsOf(d.channelId()))) {
      wakeUps.poller().signal();
    }
    run(d.channelId(), lane);
  }

  private void settle(PendingDelivery d, StatusAnswer answer) {
    silent.heard(d, answer);
    Optional<PendingSettlement> change = rules.settle(d, answer);
    if (change.isPresent()) {
      settlements.add(change.get());
      wakeUps.statusSettler().signal();
    } else {
      noNews(d);
    }
  }

  private void ask(PendingDelivery d, Consumer<Exchange> answered) {
    ask(Claim.ASK.exchange(route, d.channelId()), d, answered);
  }

  private void ask(Exchange exchange, PendingDelivery d, Consumer<Exchange> answered) {
    exchange.getMessage().setHeader(Headers.CHANNEL_TXN_ID, d.channelTxnId());
    exchange.getMessage().setHeader(Headers.REFERENCE, d.message().reference());
    run(exchange, answered);
  }

  private void askForAll(String channelId, String page, Consumer<Exchange> answered) {
    Exchange exchange = Claim.ASK_FOR_ALL.exchange(route, channelId);
    exchange.getMessage().setHeader(Headers.PAGE, page);
    run(exchange, answered);
  }

  private void run(Exchange exchange, Consumer<Exchange> answered) {
    route.run(
        exchange,
        ended -> {
          ChannelRecipients.end(ended);
          answered.accept(ended);
        });
  }

  private int slotsOf(String channelId) {
    return table.get().channel(channelId).map(Channel::concurrency).orElse(0);
  }

  /** What a status route has said. */
  public static StatusAnswer answer(Exchange exchange) {
    if (Ending.of(exchange) == Ending.NOT_ASKED) {
      return new StatusAnswer.NotAsked();
    }
    Throwable failure = ChannelRecipients.failure(exchange);
    if (failure instanceof ChannelException.Refused refused) {
      return new StatusAnswer.NoStatus(refused.getMessage());
    }
    if (failure != null) {
      return new StatusAnswer.Unreachable(Cause.of(failure));
    }
    String word = exchange.getMessage().getHeader(Headers.CHANNEL_STATUS, String.class);
    return word == null ? new StatusAnswer.NoStatus("no status") : status(word);
  }

  static StatusAnswer status(String word) {
    return StatusAnswer.Status.of(word)
        .<StatusAnswer>map(known -> known)
        .orElseGet(() -> new StatusAnswer.NoStatus("unknown status word " + quoted(word)));
  }

  private static String quoted(String word) {
    String known = word.length() > 40 ? word.substring(0, 40) + "…" : word;
    return "\"" + known.replaceAll("[^\\x20-\\x7e]", "?") + "\"";
  }

  /** Writes what has changed, and wakes the stages that have work from it. */
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
          wakeUps.router().signal();
        });
  }

  /** No more claims from now on; what has not been asked about is claimed again elsewhere. */
  public synchronized void stopClaiming() {
    stopping = true;
    closed();
  }

  @Override
  public synchronized void closed() {
    lanes.values().forEach(lane -> letGo(lane.clear()));
  }

  /** Whether every channel asked has answered, and what it said is written. */
  public boolean isIdle() {
    return underWay.isEmpty();
  }
}
