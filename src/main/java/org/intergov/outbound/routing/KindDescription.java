package org.intergov.outbound.routing;

import java.util.List;

/**
 * What a kind of channel is known to need, as its route templates declare it.
 *
 * @param name as {@code kind} names it
 * @param hasStatus whether a delivery can be asked for its status
 * @param parameters what may and what must be given
 */
public record KindDescription(String name, boolean hasStatus, List<Parameter> parameters) {

  public KindDescription {
    parameters = List.copyOf(parameters);
  }

  /**
   * A parameter of a kind.
   *
   * @param required whether a channel must give it, unless there is a default
   * @param defaultValue what the template takes when it is not given; null if there is none
   */
  public record Parameter(String name, String description, boolean required, String defaultValue) {}
}
