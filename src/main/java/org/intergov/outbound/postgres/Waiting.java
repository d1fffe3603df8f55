package org.intergov.outbound.postgres;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Waits for something outside this JVM that cannot call back. */
final class Waiting {

  static final long POLL_MILLIS = 5;

  private Waiting() {}

  /**
   * Waits, interrupted or not; an interrupt is kept for the caller.
   *
   * @return whether it came true within that time
   */
  static boolean throughInterrupts(BooleanSupplier condition, Duration patience) {
    boolean interrupted = false;
    long deadline = System.nanoTime() + patience.toNanos();
    try {
      while (!condition.getAsBoolean()) {
        if (System.nanoTime() - deadline > 0) {
          return false;
        }
        try {
          Thread.sleep(POLL_MILLIS);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      return true;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
