package org.intergov.outbound.simulator;

import java.util.Locale;

/** What a channel says about a message it has taken. */
public enum Status {
  RECEIVED,
  CONFIRMED,
  UNDELIVERABLE,
  REVOKED;

  /** The word on the wire. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
