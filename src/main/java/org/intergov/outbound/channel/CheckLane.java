package org.intergov.outbound.channel;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.intergov.outbound.delivery.PendingDelivery;
import org.intergov.outbound.delivery.Throughput;
import org.intergov.outbound.routing.Channel;

/**
 * One channel's status checks: what is being asked, and a stock of claimed deliveries to be asked
 * about next, about as many as the channel answers in half a second. Thread-safe.
 */
final class CheckLane {
  private static final int MOST_STOCK = 500;
  private static final Duration MOST_AGE = Duration.ofSeconds(5);

  /** Locks that go stale sooner are for what is asked at once. */
  private static final Duration LEAST_LOCK = MOST_AGE.multipliedBy(2);

  private final Queue<Stocked> stock = new ArrayDeque<>();
  private final Throughput answered = new Throughput(System::nanoTime);
  private final AtomicInteger calls = new AtomicInteger();
  private int asking;
  private boolean keepsStock;
  private boolean ranLow;

  private record Stocked(PendingDelivery delivery, long claimedAt) {}

  /** What is to be done with the next delivery of the stock. */
  private record Next(PendingDelivery delivery, boolean inTime) {}

  /** How many more may be claimed; none while half of the stock is left. */
  synchronized int freeSlots(Channel channel) {
    keepsStock = channel.poll().every().compareTo(LEAST_LOCK) >= 0;
    int most = mostStock();
    if (most > 0 && stock.size() > most / 2) {
      return 0;
    }
    return Math.max(0, channel.concurrency() + most - stock.size() - asking);
  }

  private int mostStock() {
    return keepsStock ? Math.min(MOST_STOCK, answered.perHalfSecond()) : 0;
  }

  /**
   * Takes a claimed delivery in.
   *
   * @param claimedAt {@code System.nanoTime()} before the claim was sent to the database
   */
  synchronized void add(PendingDelivery delivery, long claimedAt) {
    stock.add(new Stocked(delivery, claimedAt));
  }

  /**
   * Asks as long as there is something in stock and the channel has room. Called by whoever adds to
   * the stock or makes room; one of the callers runs the loop, so a channel that answers at once
   * does not recurse.
   *
   * @param tooOld gets those whose lock may have gone stale meanwhile; they are claimed again
   */
  void drain(Channel channel, Consumer<PendingDelivery> ask, Consumer<PendingDelivery> tooOld) {
    if (calls.getAndIncrement() > 0) {
      return;
    }
    int seen = 1;
    while (seen > 0) {
      Next next;
      while ((next = next(channel)) != null) {
        (next.inTime() ? ask : tooOld).accept(next.delivery());
      }
      seen = calls.addAndGet(-seen);
    }
  }

  private synchronized Next next(Channel channel) {
    Stocked head = stock.peek();
    if (head == null) {
      return null;
    }
    Duration every = channel.poll().every();
    long most = (every.compareTo(MOST_AGE) < 0 ? every : MOST_AGE).toNanos();
    boolean inTime = System.nanoTime() - head.claimedAt() < most;
    if (inTime) {
      if (asking >= channel.concurrency()) {
        return null;
      }
      asking++;
    }
    stock.remove();
    return new Next(head.delivery(), inTime);
  }

  /**
   * A check has ended.
   *
   * @return whether it is time to claim more
   */
  synchronized boolean answered() {
    asking--;
    answered.count();
    boolean wasLow = ranLow;
    ranLow = stock.size() <= mostStock() / 2;
    return ranLow && !wasLow || stock.isEmpty() && asking == 0;
  }

  /** Takes out what has not been asked about. */
  synchronized List<PendingDelivery> clear() {
    List<PendingDelivery> rest = stock.stream().map(Stocked::delivery).toList();
    stock.clear();
    return rest;
  }
}
