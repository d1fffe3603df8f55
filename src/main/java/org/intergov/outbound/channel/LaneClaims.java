package org.intergov.outbound.channel;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.intergov.outbound.delivery.Delivery;
import org.intergov.outbound.routing.Channel;
import org.intergov.outbound.routing.RoutingTable;
import org.intergov.outbound.store.DeliveryOutbox;
import org.intergov.outbound.store.DeliveryOutbox.LaneSlots;
import org.intergov.outbound.store.StoreUnavailableException;

/**
 * Claims for all lanes at once: each channel as far as it has room, what is not routed yet, and now
 * and then what waits for a channel that is gone. For one thread.
 */
final class LaneClaims {
  /** Rows at most of what needs no channel. */
  static final int AT_ONCE = 500;

  private static final String NOT_ROUTED = "";
  private static final Duration ROUTING_LEASE = Duration.ofSeconds(30);
  private static final Duration ORPHANS_EVERY = Duration.ofSeconds(10);

  /** What was being routed by the old table when a new one came may be stored a little later. */
  private static final Duration ORPHANS_COME_FOR = Duration.ofSeconds(2);

  private static final Duration ORPHANS_SOON = Duration.ofMillis(100);

  /** Of the heap, for each delivery held: the message, its post under way, its connection. */
  private static final int BYTES_EACH = 64 << 10;

  private final DeliveryOutbox outbox;
  private final Supplier<RoutingTable> table;
  private final Shares shares;
  private final Resting resting = new Resting();
  private final Set<String> orphans = new HashSet<>();
  private LostClaim lostClaim;
  private long orphansLookedFor = System.nanoTime() - ORPHANS_EVERY.toNanos();
  private long orphansComeUntil = System.nanoTime();

  private record LostClaim(List<LaneSlots> lanes, UUID token) {}

  LaneClaims(DeliveryOutbox outbox, Supplier<RoutingTable> table) {
    this(outbox, table, Shares.ofHeap(BYTES_EACH));
  }

  LaneClaims(DeliveryOutbox outbox, Supplier<RoutingTable> table, Shares shares) {
    this.outbox = outbox;
    this.table = table;
    this.shares = shares;
  }

  /**
   * Claims; a claim whose answer was cut off is given back first, since nobody holds what it took.
   *
   * @param lanes the lanes at work; those that are missing are added
   */
  List<Delivery> claim(Map<String, ChannelLane> lanes) {
    if (lostClaim != null) {
      outbox.release(lostClaim.lanes(), lostClaim.token());
      lostClaim = null;
    }
    List<LaneSlots> wanted = wanted(lanes);
    UUID token = UUID.randomUUID();
    try {
      List<Delivery> claimed = outbox.claim(wanted, token);
      if (!orphans.isEmpty() && claimed.stream().anyMatch(d -> orphans.contains(d.channelId()))) {
        lookForOrphans(); // there may be more
      }
      return claimed;
    } catch (StoreUnavailableException e) {
      lostClaim = new LostClaim(wanted, token);
      throw e;
    }
  }

  /** Something may wait for a channel that is gone: the next claims look for it. */
  void lookForOrphans() {
    long now = System.nanoTime();
    orphansLookedFor = now - ORPHANS_EVERY.toNanos();
    orphansComeUntil = now + ORPHANS_COME_FOR.toNanos();
  }

  private boolean isTimeForOrphans(long now) {
    Duration every = now - orphansComeUntil < 0 ? ORPHANS_SOON : ORPHANS_EVERY;
    return now - orphansLookedFor >= every.toNanos();
  }

  private List<LaneSlots> wanted(Map<String, ChannelLane> lanes) {
    List<LaneSlots> wanted = new ArrayList<>();
    wanted.add(new LaneSlots(NOT_ROUTED, AT_ONCE, ROUTING_LEASE));
    wanted.addAll(shares(lanes));
    orphans.clear();
    long now = System.nanoTime();
    if (isTimeForOrphans(now)) {
      orphansLookedFor = now;
      for (String lane : outbox.lanesInUse()) {
        if (!lane.isEmpty() && table.get().channel(lane).isEmpty()) {
          orphans.add(lane);
          wanted.add(new LaneSlots(lane, AT_ONCE, ROUTING_LEASE));
        }
      }
    }
    return wanted;
  }

  /**
   * What each lane may claim of what this replica may still hold; nothing, if its channel is in
   * maintenance.
   */
  List<LaneSlots> shares(Map<String, ChannelLane> lanes) {
    RoutingTable current = table.get();
    Set<String> inMaintenance = resting.ids(current);
    return shares.divide(
        current.channels(),
        c -> inMaintenance.contains(c.id()) ? 0 : lane(lanes, c).freeSlots(),
        c -> lane(lanes, c).held(),
        (c, slots) -> new LaneSlots(c.id(), slots, lane(lanes, c).lease()));
  }

  private static ChannelLane lane(Map<String, ChannelLane> lanes, Channel channel) {
    return lanes.computeIfAbsent(channel.id(), id -> new ChannelLane(channel));
  }
}
