package org.intergov.outbound.delivery;

import java.time.Duration;
import org.intergov.outbound.routing.Rate;

/**
 * Lets through so many in a time, evenly spread. Who comes late catches up, but what is let through
 * at once is no more than a tenth of a second's worth, or one. In any span of time it lets through
 * at most {@code rate * (span + 0.1 s) + 1}. Needs no thread. Not thread-safe.
 */
final class RateLimit {
  private static final double CATCH_UP_NANOS = Duration.ofMillis(100).toNanos();

  /** A timer is some milliseconds late; a slow rate must not become slower by it. */
  private static final double LATE_TIMER_NANOS = Duration.ofMillis(10).toNanos();

  private final double interval;
  private final double tolerance;
  private final long start;

  /** When the next one would be, were they evenly spread; in nanoseconds since the start. */
  private double next;

  /**
   * @param now nanoseconds, on any clock that only goes forward
   */
  RateLimit(Rate rate, long now) {
    this.interval = rate.intervalNanos();
    this.tolerance = Math.max(CATCH_UP_NANOS - interval, Math.min(interval / 20, LATE_TIMER_NANOS));
    this.start = now;
  }

  /** Takes the place of another: what went under that one counts. */
  void follow(RateLimit before) {
    if (before.next > 0) {
      double last = before.start - start + before.next - before.interval;
      next = Math.max(0, last + interval);
    }
  }

  /** Nanoseconds until one more may go; 0: now. */
  long nanosToNext(long now) {
    return (long) Math.ceil(Math.max(0, next - tolerance - (now - start)));
  }

  /** One goes now. */
  void take(long now) {
    next = Math.max(next, now - start) + interval;
  }

  /** How many may go between now and {@code span} later. */
  int within(Duration span, long now) {
    double from = Math.max(next, now - start);
    double until = now - start + span.toNanos() + tolerance;
    return until < from
        ? 0
        : (int) Math.min(Integer.MAX_VALUE, Math.floor((until - from) / interval) + 1);
  }
}
