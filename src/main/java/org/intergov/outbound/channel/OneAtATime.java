package org.intergov.outbound.channel;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs something for any number of callers, one run at a time. A call made while it runs makes it
 * run once more and returns at once, so what calls from within does not recurse. Thread-safe.
 */
final class OneAtATime {
  private final AtomicInteger calls = new AtomicInteger();

  void run(Runnable what) {
    if (calls.getAndIncrement() > 0) {
      return;
    }
    int seen = 1;
    while (seen > 0) {
      what.run();
      seen = calls.addAndGet(-seen);
    }
  }
}
