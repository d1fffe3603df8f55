package org.intergov.outbound.flow;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import org.intergov.outbound.store.Settlements;
import org.intergov.outbound.store.database.Once;
import org.intergov.outbound.store.database.StoreException;
import org.intergov.outbound.store.database.StoreUnavailableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Outcomes that wait to be written. Whatever has gathered while one batch is being written is the
 * next batch. An outcome is kept until it is written: a post that was made must not be forgotten
 * because the database was away. What can wait is bounded by what the lanes may hold.
 *
 * <p>{@link #add} may be called from any thread, {@link #write} from one at a time.
 *
 * @param <T> a settlement
 */
final class SettlementQueue<T> {
  private static final Logger LOG = LoggerFactory.getLogger(SettlementQueue.class);
  private static final int BATCH = 500;

  private final String name;
  private final Queue<T> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicInteger count = new AtomicInteger();
  private final Pace pace = new Pace(Duration.ofMillis(30));
  private final BiFunction<List<T>, Once<Settlements.Written>, Settlements.Written> writer;
  private final Function<T, T> lastResort;
  private final Consumer<T> written;
  private final Deque<Batch<T>> batches = new ArrayDeque<>();
  private volatile int open;

  /** Settlements that are written together, and what is known of a try to do so. */
  private record Batch<T>(List<T> settlements, Once<Settlements.Written> once) {
    static <T> Batch<T> of(List<T> settlements) {
      return new Batch<>(settlements, new Once<>());
    }
  }

  private T resort;
  private volatile boolean away;

  /**
   * @param writer writes a batch in one transaction; if its fate is unknown, the next try gets the
   *     same {@code Once}
   * @param lastResort what is written instead of a settlement that the database refuses alone;
   *     null: it is dropped
   * @param written told of each settlement once it is written or its lease is lost
   */
  SettlementQueue(
      String name,
      BiFunction<List<T>, Once<Settlements.Written>, Settlements.Written> writer,
      Function<T, T> lastResort,
      Consumer<T> written) {
    this.name = name;
    this.writer = writer;
    this.lastResort = lastResort;
    this.written = written;
  }

  void add(T settlement) {
    waiting.add(settlement);
    if (count.incrementAndGet() == BATCH) {
      pace.enough();
    }
  }

  /**
   * Writes all that waits; while it is called one time after the other, it lets some gather first.
   *
   * @param each told of what every batch brought about
   * @return false if the database is away; what was not written is kept
   */
  boolean write(Consumer<Settlements.Written> each) {
    pace.gather(() -> count.get() >= BATCH || !batches.isEmpty());
    while (hasBatch()) {
      Batch<T> batch = batches.peek();
      Settlements.Written result;
      try {
        result = writer.apply(batch.settlements(), batch.once());
      } catch (StoreUnavailableException e) {
        away(e);
        return false;
      } catch (RuntimeException e) {
        if (!(e instanceof StoreException)) {
          Faults.report(name, "writing " + batch.settlements().size() + " outcomes", e);
        }
        batches.remove();
        isolate(batch.settlements(), e);
        continue;
      }
      batches.remove();
      batch.settlements().forEach(this::isWritten);
      each.accept(result);
    }
    back();
    return true;
  }

  /**
   * Whether outcomes wait because the database was away. Nothing may be claimed then: a row whose
   * lease ran out meanwhile may be one whose outcome is here.
   */
  boolean isBehind() {
    return away;
  }

  /** How many wait, beyond those of the batch that is being written; may be read by any thread. */
  int size() {
    return Math.max(0, count.get());
  }

  /** Whether nothing waits; exact once no more is added. */
  boolean isEmpty() {
    return waiting.isEmpty() && open == 0;
  }

  private boolean hasBatch() {
    if (batches.isEmpty()) {
      open = 1; // before the queue looks empty
      List<T> next = new ArrayList<>();
      T one;
      while (next.size() < BATCH && (one = waiting.poll()) != null) {
        next.add(one);
      }
      count.addAndGet(-next.size());
      if (!next.isEmpty()) {
        batches.add(Batch.of(next));
      }
    }
    open = batches.size();
    return open > 0;
  }

  /** One that the database refuses does not keep the others back: halved until it stands alone. */
  private void isolate(List<T> batch, RuntimeException why) {
    if (batch.size() > 1) {
      batches.push(Batch.of(batch.subList(batch.size() / 2, batch.size())));
      batches.push(Batch.of(batch.subList(0, batch.size() / 2)));
      return;
    }
    T refused = batch.get(0);
    LOG.error("{}: the database refuses an outcome: {}", name, why.getMessage());
    T instead = refused == resort ? null : lastResort.apply(refused);
    resort = instead;
    if (instead == null) {
      isWritten(refused);
    } else {
      batches.push(Batch.of(List.of(instead)));
    }
  }

  private void isWritten(T settlement) {
    try {
      written.accept(settlement);
    } catch (RuntimeException e) {
      Faults.report(name, "ending a delivery here", e);
    }
  }

  private void away(StoreUnavailableException e) {
    if (!away) {
      int all = waiting.size() + batches.stream().mapToInt(b -> b.settlements().size()).sum();
      LOG.warn("{}: {} outcomes wait until the database is back: {}", name, all, e.getMessage());
      away = true;
    }
  }

  private void back() {
    if (away) {
      LOG.info("{}: the database is back, outcomes are written again", name);
      away = false;
    }
  }
}
