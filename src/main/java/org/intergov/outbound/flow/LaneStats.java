package org.intergov.outbound.flow;

import java.util.concurrent.atomic.LongAdder;
import org.intergov.outbound.delivery.Outcome;

/** What a lane's posts have come to in this process, since its start. Thread-safe. */
public final class LaneStats {
  private final LongAdder posted = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private final LongAdder unavailable = new LongAdder();
  private final LongAdder unknown = new LongAdder();
  private volatile String lastError;

  void count(Outcome outcome) {
    if (outcome instanceof Outcome.Posted) {
      posted.increment();
      return;
    } else if (outcome instanceof Outcome.Refused) {
      refused.increment();
    } else if (outcome instanceof Outcome.Unavailable) {
      unavailable.increment();
    } else if (outcome instanceof Outcome.Unknown) {
      unknown.increment();
    }
    lastError = outcome.detail();
  }

  public long posted() {
    return posted.sum();
  }

  public long refused() {
    return refused.sum();
  }

  public long unavailable() {
    return unavailable.sum();
  }

  public long unknown() {
    return unknown.sum();
  }

  /** The newest failure's words, or null. */
  public String lastError() {
    return lastError;
  }
}
