package org.intergov.outbound.chaos;

import java.util.concurrent.TimeUnit;

/** Time that passes: how long a fault lasts, or until somebody looks again. */
final class Pause {
  private Pause() {}

  static void millis(long millis) {
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
