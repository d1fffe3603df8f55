package org.intergov.outbound;

import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is done every few seconds, on threads that nothing else takes. Thread-safe. */
final class Upkeep {
  private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);

  private final Vertx vertx;
  private final WorkerExecutor threads;

  Upkeep(Vertx vertx) {
    this.vertx = vertx;
    this.threads = vertx.createSharedWorkerExecutor("upkeep", 2);
  }

  /** From now on, until Vert.x is closed; never again before it has ended. */
  void every(Duration period, Runnable work) {
    AtomicBoolean running = new AtomicBoolean();
    vertx.setPeriodic(
        period.toMillis(),
        timer -> {
          if (running.compareAndSet(false, true)) {
            threads.executeBlocking(() -> run(work, running), false);
          }
        });
  }

  private static Void run(Runnable work, AtomicBoolean running) {
    try {
      work.run();
    } catch (RuntimeException e) {
      LOG.error("upkeep failed", e);
    } finally {
      running.set(false);
    }
    return null;
  }
}
