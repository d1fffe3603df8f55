package org.intergov.outbound.flow;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.intergov.outbound.channel.RawReceipt;
import org.intergov.outbound.channel.ReceiptTaker;
import org.intergov.outbound.delivery.Receipt;
import org.intergov.outbound.delivery.StatusRules;
import org.intergov.outbound.routing.RoutingTable;
import org.intergov.outbound.store.Settlements;
import org.intergov.outbound.store.database.StoreException;
import org.intergov.outbound.store.database.StoreUnavailableException;
import org.intergov.outbound.store.receipts.ChannelReceipts;
import org.intergov.outbound.store.receipts.ChannelReceipts.Poison;
import org.intergov.outbound.store.receipts.ChannelReceipts.Retried;
import org.intergov.outbound.store.receipts.ChannelReceipts.Taken;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Receipts: what channels tell of deliveries by themselves, through a queue or a topic. Whoever
 * consumes it calls {@link #take} and acknowledges when it has returned. Thread-safe.
 */
public final class Receipts implements ReceiptTaker {
  private static final Logger LOG = LoggerFactory.getLogger(Receipts.class);

  /** A fast channel tells of a post before its outcome is written; that takes no longer. */
  private static final Duration SHORTLY = Duration.ofMillis(60);

  private final ChannelReceipts store;
  private final StatusRules rules;
  private final WakeUps wakeUps;
  private final DatabaseWatch database = new DatabaseWatch("channel-receipts");

  public Receipts(ChannelReceipts store, Supplier<RoutingTable> table, WakeUps wakeUps) {
    this.store = store;
    this.rules = new StatusRules(table);
    this.wakeUps = wakeUps;
  }

  /**
   * Takes receipts of one channel, in their order. When it returns, all are written: applied to
   * their deliveries, kept because they were too early, or put aside because they are poison; they
   * can be acknowledged. It may wait some 60 ms for posts whose outcome is being written.
   *
   * @throws StoreUnavailableException if the database could not be reached; nothing may be
   *     acknowledged, all must be delivered again, which does no harm
   */
  @Override
  public void take(String channelId, List<RawReceipt> raw) {
    List<Receipt> receipts = new ArrayList<>(raw.size());
    List<Poison> poison = new ArrayList<>();
    for (RawReceipt r : raw) {
      ReceiptReader.Read read = ReceiptReader.read(r.id(), r.body());
      if (read.receipt() != null) {
        receipts.add(read.receipt());
      } else {
        poison.add(read.poison());
      }
    }
    if (!receipts.isEmpty()) {
      List<Receipt> early = apply(channelId, receipts, false);
      if (!early.isEmpty()) {
        LockSupport.parkNanos(SHORTLY.toNanos());
        apply(channelId, early, true);
      }
    }
    if (!poison.isEmpty()) {
      store.putAside(channelId, poison);
      say(channelId, poison.size());
    }
  }

  /** Returns those that are too early, unless they are to be kept. */
  private List<Receipt> apply(String channelId, List<Receipt> receipts, boolean keepEarly) {
    try {
      Taken taken = store.take(channelId, receipts, rules, keepEarly);
      wake(taken.written());
      if (taken.aside() > 0) {
        say(channelId, taken.aside());
      }
      return taken.early();
    } catch (StoreException | IllegalStateException e) {
      return isolate(channelId, receipts, keepEarly, e);
    }
  }

  /** One that the database refuses does not keep the others back: halved until it stands alone. */
  private List<Receipt> isolate(
      String channelId, List<Receipt> receipts, boolean keepEarly, RuntimeException why) {
    if (receipts.size() == 1) {
      Receipt r = receipts.get(0);
      LOG.error("channel {}: {} cannot be applied: {}", channelId, r.name(), why.getMessage());
      store.putAside(
          channelId,
          List.of(
              new Poison(r.id(), r.reference(), r.content(), "it cannot be applied; see the log")));
      return List.of();
    }
    int half = receipts.size() / 2;
    List<Receipt> early = new ArrayList<>(apply(channelId, receipts.subList(0, half), keepEarly));
    early.addAll(apply(channelId, receipts.subList(half, receipts.size()), keepEarly));
    return early;
  }

  private static void say(String channelId, int count) {
    LOG.warn("channel {}: {} receipts were put aside; dead-letters lists them", channelId, count);
  }

  /** Tries those again that were too early; called now and then, from one thread. */
  public void again() {
    database.run(
        () -> {
          Retried retried;
          do {
            retried = store.again(rules);
            wake(retried.written());
          } while (retried.moreAreDue());
        });
  }

  private void wake(Settlements.Written written) {
    if (written.updates()) {
      wakeUps.updater().signal();
    }
    if (written.rejections()) {
      wakeUps.rejecter().signal();
    }
    if (written.settled() > 0) {
      wakeUps.router().signal();
    }
  }
}
