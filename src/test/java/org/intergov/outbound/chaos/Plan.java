package org.intergov.outbound.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a seed leads to: how the system is set up, and which faults come when. Equal seeds, equal
 * plans.
 */
record Plan(
    long seed,
    Duration length,
    int replicas,
    boolean separateLake,
    boolean movedClock,
    boolean retention,
    int perSecond,
    List<Fault> faults) {

  /** Fault to how often it comes, beside the others. */
  private static final Map<String, Integer> WEIGHTS =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("kill", 10),
              Map.entry("freeze", 6),
              Map.entry("stop", 5),
              Map.entry("postgres-kill", 3),
              Map.entry("postgres-session", 4),
              Map.entry("postgres-cut", 4),
              Map.entry("postgres-deaf", 4),
              Map.entry("postgres-slow", 2),
              Map.entry("postgres-read-only", 2),
              Map.entry("postgres-full", 2),
              Map.entry("lake-cut", 3),
              Map.entry("channel-line", 8),
              Map.entry("channel-mood", 12),
              Map.entry("channel-down", 5),
              Map.entry("broker-kill", 3),
              Map.entry("queue-restart", 3),
              Map.entry("token-away", 2),
              Map.entry("edit", 8),
              Map.entry("edit-broken", 3),
              Map.entry("edit-routes", 2),
              Map.entry("standby", 1)));

  /**
   * A fault to come.
   *
   * @param at milliseconds after the start of the load
   * @param lasts milliseconds
   * @param draw decides what else there is to decide
   */
  record Fault(String what, long at, long lasts, int draw) {}

  static Set<String> faultNames() {
    return new TreeSet<>(WEIGHTS.keySet());
  }

  /**
   * @param only faults of these names; all if empty
   */
  static Plan of(long seed, Duration length, Set<String> only) {
    Random random = new Random(seed);
    int replicas = 1 + random.nextInt(4);
    boolean lake = random.nextInt(3) == 0;
    boolean clock = random.nextInt(3) == 0;
    boolean retention = random.nextInt(3) == 0;
    int perSecond = 200 + random.nextInt(60);
    List<Fault> faults = new ArrayList<>();
    long end = length.toMillis() * 9 / 10;
    boolean standby = false;
    for (long at = 3_000; at < end; at += 1_500 + random.nextInt(5_000)) {
      String what = draw(random, only);
      long lasts = lasts(what, random);
      int draw = random.nextInt(Integer.MAX_VALUE);
      boolean possible = !what.equals("standby") || !standby && !lake;
      if (possible) {
        standby |= what.equals("standby");
        faults.add(new Fault(what, at, Math.min(lasts, end + 10_000 - at), draw));
      }
    }
    return new Plan(seed, length, replicas, lake, clock, retention, perSecond, List.copyOf(faults));
  }

  private static String draw(Random random, Set<String> only) {
    Map<String, Integer> weights = new TreeMap<>(WEIGHTS);
    if (!only.isEmpty()) {
      weights.keySet().retainAll(only);
    }
    int left = random.nextInt(weights.values().stream().mapToInt(w -> w).sum());
    for (Map.Entry<String, Integer> e : weights.entrySet()) {
      left -= e.getValue();
      if (left < 0) {
        return e.getKey();
      }
    }
    throw new IllegalStateException();
  }

  /**
   * The same seed's plan for gateways with a bug: set up as the bug needs to show, and with the
   * faults that bring it out, if it needs any.
   */
  static Plan of(long seed, Duration length, Set<String> only, String bug) {
    Set<String> faults =
        switch (bug) {
          case "settle-without-token" -> Set.of("freeze");
          case "update-without-seq" -> Set.of("kill", "lake-cut", "freeze");
          case "failover-on-unknown" -> Set.of("channel-mood");
          case "edit-drops-lane" -> Set.of("edit");
          default -> Set.of("kill", "channel-mood");
        };
    if (bug.isEmpty()) {
      return of(seed, length, only);
    }
    Plan drawn = of(seed, length, only.isEmpty() ? faults : only);
    return new Plan(
        seed,
        length,
        2,
        bug.equals("update-without-seq"),
        false,
        false,
        drawn.perSecond(),
        drawn.faults());
  }

  Plan withReplicas(int number) {
    return new Plan(seed, length, number, separateLake, movedClock, retention, perSecond, faults);
  }

  private static long lasts(String what, Random random) {
    return switch (what) {
      case "freeze" ->
          random.nextBoolean() ? 1_000 + random.nextInt(4_000) : 18_000 + random.nextInt(8_000);
      case "kill", "stop" -> random.nextInt(4_000);
      case "postgres-deaf", "postgres-session" -> 100 + random.nextInt(900);
      case "broker-kill" -> 4_000 + random.nextInt(8_000);
      default -> 1_000 + random.nextInt(9_000);
    };
  }
}
