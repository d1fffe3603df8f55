package org.intergov.outbound.delivery;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.intergov.outbound.routing.Channel;
import org.intergov.outbound.routing.OnUnknown;

/**
 * One channel's share of this replica: how many posts are in flight, what is claimed and waits for
 * a free slot, and how much more may be claimed.
 *
 * <p>A lane that answers fast is given a small stock of claimed deliveries, about what it posts in
 * half a second, so that not every slot that becomes free needs a claim. A slow lane holds only
 * what it posts right now, so no lease runs out while a delivery waits. Thread-safe.
 */
public final class Lane {
  private static final int MOST_STOCK = 1_000;
  private static final Duration START_WITHIN = Duration.ofSeconds(5);
  private static final Duration MARGIN = Duration.ofSeconds(5);

  private final Channel channel;
  private final Queue<Stocked> stock = new ArrayDeque<>();
  private final Map<Long, UUID> held = new HashMap<>();
  private final LongSupplier nanoTime;
  private int posting;
  private final Throughput throughput;
  private boolean ranLow;

  private record Stocked(Delivery delivery, long claimedAt) {}

  /** What is to be done with the next delivery of the stock. */
  public record Next(Delivery delivery, boolean inTime) {}

  public Lane(Channel channel) {
    this(channel, System::nanoTime);
  }

  Lane(Channel channel, LongSupplier nanoTime) {
    this.channel = channel;
    this.nanoTime = nanoTime;
    this.throughput = new Throughput(nanoTime);
  }

  /**
   * How long a claim holds. A post starts within five seconds of the claim or not at all, and takes
   * at most the channel's timeout to connect and once more to answer; the lease outlives that.
   */
  public Duration lease() {
    return channel.timeout().multipliedBy(2).plus(START_WITHIN).plus(MARGIN);
  }

  /**
   * How many more deliveries this lane may claim now. None while half of its stock is left, since a
   * claim is for many; and none while too much waits to be written.
   */
  public synchronized int freeSlots() {
    int most = mostStock();
    if (most > 0 && stock.size() > most / 2) {
      return 0;
    }
    int wanted = channel.concurrency() + most - stock.size() - posting;
    int room = channel.concurrency() + 2 * most - held.size();
    return Math.max(0, Math.min(wanted, room));
  }

  private int mostStock() {
    return channel.onUnknown() == OnUnknown.HOLD
        ? 0
        : Math.min(MOST_STOCK, throughput.perHalfSecond());
  }

  /**
   * Whether the stock has just come down to where {@link #freeSlots} gives some again: said once on
   * the way down, to whoever took the delivery that made the difference. The mark itself rises with
   * what is posted, so the stock may come to lie under it without ever being equal.
   */
  public synchronized boolean runsLow() {
    int most = mostStock();
    boolean wasLow = ranLow;
    ranLow = most > channel.concurrency() && stock.size() <= most / 2;
    return ranLow && !wasLow;
  }

  /**
   * Takes a claimed delivery in.
   *
   * @param claimedAt {@code System.nanoTime()} before the claim was sent to the database
   */
  public synchronized void add(Delivery delivery, long claimedAt) {
    stock.add(new Stocked(delivery, claimedAt));
    held.put(delivery.id(), delivery.lockToken());
  }

  /**
   * A delivery whose lease ran out was claimed again, and it is this replica that still has it: its
   * outcome is on the way, or waits to be written, and counts under the new lease.
   *
   * @return false if this replica does not have it
   */
  public synchronized boolean adopt(Delivery claimedAgain) {
    return held.replace(claimedAgain.id(), claimedAgain.lockToken()) != null;
  }

  /**
   * The lease under which a delivery is held now; the one it was claimed with if it is not held.
   */
  public synchronized UUID lease(Delivery delivery) {
    return held.getOrDefault(delivery.id(), delivery.lockToken());
  }

  /**
   * The next delivery, or null: none is left, or every slot is taken. One whose lease would not
   * outlive a post (this process was frozen, for example) is not in time; it takes no slot and must
   * be given back.
   */
  public synchronized Next next() {
    Stocked head = stock.peek();
    if (head == null) {
      return null;
    }
    long age = nanoTime.getAsLong() - head.claimedAt();
    boolean inTime = age < START_WITHIN.toNanos();
    if (inTime) {
      if (posting >= channel.concurrency()) {
        return null;
      }
      posting++;
    }
    stock.remove();
    return new Next(head.delivery(), inTime);
  }

  /** A post has ended; its outcome waits to be written. */
  public synchronized void finish() {
    posting--;
    throughput.count();
  }

  /** What became of a delivery is written, or its lease is lost. */
  public synchronized void settled(Delivery delivery) {
    held.remove(delivery.id());
  }

  /** Takes out one that was not sent; null: none is left. */
  public synchronized Delivery takeBack() {
    Stocked head = stock.poll();
    return head == null ? null : head.delivery();
  }

  /** Deliveries handed to the channel whose answer has not come. */
  public synchronized int posting() {
    return posting;
  }

  /** Everything this replica holds of the lane: waiting for a slot, posting, not yet written. */
  public synchronized int held() {
    return held.size();
  }
}
