package org.intergov.outbound.flow;

import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.intergov.outbound.routing.Channel;
import org.intergov.outbound.routing.RoutingTable;

/** Which channels are in maintenance, worked out once a second. For one thread. */
final class Resting {
  private RoutingTable table;
  private long second;
  private Set<String> ids = Set.of();

  /** The ids of the channels whose lanes may claim nothing now. */
  Set<String> ids(RoutingTable current) {
    Instant now = current.now();
    if (current != table || now.getEpochSecond() != second) {
      table = current;
      second = now.getEpochSecond();
      ids = at(now);
    }
    return ids;
  }

  private Set<String> at(Instant now) {
    Set<String> resting = new HashSet<>();
    for (Channel channel : table.channels()) {
      if (channel.schedule().maintenance().endAt(now).isPresent()) {
        resting.add(channel.id());
      }
    }
    return resting;
  }
}
