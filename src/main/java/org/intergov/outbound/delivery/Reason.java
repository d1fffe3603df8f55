package org.intergov.outbound.delivery;

import java.util.Locale;

/** Why a message was rejected: a fixed list. */
public enum Reason {
  NO_ROUTE,
  REFUSED,
  UNDELIVERABLE,
  REVOKED,
  EXPIRED,
  INVALID,
  OPERATOR;

  private final String word = name().toLowerCase(Locale.ROOT);

  /** The word as it stands in the lake and the journal. */
  public String word() {
    return word;
  }
}
