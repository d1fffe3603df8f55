package org.intergov.outbound.channel.sqs;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes batches of what comes one by one: whatever has gathered while others are being worked on is
 * the next batch, so nothing waits for a batch to fill up. Thread-safe.
 *
 * @param <T> what is gathered
 */
final class Gatherer<T> {
  private static final Logger LOG = LoggerFactory.getLogger(Gatherer.class);

  private final int mostInBatch;
  private final long mostSize;
  private final ToIntFunction<T> size;
  private final int mostWorkers;
  private final Executor executor;
  private final Consumer<List<T>> work;
  private final Queue<T> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicInteger workers = new AtomicInteger();

  /**
   * @param mostSize of a batch; one that is larger by itself makes a batch by itself
   * @param mostWorkers batches at most that are worked on at once
   * @param work gets each batch, never an empty one; what it throws is logged
   */
  Gatherer(
      int mostInBatch,
      long mostSize,
      ToIntFunction<T> size,
      int mostWorkers,
      Executor executor,
      Consumer<List<T>> work) {
    this.mostInBatch = mostInBatch;
    this.mostSize = mostSize;
    this.size = size;
    this.mostWorkers = mostWorkers;
    this.executor = executor;
    this.work = work;
  }

  /**
   * Takes one in; it is worked on as soon as a worker is free.
   *
   * @throws RejectedExecutionException if there are no workers any more; it was not taken
   */
  void add(T one) {
    waiting.add(one);
    if (isHired()) {
      try {
        executor.execute(this::run);
      } catch (RejectedExecutionException e) {
        workers.decrementAndGet();
        if (takesBack(one)) {
          throw e;
        }
      }
    }
  }

  /** Never between a look of {@link #next} at the head and its taking it. */
  private synchronized boolean takesBack(T one) {
    return waiting.remove(one);
  }

  /** Whether one more worker may begin. */
  private boolean isHired() {
    int running;
    do {
      running = workers.get();
      if (running >= mostWorkers) {
        return false;
      }
    } while (!workers.compareAndSet(running, running + 1));
    return true;
  }

  private void run() {
    do {
      try {
        List<T> batch;
        while (!(batch = next()).isEmpty()) {
          work(batch);
        }
      } finally {
        workers.decrementAndGet();
      }
      // what came while this one was about to end has found no free worker
    } while (!waiting.isEmpty() && isHired());
  }

  /** Whatever happens in one batch, the next one is worked on. */
  private void work(List<T> batch) {
    try {
      work.accept(batch);
    } catch (RuntimeException | Error e) {
      LOG.error("a batch of {} failed", batch.size(), e);
    }
  }

  private synchronized List<T> next() {
    List<T> batch = new ArrayList<>(mostInBatch);
    long total = 0;
    T head;
    while (batch.size() < mostInBatch && (head = waiting.peek()) != null) {
      total += size.applyAsInt(head);
      if (total > mostSize && !batch.isEmpty()) {
        break;
      }
      batch.add(waiting.remove());
    }
    return batch;
  }
}
