package org.intergov.outbound.routing;

/** What follows when it is unknown whether a channel took a message. */
public enum OnUnknown {
  /** The same channel again, with the same idempotency key. */
  RETRY,
  /**
   * An operator decides: the channel does not honour the key and must never see a message twice.
   */
  HOLD
}
