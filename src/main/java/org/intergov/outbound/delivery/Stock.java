package org.intergov.outbound.delivery;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.LongSupplier;
import org.intergov.outbound.routing.Channel;

/**
 * What is claimed for one channel and not begun yet, and how much of it is under way.
 *
 * <p>A channel that answers fast is given a small stock, about what it answers in half a second, so
 * that not every slot that becomes free needs a claim. A slow one holds only what it works on right
 * now, so no lease runs out while something waits. Not thread-safe: its owner guards it.
 *
 * @param <T> what is claimed
 */
public final class Stock<T> {
  private static final Duration START_WITHIN = Duration.ofSeconds(5);
  private static final Duration MARGIN = Duration.ofSeconds(5);

  private final Queue<Stocked<T>> waiting = new ArrayDeque<>();
  private int limit;
  private final LongSupplier nanoTime;
  private final InstantSource wallClock;
  private final Throughput throughput;
  private int underWay;
  private boolean ranLow;

  /**
   * @param cameAt by the wall clock: a machine that is suspended stops the other one
   */
  private record Stocked<T>(T claimed, long claimedAt, Instant cameAt) {}

  /**
   * What is to be done with the next one.
   *
   * @param inTime false: its lease would not outlive a call (this process was frozen, for example);
   *     it takes no slot and must be given back
   */
  public record Next<T>(T claimed, boolean inTime) {}

  /**
   * @param limit of what may wait beyond the slots, however fast the channel is; 0: nothing
   */
  public Stock(int limit, LongSupplier nanoTime) {
    this(limit, nanoTime, InstantSource.system());
  }

  Stock(int limit, LongSupplier nanoTime, InstantSource wallClock) {
    this.limit = limit;
    this.nanoTime = nanoTime;
    this.wallClock = wallClock;
    this.throughput = new Throughput(nanoTime);
  }

  /**
   * How long a claim holds. A call starts within five seconds of the claim or not at all, and takes
   * at most the channel's timeout to connect and once more to answer; the lease outlives that.
   */
  public static Duration lease(Channel channel) {
    return channel.timeout().multipliedBy(2).plus(START_WITHIN).plus(MARGIN);
  }

  /** Another limit, from the next claim on. */
  void limit(int other) {
    this.limit = other;
  }

  /** How much may wait beyond the slots, by what the channel has answered lately. */
  int most() {
    return Math.min(limit, throughput.perHalfSecond());
  }

  /**
   * How many more may be claimed now; none while half of the stock is left, since a claim is for
   * many.
   */
  public int wanted(int slots) {
    int most = most();
    if (most > 0 && waiting.size() > most / 2) {
      return 0;
    }
    return Math.max(0, slots + most - waiting.size() - underWay);
  }

  /**
   * Whether the stock has just come down to where {@link #wanted} gives some again: said once on
   * the way down. The mark itself rises with what is answered, so the stock may come to lie under
   * it without ever being equal.
   */
  public boolean runsLow(int slots) {
    int most = most();
    boolean wasLow = ranLow;
    ranLow = most > slots && waiting.size() <= most / 2;
    return ranLow && !wasLow;
  }

  /**
   * Takes one in.
   *
   * @param claimedAt {@code System.nanoTime()} before the claim was sent to the database
   */
  public void add(T claimed, long claimedAt) {
    waiting.add(new Stocked<>(claimed, claimedAt, wallClock.instant()));
  }

  /** The next one, or null: none is left, or every slot is taken. */
  public Next<T> next(int slots) {
    Stocked<T> head = waiting.peek();
    if (head == null) {
      return null;
    }
    boolean inTime = isInTime(head);
    if (inTime) {
      if (underWay >= slots) {
        return null;
      }
      underWay++;
    }
    waiting.remove();
    return new Next<>(head.claimed(), inTime);
  }

  /**
   * By both clocks; a wall clock that was set back says nothing, and one set ahead costs a claim.
   */
  private boolean isInTime(Stocked<T> one) {
    return nanoTime.getAsLong() - one.claimedAt() < START_WITHIN.toNanos()
        && Duration.between(one.cameAt(), wallClock.instant()).compareTo(START_WITHIN) < 0;
  }

  /** One that was begun has ended. */
  public void finish() {
    underWay--;
    throughput.count();
  }

  /** Takes out one that was not begun; null: none is left. */
  public T takeBack() {
    Stocked<T> head = waiting.poll();
    return head == null ? null : head.claimed();
  }

  /** How many are begun and have not ended. */
  public int underWay() {
    return underWay;
  }

  /** How many wait. */
  public int waiting() {
    return waiting.size();
  }
}
