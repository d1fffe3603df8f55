package org.intergov.outbound.flow;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Lets a stage gather work while it is busy: it starts at once after a rest, and otherwise a little
 * after its last start, or as soon as there is enough for a batch. A transaction for every few
 * messages would cost more than what it writes.
 *
 * <p>{@link #gather} is for the stage's one thread, {@link #enough} for any.
 */
final class Pace {
  private final long gapNanos;
  private long lastStart;
  private volatile Thread gathering;

  /**
   * @param gap from one start to the next at least
   */
  Pace(Duration gap) {
    this.gapNanos = gap.toNanos();
    this.lastStart = System.nanoTime() - gapNanos;
  }

  /**
   * Returns when it is time to start.
   *
   * @param isEnough whether a batch is full already; read again after each {@link #enough}
   */
  void gather(BooleanSupplier isEnough) {
    gathering = Thread.currentThread();
    long left = lastStart + gapNanos - System.nanoTime();
    while (left > 0 && !isEnough.getAsBoolean() && !Thread.currentThread().isInterrupted()) {
      LockSupport.parkNanos(this, left);
      left = lastStart + gapNanos - System.nanoTime();
    }
    gathering = null;
    lastStart = System.nanoTime();
  }

  /** A batch is full now. */
  void enough() {
    Thread waiting = gathering;
    if (waiting != null) {
      LockSupport.unpark(waiting);
    }
  }
}
