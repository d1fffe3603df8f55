package org.intergov.outbound.store.database;

import java.time.Duration;

/**
 * The store takes nothing more for now; nothing was recorded. The message says why, for a client.
 */
public final class StoreBusyException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final transient Duration retryAfter;

  public StoreBusyException(String message, Duration retryAfter) {
    super(message, null, false, false);
    this.retryAfter = retryAfter;
  }

  /** When it is worth trying again, in whole seconds. */
  public Duration retryAfter() {
    return retryAfter;
  }
}
