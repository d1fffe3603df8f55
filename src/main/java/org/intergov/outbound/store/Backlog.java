package org.intergov.outbound.store;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.LongUnaryOperator;
import org.intergov.outbound.store.database.StoreBusyException;
import org.intergov.outbound.store.database.StoreUnavailableException;

/**
 * How many messages wait for delivery, known well enough to stop intake in time: the last count and
 * what this replica has stored since. Thread-safe.
 *
 * <p>It counts anew when intake asks and the last count is old; sooner when the limit seems
 * reached, so that intake goes on soon after messages have left. What other replicas and other
 * systems insert is seen at the next count. One thread counts, the others go by the last count; and
 * counting takes a small share of the time, however long one count takes.
 */
final class Backlog {
  private static final Duration RETRY_AFTER = Duration.ofSeconds(5);
  private static final Duration OLD = Duration.ofSeconds(10);
  private static final Duration OLD_WHEN_FULL = Duration.ofSeconds(1);
  private static final int COUNTS_TO_WAIT = 20;
  private static final int COUNTS_TO_WAIT_WHEN_FULL = 5;

  private final long most;
  private final LongUnaryOperator count;
  private final LongSupplier nanoTime;
  private final AtomicLong stored = new AtomicLong();
  private final ReentrantLock counting = new ReentrantLock();
  private volatile Counted last;

  /**
   * A count.
   *
   * @param base what waited then, less what this replica had stored until then
   * @param at when it ended, by {@code nanoTime}
   */
  private record Counted(long base, long at, long tookNanos) {}

  /**
   * Counts nothing yet.
   *
   * @param most from here on nothing is admitted
   * @param count how many wait, at most its argument
   */
  Backlog(long most, LongUnaryOperator count, LongSupplier nanoTime) {
    this.most = most;
    this.count = count;
    this.nanoTime = nanoTime;
  }

  /**
   * Returns if there is room. What is being stored at this moment is not counted, so the limit may
   * be exceeded by as much.
   *
   * @throws StoreBusyException if there is none
   * @throws StoreUnavailableException if it had to count and could not
   */
  void admit() {
    if (isDue() && counting.tryLock()) {
      try {
        if (isDue()) {
          countAnew();
        }
      } finally {
        counting.unlock();
      }
    }
    long waiting = waiting();
    if (waiting >= most) {
      throw new StoreBusyException(
          waiting
              + " messages wait for delivery, and this gateway takes no more from "
              + most
              + " on; nothing was stored. Try again when some have been delivered.",
          RETRY_AFTER);
    }
  }

  /** So many have been stored. */
  void stored(long messages) {
    stored.addAndGet(messages);
  }

  private long waiting() {
    Counted counted = last;
    return counted == null ? 0 : counted.base() + stored.get();
  }

  private boolean isDue() {
    Counted counted = last;
    if (counted == null) {
      return true;
    }
    boolean full = waiting() >= most;
    long old = (full ? OLD_WHEN_FULL : OLD).toNanos();
    int counts = full ? COUNTS_TO_WAIT_WHEN_FULL : COUNTS_TO_WAIT;
    return nanoTime.getAsLong() - counted.at() >= Math.max(old, counts * counted.tookNanos());
  }

  private void countAnew() {
    long begun = nanoTime.getAsLong();
    // read before: what is stored meanwhile is rather counted twice than not at all
    long storedBefore = stored.get();
    Counted before = last;
    long base = before == null ? -storedBefore : before.base();
    try {
      base = count.applyAsLong(most) - storedBefore;
    } finally {
      long now = nanoTime.getAsLong();
      last = new Counted(base, now, now - begun);
    }
  }
}
