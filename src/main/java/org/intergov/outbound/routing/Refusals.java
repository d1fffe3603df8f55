package org.intergov.outbound.routing;

import java.util.OptionalInt;
import java.util.Set;

/**
 * What a channel's refusals mean.
 *
 * @param on HTTP statuses that refuse a message, beside those that always do
 * @param stopAfter so many in a row, with nothing taken between, stop the lane: then it is not the
 *     messages; empty: never
 * @param idempotent the channel honours the idempotency key, so that a repeat is answered as the
 *     first was: a refusal of it says that the first was refused as well
 */
public record Refusals(Set<Integer> on, OptionalInt stopAfter, boolean idempotent) {
  public static final Refusals BUILT_IN = new Refusals(Set.of(), OptionalInt.of(25), false);

  public Refusals {
    on = Set.copyOf(on);
  }
}
