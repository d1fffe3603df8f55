package org.intergov.outbound.delivery;

import java.time.Duration;

/**
 * How a lane's circuit stands, in this replica.
 *
 * @param lasts how long it has been in this phase
 * @param cause why it was opened last, in one sentence; null while it is closed
 * @param nextProbe how long until one message may try the channel again; null if it is not open
 * @param asked whether the channel asked to be left alone, rather than failed
 */
public record CircuitState(
    Phase phase, Duration lasts, String cause, Duration nextProbe, boolean asked) {

  /** What is sent through it. */
  public enum Phase {
    /** Everything. */
    CLOSED,
    /** Nothing, for a while. */
    OPEN,
    /** One message, to see whether the channel works again. */
    HALF_OPEN;

    /** As shown to people. */
    public String word() {
      return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }
  }
}
