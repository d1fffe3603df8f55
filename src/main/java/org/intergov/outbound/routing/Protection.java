package org.intergov.outbound.routing;

import java.util.Optional;

/**
 * What keeps a channel from being given too much, or anything in the wrong order.
 *
 * @param rate posts at most, per replica; empty: as many as it takes
 */
public record Protection(Optional<Rate> rate, Circuit circuit, Ordering ordering) {

  public static final Protection BUILT_IN =
      new Protection(Optional.empty(), Circuit.BUILT_IN, Ordering.NONE);
}
