package org.intergov.outbound.flow;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Runs something for any number of callers, one run at a time. A call made while it runs makes it
 * run once more and returns at once, so what calls from within does not recurse. A run that fails
 * keeps none of the later ones back. Thread-safe.
 */
final class OneAtATime {
  private final AtomicInteger calls = new AtomicInteger();
  private final Consumer<Throwable> failed;

  /**
   * @param failed is told what a run threw; the caller is not
   */
  OneAtATime(Consumer<Throwable> failed) {
    this.failed = failed;
  }

  void run(Runnable what) {
    if (calls.getAndIncrement() > 0) {
      return;
    }
    int seen = 1;
    while (seen > 0) {
      try {
        what.run();
      } catch (RuntimeException | Error e) {
        failed.accept(e);
      } finally {
        seen = calls.addAndGet(-seen);
      }
    }
  }
}
