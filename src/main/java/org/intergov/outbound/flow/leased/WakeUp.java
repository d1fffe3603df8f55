package org.intergov.outbound.flow.leased;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Wakes the one thread that waits for it. Raised before it is waited for, it counts still; raised
 * twice, it counts once. Costs next to nothing while that thread is awake. Thread-safe.
 */
public final class WakeUp {
  private volatile boolean raised;
  private volatile Thread waiting;

  /** Asks the waiting thread to look, soon. */
  public void signal() {
    if (!raised) {
      raised = true;
      Thread thread = waiting;
      if (thread != null) {
        LockSupport.unpark(thread);
      }
    }
  }

  /** To be called before looking, so that a signal from now on counts again. */
  public void taken() {
    raised = false;
  }

  /** Returns when it is raised, at last after {@code most}, or when the thread is interrupted. */
  void await(Duration most) {
    long until = System.nanoTime() + most.toNanos();
    waiting = Thread.currentThread();
    long left = most.toNanos();
    while (!raised && left > 0 && !Thread.currentThread().isInterrupted()) {
      LockSupport.parkNanos(this, left);
      left = until - System.nanoTime();
    }
    waiting = null;
    raised = false;
  }
}
