package org.intergov.outbound.config.channels;

import java.util.List;
import java.util.stream.Stream;
import org.intergov.outbound.config.Problem;
import org.intergov.outbound.routing.RoutingTable;

/**
 * A file that can be used.
 *
 * @param warnings what should be mended all the same, in the order of their lines
 */
public record Loaded(RoutingTable table, List<Problem> warnings) {

  public Loaded {
    warnings = List.copyOf(warnings);
  }

  /** The same, after these warnings. */
  public Loaded after(List<Problem> others) {
    return new Loaded(table, Stream.concat(others.stream(), warnings.stream()).toList());
  }
}
