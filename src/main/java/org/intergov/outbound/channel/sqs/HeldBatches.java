package org.intergov.outbound.channel.sqs;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.intergov.outbound.channel.Trouble;
import org.intergov.outbound.config.Cause;

/**
 * Makes batches of what the consumers of a queue hold, one exchange a message, and works on one
 * batch at a time, in the order in which the messages came. A batch that cannot be worked on is
 * tried again until it can: its messages stay held, so that an outage of the database does not
 * count as failed deliveries in the queue. Thread-safe.
 *
 * @param <T> what is held
 * @param <R> what becomes of each
 */
public final class HeldBatches<T, R> {
  static final int MOST_IN_BATCH = 200;

  private static final Duration FIRST_REST = Duration.ofMillis(500);
  private static final Duration LONGEST_REST = Duration.ofSeconds(10);

  /** How soon a stop is noticed. */
  private static final Duration LOOK = Duration.ofMillis(100);

  private static final String WAITING = "its messages wait";

  private final Work<T, R> work;
  private final BooleanSupplier stopping;
  private final Trouble trouble;
  private final Gatherer<Held<T, R>> gatherer;

  /**
   * Works on a batch; a failure means that none of it is done with.
   *
   * @param <T> what is held
   * @param <R> what becomes of each
   */
  public interface Work<T, R> {
    /** One result for each, in their order. */
    List<R> work(List<T> batch);
  }

  private record Held<T, R>(T one, CompletableFuture<R> result) {}

  /**
   * @param queue its name, for the log
   * @param stopping whether a batch that fails is to be given up
   */
  public HeldBatches(String queue, BooleanSupplier stopping, Work<T, R> work) {
    this.work = work;
    this.stopping = stopping;
    this.trouble = Trouble.ofQueue(queue);
    ThreadPoolExecutor thread =
        new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE, // the gatherer hires one
            10,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            todo -> {
              Thread t = new Thread(todo, "sqs-work-" + queue);
              t.setDaemon(true);
              return t;
            });
    this.gatherer = new Gatherer<>(MOST_IN_BATCH, MOST_IN_BATCH, h -> 1, 1, thread, this::run);
  }

  /** Takes one in; the result comes when its batch has been worked on. */
  public CompletionStage<R> add(T one) {
    Held<T, R> held = new Held<>(one, new CompletableFuture<>());
    gatherer.add(held);
    return held.result();
  }

  private void run(List<Held<T, R>> batch) {
    List<T> all = batch.stream().map(Held::one).toList();
    Duration rest = FIRST_REST;
    while (true) {
      try {
        List<R> results = work.work(all);
        trouble.isOver(WAITING);
        for (int i = 0; i < batch.size(); i++) {
          batch.get(i).result().complete(results.get(i));
        }
        return;
      } catch (RuntimeException e) {
        trouble.is(WAITING, Cause.of(e));
        if (isStopping(rest)) {
          batch.forEach(h -> h.result().completeExceptionally(e));
          return;
        }
        Duration twice = rest.multipliedBy(2);
        rest = twice.compareTo(LONGEST_REST) < 0 ? twice : LONGEST_REST;
      } catch (Error e) {
        // not held any longer: another replica may have more luck with them
        batch.forEach(h -> h.result().completeExceptionally(e));
        throw e;
      }
    }
  }

  /** Whether it is to stop, or has to within the rest. */
  private boolean isStopping(Duration rest) {
    long end = System.nanoTime() + rest.toNanos();
    try {
      while (System.nanoTime() - end < 0) {
        if (stopping.getAsBoolean()) {
          return true;
        }
        TimeUnit.NANOSECONDS.sleep(Math.min(LOOK.toNanos(), Math.max(1, end - System.nanoTime())));
      }
      return stopping.getAsBoolean();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }
}
