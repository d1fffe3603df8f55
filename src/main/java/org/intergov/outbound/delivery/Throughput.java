package org.intergov.outbound.delivery;

import java.time.Duration;

/**
 * How much has ended lately: what may be kept in stock so that it is used up in half a second. Not
 * thread-safe.
 */
public final class Throughput {
  private static final long WINDOW_NANOS = Duration.ofMillis(500).toNanos();

  private long windowStart = System.nanoTime();
  private int inWindow;
  private int inLastWindow;

  /** One has ended. */
  public void count() {
    roll();
    inWindow++;
  }

  /** How many end in half a second, by what is known now. */
  public int perHalfSecond() {
    roll();
    return Math.max(inWindow, inLastWindow);
  }

  private void roll() {
    long passed = System.nanoTime() - windowStart;
    if (passed >= WINDOW_NANOS) {
      inLastWindow = passed >= 2 * WINDOW_NANOS ? 0 : inWindow;
      inWindow = 0;
      windowStart += passed;
    }
  }
}
