package org.intergov.outbound.delivery;

/** Which of a channel's newest answers asked to wait. Not thread-safe. */
final class NewestAnswers {
  private static final int MOST = 10;

  /** With fewer than that, nothing is said of most of them. */
  private static final int FEWEST = 3;

  private final boolean[] asks = new boolean[MOST];
  private int next;
  private int count;

  void add(boolean asksToWait) {
    asks[next] = asksToWait;
    next = (next + 1) % MOST;
    count = Math.min(MOST, count + 1);
  }

  /** Whether more than half of them do. */
  boolean mostAsk() {
    int asking = 0;
    for (int i = 0; i < count; i++) {
      asking += asks[i] ? 1 : 0;
    }
    return count >= FEWEST && 2 * asking > count;
  }

  void clear() {
    count = 0;
    next = 0;
  }
}
