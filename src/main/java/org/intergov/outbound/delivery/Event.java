package org.intergov.outbound.delivery;

import java.util.Locale;

/** The words of the delivery status journal. */
public enum Event {
  SUBMITTED,
  ROUTED,
  SCREENED,
  NO_ROUTE,
  POSTED,
  REFUSED,
  UNAVAILABLE,
  UNKNOWN,
  POSSIBLE_DUPLICATE,
  RETRY_SCHEDULED,
  FAILED_OVER,
  CONFIRMED,
  FINAL,
  UNDELIVERABLE,
  REVOKED,
  ACCEPTED,
  REJECTED,
  HELD,
  GAVE_UP,
  EXPIRED,
  REPLAYED,
  RESOLVED,
  LEASE_LOST;

  private final String word = name().toLowerCase(Locale.ROOT);

  /** The word as it stands in the journal. */
  public String word() {
    return word;
  }
}
