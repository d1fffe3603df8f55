package org.intergov.outbound.channel;

import java.time.Duration;

/** Reads a queue or a topic on a thread of its own, and rests where there is nothing to be done. */
public abstract class BatchReading implements Runnable {
  private final Thread thread;
  private volatile boolean stopping;

  /**
   * Works on a batch; a failure means that none of it is done with.
   *
   * @param <B> the batch
   */
  public interface Handler<B> {
    void handle(B batch) throws Exception;
  }

  public BatchReading(String threadName) {
    this.thread = new Thread(this, threadName);
  }

  public final void start() {
    thread.start();
  }

  /** Lets the batch at work end. */
  public final void stop() {
    stopping = true;
    synchronized (this) {
      notifyAll();
    }
  }

  /** Waits for the end; what has not ended then is interrupted. */
  public final void await(long millis) throws InterruptedException {
    thread.join(Math.max(1, millis));
    if (thread.isAlive()) {
      thread.interrupt();
    }
  }

  protected final boolean isStopping() {
    return stopping;
  }

  /** Until the time is over, or it is to stop. */
  protected final synchronized void rest(Duration time) {
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
