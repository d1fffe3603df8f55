package org.intergov.outbound.channel.sqs;

import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is wrong with a queue, said once however many readers find it, until it is over.
 * Thread-safe.
 */
final class Trouble {
  private static final Logger LOG = LoggerFactory.getLogger(Trouble.class);
  private final String queue;
  private final Map<String, String> said = new HashMap<>();

  Trouble(String queue) {
    this.queue = queue;
  }

  /**
   * @param what is not done, such as {@code cannot be read}
   */
  synchronized void is(String what, String why) {
    if (!why.equals(said.put(what, why))) {
      LOG.warn("queue {}: {}: {}; trying again", queue, what, why);
    }
  }

  synchronized void isOver(String what) {
    if (said.remove(what) != null) {
      LOG.info("queue {}: recovered from \"{}\"", queue, what);
    }
  }
}
