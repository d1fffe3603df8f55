package org.intergov.outbound.routing;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What differs between two tables, by channel, each list in the order of its table.
 *
 * @param added ids that only the newer table has
 * @param changed ids that both have, with a difference that matters to a delivery
 * @param removed ids that only the older table has
 * @param newRoutes channels of the newer table that need routes made for them: the added ones, and
 *     those whose kind, parameters, concurrency or timeout differ, which routes are made from
 * @param reordered whether channels that both have stand in another order
 */
public record TableChanges(
    List<String> added,
    List<String> changed,
    List<String> removed,
    List<Channel> newRoutes,
    boolean reordered) {

  public TableChanges {
    added = List.copyOf(added);
    changed = List.copyOf(changed);
    removed = List.copyOf(removed);
    newRoutes = List.copyOf(newRoutes);
  }

  public static TableChanges between(RoutingTable before, RoutingTable after) {
    return between(before, after, channel -> false);
  }

  /**
   * @param elsewhere whether what a channel's routes are made from, or lead to, differs although
   *     its entry may not
   */
  public static TableChanges between(
      RoutingTable before, RoutingTable after, Predicate<Channel> elsewhere) {
    List<String> added = new ArrayList<>();
    List<String> changed = new ArrayList<>();
    List<Channel> newRoutes = new ArrayList<>();
    for (Channel now : after.channels()) {
      Optional<Channel> then = before.channel(now.id());
      if (then.isEmpty()) {
        added.add(now.id());
        newRoutes.add(now);
      } else if (!then.get().equals(now) || elsewhere.test(now)) {
        changed.add(now.id());
        if (!sameRoutes(then.get(), now) || elsewhere.test(now)) {
          newRoutes.add(now);
        }
      }
    }
    List<String> removed = idsOf(before);
    removed.removeAll(idsOf(after));
    return new TableChanges(added, changed, removed, newRoutes, isReordered(before, after));
  }

  private static boolean sameRoutes(Channel a, Channel b) {
    return a.kind().equals(b.kind())
        && a.parameters().equals(b.parameters())
        && a.concurrency() == b.concurrency()
        && a.timeout().equals(b.timeout());
  }

  private static boolean isReordered(RoutingTable before, RoutingTable after) {
    List<String> then = idsOf(before);
    List<String> now = idsOf(after);
    then.retainAll(now);
    now.retainAll(then);
    return !then.equals(now);
  }

  private static List<String> idsOf(RoutingTable table) {
    return new ArrayList<>(table.channels().stream().map(Channel::id).toList());
  }

  /** Whether no message would fare otherwise. */
  public boolean isEmpty() {
    return added.isEmpty() && changed.isEmpty() && removed.isEmpty() && !reordered;
  }

  /** {@code added sg; changed gb, fr; removed nz}, or {@code no channel differs}. */
  @Override
  public String toString() {
    if (isEmpty()) {
      return "no channel differs";
    }
    List<String> parts = new ArrayList<>();
    name(parts, "added ", added);
    name(parts, "changed ", changed);
    name(parts, "removed ", removed);
    if (reordered) {
      parts.add("order changed");
    }
    return String.join("; ", parts);
  }

  private static void name(List<String> parts, String what, List<String> ids) {
    if (!ids.isEmpty()) {
      parts.add(what + String.join(", ", ids));
    }
  }
}
