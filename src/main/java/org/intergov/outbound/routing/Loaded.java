package org.intergov.outbound.routing;

import java.util.List;

/**
 * A file that can be used.
 *
 * @param warnings what should be mended all the same, in the order of their lines
 */
public record Loaded(RoutingTable table, List<Problem> warnings) {

  public Loaded {
    warnings = List.copyOf(warnings);
  }
}
