package org.intergov.outbound.flow;

import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.intergov.outbound.delivery.Delivery;
import org.intergov.outbound.delivery.DeliveryRules;
import org.intergov.outbound.store.ShutLanes;
import org.intergov.outbound.store.ShutLanes.Place;

/**
 * Walks lanes that send nothing for now, a part at a time, for what has expired there and for what
 * has waited long enough to move to another channel. However many lanes are shut, and however much
 * waits in them, it takes at most about a tenth of its thread's time. For one thread.
 */
final class ShutLaneWalk {
  private static final Duration LEASE = Duration.ofSeconds(30);
  private static final Duration EVERY = Duration.ofSeconds(1);

  /** A lane with a rate limit takes what has expired by itself, if not at once. */
  private static final Duration EVERY_RATED = Duration.ofSeconds(10);

  private static final Duration AT_A_TIME = Duration.ofMillis(10);
  private static final int TENTH = 10;

  private final ShutLanes store;
  private final DeliveryRules rules;
  private final Map<String, Walk> walks = new HashMap<>();
  private long restsUntil = System.nanoTime();

  /**
   * How far a walk has come.
   *
   * @param due when it goes on
   */
  private record Walk(Place place, long due) {}

  ShutLaneWalk(ShutLanes store, DeliveryRules rules) {
    this.store = store;
    this.rules = rules;
  }

  /**
   * Claims what is to be decided; those that are simply due may move.
   *
   * @param decide gets each as soon as it is claimed
   * @return how many there were
   */
  int claim(Map<String, ChannelLane> lanes, Consumer<Delivery> decide) {
    long begun = System.nanoTime();
    List<String> due = due(lanes, begun);
    if (due.isEmpty() || begun - restsUntil < 0) {
      return 0;
    }
    int claimed = 0;
    try {
      for (String id : due) {
        List<Delivery> part = step(id, lanes);
        part.forEach(decide);
        claimed += part.size();
        if (System.nanoTime() - begun >= AT_A_TIME.toNanos()) {
          break;
        }
      }
    } finally {
      long now = System.nanoTime();
      restsUntil = now + (TENTH - 1) * (now - begun);
    }
    return claimed;
  }

  /** The lanes whose walk begins or goes on now, those that have waited longest first. */
  private List<String> due(Map<String, ChannelLane> lanes, long now) {
    walks.keySet().removeIf(id -> !isWalked(lanes.get(id)));
    lanes.forEach(
        (id, lane) -> {
          if (isWalked(lane)) {
            walks.putIfAbsent(id, new Walk(Place.START, now));
          }
        });
    return walks.entrySet().stream()
        .filter(e -> now - e.getValue().due() >= 0)
        .sorted(Comparator.comparingLong(e -> e.getValue().due() - now))
        .map(Map.Entry::getKey)
        .toList();
  }

  private static boolean isWalked(ChannelLane lane) {
    return lane != null && (lane.isShut() || lane.isRated());
  }

  private List<Delivery> step(String id, Map<String, ChannelLane> lanes) {
    ChannelLane lane = lanes.get(id);
    ShutLanes.Lane walked = new ShutLanes.Lane(id, lane.isOrdered());
    Place from = walks.get(id).place();
    Optional<Duration> waited = lane.failOverAfter();
    UUID claim = UUID.randomUUID();
    ShutLanes.Part part =
        waited.isEmpty()
            ? store.expired(walked, from, claim, LEASE)
            : store.expiredOrMovable(
                walked,
                from,
                waited.get(),
                w -> rules.mayMove(w.message(), id, w.refusedBy(), working(lanes)),
                claim,
                LEASE);
    boolean goesOn = !part.claimed().isEmpty() && part.next().isPresent();
    Duration every = goesOn ? Duration.ZERO : lane.isShut() ? EVERY : EVERY_RATED;
    Place next = part.next().orElse(Place.START);
    walks.put(id, new Walk(next, System.nanoTime() + every.toNanos()));
    return part.claimed();
  }

  /**
   * Channels that a message may move to: those that are sent to now, as far as is known here. One
   * that is due to be tried is among them, or a channel without messages of its own would never be.
   */
  static Predicate<String> working(Map<String, ChannelLane> lanes) {
    return id -> lanes.get(id) == null || !lanes.get(id).isShut();
  }
}
