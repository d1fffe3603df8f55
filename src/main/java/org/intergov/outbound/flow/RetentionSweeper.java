package org.intergov.outbound.flow;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
import org.intergov.outbound.store.upkeep.Retention;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sweeps finished rows out of the tables, resting after each batch for as long as the batch took:
 * it never uses more than half of one connection's time. Called by its route, from one thread;
 * {@link #stop} from any.
 */
public final class RetentionSweeper {
  private static final Logger LOG = LoggerFactory.getLogger(RetentionSweeper.class);

  private final Retention retention;
  private final DatabaseWatch database = new DatabaseWatch("retention");
  private final CountDownLatch stopped = new CountDownLatch(1);
  private long outboxRows;
  private long journalRows;

  public RetentionSweeper(Retention retention) {
    this.retention = retention;
  }

  /** One walk over the outbox, then one over the journal; ends early at {@link #stop}. */
  public void sweep() {
    long begun = System.nanoTime();
    outboxRows = 0;
    journalRows = 0;
    database.run(
        () -> {
          if (walk(this::outbox)) {
            walk(this::journal);
          }
        });
    if (outboxRows + journalRows > 0) {
      LOG.info(
          "retention: {} outbox rows and {} journal rows have left in {} ms",
          outboxRows,
          journalRows,
          Duration.ofNanos(System.nanoTime() - begun).toMillis());
    }
  }

  private Retention.Batch outbox(long cursor) {
    Retention.Batch batch = retention.outbox(cursor);
    outboxRows += batch.left();
    return batch;
  }

  private Retention.Batch journal(long cursor) {
    Retention.Batch batch = retention.journal(cursor);
    journalRows += batch.left();
    return batch;
  }

  /** Returns whether the walk came to its end. */
  private boolean walk(LongFunction<Retention.Batch> batches) {
    long cursor = 0;
    long rest = 0;
    while (!isStoppedWithin(rest)) {
      long begun = System.nanoTime();
      Retention.Batch batch = batches.apply(cursor);
      rest = System.nanoTime() - begun;
      cursor = batch.cursor();
      if (batch.next() != Retention.Next.MORE) {
        return isEnd(batch.next());
      }
    }
    return false;
  }

  private static boolean isEnd(Retention.Next next) {
    if (next == Retention.Next.QUEUES_TOO_LONG) {
      LOG.info("retention: too much is on its way to the lake; the next sweep tries again");
    } else if (next == Retention.Next.ANOTHER_REPLICA) {
      LOG.debug("retention: another replica sweeps");
    }
    return next == Retention.Next.END;
  }

  private boolean isStoppedWithin(long nanos) {
    try {
      return stopped.await(nanos, TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  /** Ends a sweep that is under way after its batch, and all to come at once. Does not wait. */
  public void stop() {
    stopped.countDown();
  }
}
