package org.intergov.outbound.delivery;

/** What a channel's newest answers have in common, by one mark of each. Not thread-safe. */
public final class NewestAnswers {
  private static final int MOST = 10;

  /** With fewer than that, nothing is said of them. */
  private static final int FEWEST = 3;

  private final boolean[] marks = new boolean[MOST];
  private int next;
  private int count;

  public void add(boolean isMarked) {
    marks[next] = isMarked;
    next = (next + 1) % MOST;
    count = Math.min(MOST, count + 1);
  }

  /** Whether more than half of them are marked. */
  public boolean mostAre() {
    return count >= FEWEST && 2 * marked() > count;
  }

  /** Whether there are enough of them, and none is marked. */
  public boolean noneIs() {
    return count >= FEWEST && marked() == 0;
  }

  private int marked() {
    int marked = 0;
    for (int i = 0; i < count; i++) {
      marked += marks[i] ? 1 : 0;
    }
    return marked;
  }

  public void clear() {
    count = 0;
    next = 0;
  }
}
