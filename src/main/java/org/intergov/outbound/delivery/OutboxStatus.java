package org.intergov.outbound.delivery;

import java.util.Locale;

/** States of a row of the delivery outbox. */
public enum OutboxStatus {
  /** To be sent when it is due. */
  PENDING,
  /** Claimed; a holder posts it now, or has died. */
  SENDING,
  /** A channel took it. */
  ACCEPTED,
  /** Ended without delivery; the reason is in the lake and the journal. */
  REJECTED,
  /** The outcome is unknown and attempts are spent: an operator decides. */
  HELD;

  private final String word = name().toLowerCase(Locale.ROOT);

  /** The word as it stands in the table. */
  public String word() {
    return word;
  }
}
