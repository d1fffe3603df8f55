package org.intergov.outbound.channel;

import java.time.Duration;

/** Reads a queue or a topic on a thread of its own, and rests where there is nothing to be done. */
abstract class BatchReading implements Runnable {
  private final Thread thread;
  private volatile boolean stopping;

  /**
   * Works on a batch; a failure means that none of it is done with.
   *
   * @param <B> the batch
   */
  interface Handler<B> {
    void handle(B batch) throws Exception;
  }

  BatchReading(String threadName) {
    this.thread = new Thread(this, threadName);
  }

  final void start() {
    thread.start();
  }

  /** Lets the batch at work end. */
  final void stop() {
    stopping = true;
    synchronized (this) {
      notifyAll();
    }
  }

  /** Waits for the end; what has not ended then is interrupted. */
  final void await(long millis) throws InterruptedException {
    thread.join(Math.max(1, millis));
    if (thread.isAlive()) {
      thread.interrupt();
    }
  }

  final boolean isStopping() {
    return stopping;
  }

  /** Until the time is over, or it is to stop. */
  final synchronized void rest(Duration time) {
    if (!stopping) {
      try {
        wait(time.toMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        stopping = true;
      }
    }
  }
}
