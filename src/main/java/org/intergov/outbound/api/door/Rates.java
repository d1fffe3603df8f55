package org.intergov.outbound.api.door;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * How often each holder of a token may ask: so many requests a second, of which as many as a second
 * has may come at once. A request that is refused does not count. Thread-safe.
 */
final class Rates {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final int perSecond;
  private final long interval;
  private final LongSupplier nanoTime;
  private final long start;

  /** For each holder, when all it has asked will have been due at an even pace. */
  private final Map<String, AtomicLong> paidUntil = new ConcurrentHashMap<>();

  Rates(int perSecond, LongSupplier nanoTime) {
    this.perSecond = perSecond;
    this.interval = SECOND / perSecond;
    this.nanoTime = nanoTime;
    this.start = nanoTime.getAsLong();
  }

  /**
   * @param holder one of a known token, so there are not more of them than tokens
   */
  boolean admits(String holder) {
    AtomicLong paid = paidUntil.computeIfAbsent(holder, h -> new AtomicLong());
    long now = nanoTime.getAsLong() - start;
    while (true) {
      long before = paid.get();
      long after = Math.max(before, now) + interval;
      if (after - now > SECOND) {
        return false;
      }
      if (paid.compareAndSet(before, after)) {
        return true;
      }
    }
  }

  ApiProblem tooMany(String holder) {
    return new ApiProblem(
        429,
        "Too many requests",
        holder + " may make " + perSecond + " requests a second. Try again.",
        List.of(),
        Map.of("Retry-After", "1"));
  }
}
