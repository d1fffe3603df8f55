package org.intergov.outbound.delivery;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.intergov.outbound.message.Message;
import org.intergov.outbound.routing.Channel;
import org.intergov.outbound.routing.RoutingTable;

/** Which channel comes after one that cannot take anything now. */
final class FailOver {
  private FailOver() {}

  /**
   * The next matching channel in the table's order, and from its end around to its start: a message
   * that left a channel during an outage may come back to it.
   */
  static Optional<Channel> after(
      RoutingTable table, Message message, String channelId, Collection<String> refusedBy) {
    List<Channel> carriers = table.carriers(message, refusedBy);
    int own = indexOf(carriers, channelId);
    List<Channel> others = carriers.stream().filter(c -> !c.id().equals(channelId)).toList();
    if (others.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(others.get(own < 0 || own >= others.size() ? 0 : own));
  }

  /** The same among those that work, of which this channel is none. */
  static Optional<Channel> afterBroken(
      RoutingTable table,
      Message message,
      String channelId,
      Collection<String> refusedBy,
      Predicate<String> works) {
    List<Channel> carriers = table.carriers(message, refusedBy);
    int own = indexOf(carriers, channelId);
    return Stream.concat(
            carriers.subList(own + 1, carriers.size()).stream(),
            carriers.subList(0, Math.max(own, 0)).stream())
        .filter(c -> works.test(c.id()))
        .findFirst();
  }

  /** Whether {@code a} stands before {@code b} in the table. */
  static boolean isEarlier(RoutingTable table, String a, String b) {
    return indexOf(table.channels(), a) < indexOf(table.channels(), b);
  }

  private static int indexOf(List<Channel> channels, String id) {
    for (int i = 0; i < channels.size(); i++) {
      if (channels.get(i).id().equals(id)) {
        return i;
      }
    }
    return -1;
  }
}
