package org.intergov.outbound.channel;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Exceptions that nobody expected, in a lane, a stage or a timer: each is logged, counted for the
 * whole process, and survived. Thread-safe.
 */
public final class Faults {
  private static final Logger LOG = LoggerFactory.getLogger(Faults.class);
  private static final Map<String, LongAdder> COUNTS = new ConcurrentHashMap<>();

  private Faults() {}

  /**
   * @param where a stage, such as {@code multichannel-router}; a word of a short list, since it
   *     becomes a label
   * @param what was being done, for the log
   */
  static void report(String where, String what, Throwable fault) {
    COUNTS.computeIfAbsent(where, w -> new LongAdder()).increment();
    LOG.error("{}: {} failed, which should not happen; it goes on", where, what, fault);
  }

  /** How many there have been, by stage. */
  public static Map<String, Long> counts() {
    Map<String, Long> counts = new TreeMap<>();
    COUNTS.forEach((where, count) -> counts.put(where, count.sum()));
    return counts;
  }
}
