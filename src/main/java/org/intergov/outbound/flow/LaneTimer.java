package org.intergov.outbound.flow;

import java.time.Duration;

/** Runs something later, once. Implementations are thread-safe and hold no thread meanwhile. */
@FunctionalInterface
public interface LaneTimer {

  /**
   * @param then must not block
   */
  void in(Duration delay, Runnable then);
}
