package org.intergov.outbound.routing;

/** What follows when a channel revokes a message it had confirmed. */
public enum OnRevoked {
  /** The message goes again, as a new generation with a new key. */
  RESEND,
  /** The message is rejected. */
  REJECT
}
