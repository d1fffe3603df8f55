package org.intergov.outbound.flow;

import org.intergov.outbound.delivery.Outcome;

/** Is told what every post came to, on the thread that the answer came on; must not block. */
@FunctionalInterface
public interface PostListener {

  /**
   * @param tookNanos from handing the message to the channel until its answer
   */
  void answered(String channelId, Outcome outcome, long tookNanos);
}
