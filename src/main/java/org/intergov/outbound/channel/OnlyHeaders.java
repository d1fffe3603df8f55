package org.intergov.outbound.channel;

import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.spi.HeaderFilterStrategy;

/**
 * Lets the headers that are named leave for a channel, and no others; lets none come in. Immutable
 * once it is made.
 */
public final class OnlyHeaders implements HeaderFilterStrategy {
  private Set<String> names = Set.of();

  public static OnlyHeaders of(String... names) {
    OnlyHeaders only = new OnlyHeaders();
    only.names = Set.of(names);
    return only;
  }

  /** With commas between. */
  public void setNames(String names) {
    this.names = Set.of(names.split(","));
  }

  @Override
  public boolean applyFilterToCamelHeaders(String name, Object value, Exchange exchange) {
    return !names.contains(name);
  }

  @Override
  public boolean applyFilterToExternalHeaders(String name, Object value, Exchange exchange) {
    return true;
  }
}
