package org.intergov.outbound.flow;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Exceptions that nobody expected, in a lane, a stage or a timer: each is logged, counted for the
 * whole process, and survived. Thread-safe.
 */
public final class Faults {
  /** Where there may be some; others are counted as the last of these. */
  public static final List<String> STAGES =
      List.of(
          "multichannel-router",
          "channel-poller",
          "channel-receipts",
          "channel-subscriber",
          "message-updater",
          "rejected-message-processor",
          "retention",
          "other");

  private static final Logger LOG = LoggerFactory.getLogger(Faults.class);
  private static final Map<String, LongAdder> COUNTS = new ConcurrentHashMap<>();

  private Faults() {}

  /**
   * @param stage one of {@link #STAGES}
   * @param what was being done, for the log
   */
  static void report(String stage, String what, Throwable fault) {
    String counted = STAGES.contains(stage) ? stage : STAGES.get(STAGES.size() - 1);
    COUNTS.computeIfAbsent(counted, s -> new LongAdder()).increment();
    LOG.error("{}: {} failed unexpectedly; the stage goes on", stage, what, fault);
  }

  /** How many there have been in a stage. */
  public static long count(String stage) {
    LongAdder count = COUNTS.get(stage);
    return count == null ? 0 : count.sum();
  }
}
