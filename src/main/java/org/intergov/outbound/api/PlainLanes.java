package org.intergov.outbound.api;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.intergov.outbound.message.Message;
import org.intergov.outbound.routing.Channel;
import org.intergov.outbound.routing.Routing;
import org.intergov.outbound.routing.RoutingTable;
import org.intergov.outbound.store.Submissions.Submission;

/**
 * Names the lane of a message where that is plain; what is screened or has no route is left to the
 * router. Thread-safe.
 */
public final class PlainLanes implements Function<Message, Submission> {
  private final Supplier<RoutingTable> table;

  public PlainLanes(Supplier<RoutingTable> table) {
    this.table = table;
  }

  @Override
  public Submission apply(Message message) {
    Routing routing = table.get().route(message, List.of());
    Optional<Channel> plain = routing.screened().isEmpty() ? routing.channel() : Optional.empty();
    return new Submission(message, plain.map(Channel::id).orElse(null));
  }
}
