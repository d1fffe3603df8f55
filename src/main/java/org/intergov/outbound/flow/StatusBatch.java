package org.intergov.outbound.flow;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.intergov.outbound.delivery.PendingDelivery;
import org.intergov.outbound.delivery.StatusAnswer;

/**
 * One round of checks at a channel that tells everything that has changed since a moment: one
 * question for all, page by page, and questions of their own for those that need one. Thread-safe;
 * answers come on any thread.
 *
 * <p>The moment is the oldest change that we know of any delivery of the round, so whoever asked
 * before, and whatever became of that, nothing that has changed is missed. A delivery much older
 * than the others would make the answer long, so it is asked about by itself.
 */
final class StatusBatch {
  /** Deliveries at most that are asked about at once. */
  static final int MOST = 1_000;

  private static final int MOST_PAGES = 100;

  /** Clocks differ; a channel may date a change before we know of the post. */
  private static final Duration OVERLAP = Duration.ofMinutes(2);

  /** From here on a delivery that is never mentioned is asked about at every power of two. */
  private static final int SURE_AFTER_CHECKS = 8;

  /** A delivery, and when it was posted or, if it is confirmed already, confirmed. */
  record Checked(PendingDelivery delivery, Instant lastChange) {}

  /** What a page has said. */
  record Page(Map<String, String> statuses, String next, StatusAnswer failure) {}

  /** How questions reach the channel. */
  interface Questions {
    /** Asks for one page. */
    void page(String query, Consumer<Page> answer);

    /** Asks about one delivery. */
    void one(PendingDelivery delivery, Consumer<StatusAnswer> answer);
  }

  private final Questions channel;
  private final int concurrency;
  private final BiConsumer<PendingDelivery, StatusAnswer> answered;
  private final Runnable done;
  private final long deadline;
  private final List<Checked> together = new ArrayList<>();
  private final Queue<PendingDelivery> apart = new ArrayDeque<>();
  private final Map<String, String> statuses = new HashMap<>();
  private final OneAtATime asking =
      new OneAtATime(e -> Faults.report("channel-poller", "a round of statuses", e));
  private int pages;
  private int underWay;
  private boolean finished;

  /**
   * @param concurrency questions about single deliveries at once
   * @param most how long pages may be asked for
   * @param answered told once for each delivery
   * @param done told once, after all of them
   */
  StatusBatch(
      Questions channel,
      int concurrency,
      Duration most,
      BiConsumer<PendingDelivery, StatusAnswer> answered,
      Runnable done) {
    this.channel = channel;
    this.concurrency = concurrency;
    this.answered = answered;
    this.done = done;
    this.deadline = System.nanoTime() + most.toNanos();
  }

  /** Asks about all of them; to be called once. */
  void ask(List<Checked> all) {
    List<Checked> newestFirst = new ArrayList<>(all);
    newestFirst.sort(Comparator.comparing(Checked::lastChange).reversed());
    Instant since = since(newestFirst);
    for (Checked c : newestFirst) {
      if (c.lastChange().isBefore(since)) {
        apart.add(c.delivery());
      } else {
        together.add(c);
        statuses.put(c.delivery().channelTxnId(), null);
      }
    }
    Instant from = since.minus(OVERLAP).truncatedTo(ChronoUnit.SECONDS);
    channel.page("updated_since=" + from + "&fields=id,status", this::read);
  }

  /** The oldest change, but of those that are more than twice as old as nine tenths of all. */
  private static Instant since(List<Checked> newestFirst) {
    Instant nineTenths = newestFirst.get((newestFirst.size() * 9 - 1) / 10).lastChange();
    Duration age = Duration.between(nineTenths, Instant.now()).abs().plus(OVERLAP);
    Instant limit = nineTenths.minus(age);
    return newestFirst.stream()
        .map(Checked::lastChange)
        .filter(at -> !at.isBefore(limit))
        .min(Comparator.naturalOrder())
        .orElse(nineTenths);
  }

  private void read(Page page) {
    if (page.failure() instanceof StatusAnswer.Unreachable && pages == 0) {
      together.forEach(c -> answered.accept(c.delivery(), page.failure()));
      together.clear();
      apart.forEach(d -> answered.accept(d, page.failure()));
      apart.clear();
      askApart();
      return;
    }
    page.statuses()
        .forEach(
            (id, word) -> {
              if (statuses.containsKey(id)) {
                statuses.put(id, word);
              }
            });
    boolean whole = page.failure() == null && page.next() == null;
    if (page.next() != null && ++pages < MOST_PAGES && System.nanoTime() - deadline < 0) {
      channel.page(page.next(), this::read);
    } else {
      settle(whole);
    }
  }

  private void settle(boolean whole) {
    for (Checked c : together) {
      PendingDelivery d = c.delivery();
      String word = statuses.get(d.channelTxnId());
      if (word != null) {
        answered.accept(d, ChannelPoller.status(word));
      } else if (whole && !mustBeSure(d)) {
        answered.accept(
            d, d.confirmed() ? StatusAnswer.Status.CONFIRMED : StatusAnswer.Status.RECEIVED);
      } else {
        apart.add(d);
      }
    }
    together.clear();
    askApart();
  }

  /** What no batch mentions is not left to that for ever, and never where something ends. */
  private static boolean mustBeSure(PendingDelivery d) {
    int checks = d.checks();
    return d.finalDue()
        || d.giveUpDue()
        || checks >= SURE_AFTER_CHECKS && Integer.bitCount(checks) == 1;
  }

  private void askApart() {
    asking.run(
        () -> {
          PendingDelivery next;
          while ((next = take()) != null) {
            PendingDelivery d = next;
            channel.one(
                d,
                answer -> {
                  answered.accept(d, answer);
                  gaveBack();
                  askApart();
                });
          }
          if (isOver()) {
            done.run();
          }
        });
  }

  private synchronized PendingDelivery take() {
    if (apart.isEmpty() || underWay >= concurrency) {
      return null;
    }
    underWay++;
    return apart.remove();
  }

  private synchronized void gaveBack() {
    underWay--;
  }

  private synchronized boolean isOver() {
    boolean over = !finished && apart.isEmpty() && underWay == 0;
    finished |= over;
    return over;
  }
}
