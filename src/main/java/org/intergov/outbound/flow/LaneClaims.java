package org.intergov.outbound.flow;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.intergov.outbound.delivery.Delivery;
import org.intergov.outbound.routing.Channel;
import org.intergov.outbound.routing.Ordering;
import org.intergov.outbound.routing.RoutingTable;
import org.intergov.outbound.store.ChannelStates;
import org.intergov.outbound.store.DeliveryOutbox.LaneSlots;
import org.intergov.outbound.store.LaneStores;
import org.intergov.outbound.store.database.LostClaims;

/**
 * Claims for all lanes at once: each channel as far as it has room, what is not routed yet, and now
 * and then what waits for a channel that is gone. For one thread.
 */
final class LaneClaims {
  /** Rows at most of what needs no channel. */
  static final int AT_ONCE = 500;

  /** Of what needs no channel nothing more is claimed while so much waits to be written. */
  private static final int MOST_UNWRITTEN = 1_000;

  private static final String NOT_ROUTED = "";
  private static final Duration ROUTING_LEASE = Duration.ofSeconds(30);
  private static final Duration ORPHANS_EVERY = Duration.ofSeconds(10);

  /** What was being routed by the old table when a new one came may be stored a little later. */
  private static final Duration ORPHANS_COME_FOR = Duration.ofSeconds(2);

  private static final Duration ORPHANS_SOON = Duration.ofMillis(100);

  /** Of the heap, for each delivery held: the message, its post under way, its connection. */
  private static final int BYTES_EACH = 64 << 10;

  private static final Duration PAUSES_EVERY = Duration.ofMillis(250);
  private static final Duration CARE_EVERY = Duration.ofSeconds(10);

  private final LaneStores stores;
  private final LostClaims<List<LaneSlots>> lost;
  private final Supplier<RoutingTable> table;
  private final Function<Channel, ChannelLane> newLane;
  private final IntSupplier unwritten;
  private final Shares shares;
  private final Resting resting = new Resting();
  private final Set<String> orphans = new HashSet<>();
  private volatile boolean pausesChanged = true;
  private long pausesSeen;
  private long orphansLookedFor = System.nanoTime() - ORPHANS_EVERY.toNanos();
  private long orphansComeUntil = System.nanoTime();
  private long caredFor = System.nanoTime() - CARE_EVERY.toNanos();

  /**
   * @param newLane makes the lane of a channel that has none yet
   * @param unwritten how many outcomes and decisions wait to be written
   */
  LaneClaims(
      LaneStores stores,
      Supplier<RoutingTable> table,
      Function<Channel, ChannelLane> newLane,
      IntSupplier unwritten) {
    this(stores, table, newLane, unwritten, Shares.ofHeap(BYTES_EACH));
  }

  LaneClaims(
      LaneStores stores,
      Supplier<RoutingTable> table,
      Function<Channel, ChannelLane> newLane,
      IntSupplier unwritten,
      Shares shares) {
    this.stores = stores;
    this.lost = new LostClaims<>((lanes, token) -> stores.outbox().release(lanes, token));
    this.table = table;
    this.unwritten = unwritten;
    this.newLane = newLane;
    this.shares = shares;
  }

  /** An operator has paused a lane or let it go on; the next claim looks at once. */
  void pausesChanged() {
    pausesChanged = true;
  }

  /**
   * Claims; a claim whose answer was cut off is given back first, since nobody holds what it took.
   *
   * @param lanes the lanes at work; those that are missing are added
   */
  List<Delivery> claim(Map<String, ChannelLane> lanes) {
    lost.giveBack();
    if (pausesChanged || isTime(pausesSeen, PAUSES_EVERY)) {
      lookAtPauses(lanes);
    }
    if (isTime(caredFor, CARE_EVERY)) {
      careForOrder();
    }
    List<LaneSlots> wanted = wanted(lanes);
    List<Delivery> claimed = lost.claim(wanted, UUID.randomUUID(), token -> claim(wanted, token));
    if (!orphans.isEmpty() && claimed.stream().anyMatch(d -> orphans.contains(d.channelId()))) {
      lookForOrphans(); // there may be more
    }
    return claimed;
  }

  private List<Delivery> claim(List<LaneSlots> wanted, UUID token) {
    RoutingTable now = table.get();
    List<LaneSlots> free = new ArrayList<>();
    List<LaneSlots> ordered = new ArrayList<>();
    wanted.forEach(lane -> (isOrdered(now, lane.channelId()) ? ordered : free).add(lane));
    List<Delivery> claimed = stores.outbox().claim(free, token);
    if (!ordered.isEmpty()) {
      claimed = new ArrayList<>(claimed);
      claimed.addAll(stores.ordered().claim(ordered, token));
    }
    return claimed;
  }

  private static boolean isOrdered(RoutingTable table, String channelId) {
    return table
        .channel(channelId)
        .filter(c -> c.protection().ordering() == Ordering.SUBJECT)
        .isPresent();
  }

  /** Something may wait for a channel that is gone: the next claims look for it. */
  void lookForOrphans() {
    long now = System.nanoTime();
    orphansLookedFor = now - ORPHANS_EVERY.toNanos();
    orphansComeUntil = now + ORPHANS_COME_FOR.toNanos();
  }

  private boolean isTimeForOrphans() {
    Duration every = System.nanoTime() - orphansComeUntil < 0 ? ORPHANS_SOON : ORPHANS_EVERY;
    return isTime(orphansLookedFor, every);
  }

  private static boolean isTime(long last, Duration every) {
    return System.nanoTime() - last >= every.toNanos();
  }

  /** Other replicas' operators are seen here; what a lane paused now has in stock goes back. */
  private void lookAtPauses(Map<String, ChannelLane> lanes) {
    pausesChanged = false;
    table
        .get()
        .channels()
        .forEach(c -> lane(lanes, c).writeStop(why -> stores.channels().stop(c.id(), why)));
    Map<String, ChannelStates.Pause> paused = stores.channels().paused();
    for (Channel c : table.get().channels()) {
      ChannelStates.Pause pause = paused.get(c.id());
      lane(lanes, c).pause(pause != null);
      lane(lanes, c).stopped(pause != null && pause.isStop());
    }
    pausesSeen = System.nanoTime();
  }

  /** What a settlement would have made due, had there been one; and lanes without an order now. */
  private void careForOrder() {
    RoutingTable now = table.get();
    List<String> unordered = new ArrayList<>();
    for (Channel c : now.channels()) {
      if (isOrdered(now, c.id())) {
        stores.ordered().repair(c.id());
      } else {
        unordered.add(c.id());
      }
    }
    stores.ordered().release(unordered);
    caredFor = System.nanoTime();
  }

  private List<LaneSlots> wanted(Map<String, ChannelLane> lanes) {
    List<LaneSlots> wanted = new ArrayList<>();
    int room = Math.min(AT_ONCE, MOST_UNWRITTEN - unwritten.getAsInt());
    if (room > 0) {
      wanted.add(toDecide(NOT_ROUTED, room, false));
    }
    wanted.addAll(shares(lanes, Math.max(0, room)));
    orphans.clear();
    if (room > 0 && isTimeForOrphans()) {
      orphansLookedFor = System.nanoTime();
      for (String lane : stores.outbox().lanesInUse()) {
        if (!lane.isEmpty() && table.get().channel(lane).isEmpty()) {
          orphans.add(lane);
          wanted.add(toDecide(lane, room, true));
        }
      }
    }
    return wanted;
  }

  private static LaneSlots toDecide(String lane, int slots, boolean evenPaused) {
    return new LaneSlots(lane, slots, ROUTING_LEASE, true, evenPaused);
  }

  /**
   * What each lane may claim of what this replica may still hold; nothing, if its channel is in
   * maintenance. From a lane whose channel is not active, what waits is claimed to be routed anew.
   *
   * @param room for what is to be decided upon
   */
  List<LaneSlots> shares(Map<String, ChannelLane> lanes, int room) {
    RoutingTable current = table.get();
    Set<String> inMaintenance = resting.ids(current);
    current.channels().forEach(c -> lane(lanes, c).rest(inMaintenance.contains(c.id())));
    return shares.divide(
        current.channels(),
        c -> lane(lanes, c).freeSlots(),
        c -> lane(lanes, c).held(),
        (c, slots) ->
            current.whyNot(c.id()).isPresent()
                ? toDecide(c.id(), Math.min(slots, room), false)
                : new LaneSlots(c.id(), slots, lane(lanes, c).lease()));
  }

  private ChannelLane lane(Map<String, ChannelLane> lanes, Channel channel) {
    return lanes.computeIfAbsent(channel.id(), id -> newLane.apply(channel));
  }
}
