package org.intergov.outbound.flow;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.intergov.outbound.delivery.PendingDelivery;
import org.intergov.outbound.delivery.Stock;
import org.intergov.outbound.routing.Channel;

/**
 * One channel's status checks: what is being asked, and a stock of claimed deliveries to be asked
 * about next. Thread-safe.
 */
final class CheckLane {
  private static final int MOST_STOCK = 500;
  private static final String STAGE = "channel-poller";

  private final Stock<PendingDelivery> stock = new Stock<>(MOST_STOCK, System::nanoTime);
  private final OneAtATime draining =
      new OneAtATime(e -> Faults.report(STAGE, "checking a lane", e));

  /** How many more may be claimed. */
  synchronized int freeSlots(Channel channel) {
    return stock.wanted(channel.concurrency());
  }

  /**
   * Takes a claimed delivery in.
   *
   * @param claimedAt {@code System.nanoTime()} before the claim was sent to the database
   */
  synchronized void add(PendingDelivery delivery, long claimedAt) {
    stock.add(delivery, claimedAt);
  }

  /**
   * Asks as long as there is something in stock and the channel has room. Called by whoever adds to
   * the stock or makes room.
   *
   * @param tooOld gets those whose lease might run out before the answer comes
   * @param failed gets those that could not be asked about; each counts as being asked
   */
  void drain(
      Channel channel,
      Consumer<PendingDelivery> ask,
      Consumer<PendingDelivery> tooOld,
      Consumer<PendingDelivery> failed) {
    draining.run(
        () -> {
          Stock.Next<PendingDelivery> next;
          while ((next = next(channel)) != null) {
            try {
              (next.inTime() ? ask : tooOld).accept(next.claimed());
            } catch (RuntimeException e) {
              Faults.report(STAGE, "asking about " + next.claimed().message().reference(), e);
              failed.accept(next.claimed());
            }
          }
        });
  }

  private synchronized Stock.Next<PendingDelivery> next(Channel channel) {
    return stock.next(channel.concurrency());
  }

  /**
   * A check has ended.
   *
   * @return whether it is time to claim more
   */
  synchronized boolean answered(int slots) {
    stock.finish();
    return stock.runsLow(slots) || stock.waiting() + stock.underWay() == 0;
  }

  /** Takes out what has not been asked about. */
  synchronized List<PendingDelivery> clear() {
    List<PendingDelivery> rest = new ArrayList<>();
    PendingDelivery next;
    while ((next = stock.takeBack()) != null) {
      rest.add(next);
    }
    return rest;
  }

  /** What this replica holds of it: being asked, and in stock. */
  synchronized int held() {
    return stock.waiting() + stock.underWay();
  }
}
