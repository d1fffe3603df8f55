package org.intergov.outbound.delivery;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How much has ended lately: what may be kept in stock so that it is used up in half a second. Not
 * thread-safe.
 */
public final class Throughput {
  private static final long WINDOW_NANOS = Duration.ofMillis(500).toNanos();

  private final LongSupplier nanoTime;
  private long windowStart;
  private int inWindow;
  private int inLastWindow;

  public Throughput(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.windowStart = nanoTime.getAsLong();
  }

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
    long passed = nanoTime.getAsLong() - windowStart;
    if (passed >= WINDOW_NANOS) {
      inLastWindow = passed >= 2 * WINDOW_NANOS ? 0 : inWindow;
      inWindow = 0;
      windowStart += passed;
    }
  }
}
