package org.intergov.outbound.delivery;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.intergov.outbound.routing.Channel;
import org.intergov.outbound.routing.OnUnknown;

/**
 * One channel's share of this replica: how many posts are in flight, what is claimed and waits for
 * a free slot, and how much more may be claimed. Thread-safe.
 */
public final class Lane {
  private static final int MOST_STOCK = 1_000;

  private volatile Channel channel;
  private final Stock<Delivery> stock;
  private final Map<Long, UUID> held = new HashMap<>();

  public Lane(Channel channel) {
    this(channel, System::nanoTime);
  }

  Lane(Channel channel, LongSupplier nanoTime) {
    this.channel = channel;
    this.stock = new Stock<>(limit(channel), nanoTime);
  }

  /** How long a claim holds. */
  public Duration lease() {
    return Stock.lease(channel);
  }

  /** The channel, as it was when what is in stock was claimed. */
  public Channel channel() {
    return channel;
  }

  /**
   * Goes by what the channel says now.
   *
   * @return what must be given back: the leases it was claimed with are too short for a timeout
   *     that has become longer, and a channel that must not see a message twice has no stock
   */
  public synchronized List<Delivery> follow(Channel now) {
    boolean longer = now.timeout().compareTo(channel.timeout()) > 0;
    channel = now;
    stock.limit(limit(now));
    List<Delivery> back = new ArrayList<>();
    Delivery next;
    while ((longer || now.onUnknown() == OnUnknown.HOLD) && (next = takeBack()) != null) {
      back.add(next);
    }
    return back;
  }

  private static int limit(Channel channel) {
    return channel.onUnknown() == OnUnknown.HOLD ? 0 : MOST_STOCK;
  }

  /** How many more deliveries this lane may claim now; none while too much waits to be written. */
  public synchronized int freeSlots() {
    int room = channel.concurrency() + 2 * stock.most() - held.size();
    return Math.max(0, Math.min(stock.wanted(channel.concurrency()), room));
  }

  /** Said once, to whoever took the delivery that made the difference: more may be claimed. */
  public synchronized boolean runsLow() {
    return stock.runsLow(channel.concurrency());
  }

  /**
   * Takes a claimed delivery in.
   *
   * @param claimedAt {@code System.nanoTime()} before the claim was sent to the database
   */
  public synchronized void add(Delivery delivery, long claimedAt) {
    stock.add(delivery, claimedAt);
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

  /** The next delivery, or null: none is left, or every slot is taken. */
  public synchronized Stock.Next<Delivery> next() {
    return stock.next(channel.concurrency());
  }

  /** A post has ended; its outcome waits to be written. */
  public synchronized void finish() {
    stock.finish();
  }

  /** What became of a delivery is written, or its lease is lost. */
  public synchronized void settled(Delivery delivery) {
    held.remove(delivery.id());
  }

  /** Takes out one that was not sent; null: none is left. */
  public synchronized Delivery takeBack() {
    return stock.takeBack();
  }

  /** Deliveries handed to the channel whose answer has not come. */
  public synchronized int posting() {
    return stock.underWay();
  }

  /** Everything this replica holds of the lane: waiting for a slot, posting, not yet written. */
  public synchronized int held() {
    return held.size();
  }
}
