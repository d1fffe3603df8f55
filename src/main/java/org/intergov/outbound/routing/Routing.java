package org.intergov.outbound.routing;

import java.util.List;
import java.util.Optional;

/**
 * What the table says about a message.
 *
 * @param channel the one that carries it; empty if none is left
 * @param screened the entries, in order, that were passed over because their screen keeps the
 *     message out; those that had refused it already are not repeated
 * @param matchedAny whether any entry that was looked at matches, screened and already refused ones
 *     included; false means that there is no route
 * @param inactive the entries that match but were passed over because they are not active now
 */
public record Routing(
    Optional<Channel> channel,
    List<Screened> screened,
    boolean matchedAny,
    List<Channel> inactive) {

  public Routing {
    screened = List.copyOf(screened);
    inactive = List.copyOf(inactive);
  }
}
