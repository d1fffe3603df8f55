package org.intergov.outbound.chaos;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Finds a short part of a history that still shows something. */
final class Shrinker {
  /** No more than so many tries: what is left then is short enough to read. */
  private static final int TRIES = 2_000;

  private Shrinker() {}

  /** Leaves out halves, quarters, … and at last single entries, as long as it still shows. */
  static List<Entry> shortest(List<Entry> history, Predicate<List<Entry>> shows) {
    List<Entry> left = history;
    int tries = 0;
    int piece = Math.max(1, left.size() / 2);
    while (true) {
      boolean shorter = false;
      for (int from = 0; from < left.size() && tries < TRIES; tries++) {
        List<Entry> less = new ArrayList<>(left.subList(0, from));
        less.addAll(left.subList(Math.min(left.size(), from + piece), left.size()));
        if (shows.test(less)) {
          left = less;
          shorter = true;
        } else {
          from += piece;
        }
      }
      if (tries >= TRIES || piece == 1 && !shorter) {
        return left;
      }
      piece = Math.max(1, piece / 2);
    }
  }
}
