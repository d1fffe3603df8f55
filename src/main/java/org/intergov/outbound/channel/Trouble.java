package org.intergov.outbound.channel;

import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is wrong with a queue or a topic, said once however many readers find it, until it is over.
 * Thread-safe.
 */
public final class Trouble {
  private static final Logger LOG = LoggerFactory.getLogger(Trouble.class);
  private final boolean isTopic;
  private final String name;
  private final Map<String, String> said = new HashMap<>();

  private Trouble(boolean isTopic, String name) {
    this.isTopic = isTopic;
    this.name = name;
  }

  public static Trouble ofQueue(String name) {
    return new Trouble(false, name);
  }

  public static Trouble ofTopic(String name) {
    return new Trouble(true, name);
  }

  /**
   * @param what is not done, such as {@code cannot be read}
   */
  public synchronized void is(String what, String why) {
    if (why.equals(said.put(what, why))) {
      return;
    }
    if (isTopic) {
      LOG.warn("topic {}: {}: {}; trying again", name, what, why);
    } else {
      LOG.warn("queue {}: {}: {}; trying again", name, what, why);
    }
  }

  public synchronized void isOver(String what) {
    if (said.remove(what) == null) {
      return;
    }
    if (isTopic) {
      LOG.info("topic {}: recovered from \"{}\"", name, what);
    } else {
      LOG.info("queue {}: recovered from \"{}\"", name, what);
    }
  }
}
