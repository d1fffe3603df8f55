package org.intergov.outbound;

import java.util.Arrays;
import java.util.function.Function;

/** "Did you mean": the known name nearest to a mistyped one. */
final class Suggestions {
  private static final int NEAR = 3;

  private Suggestions() {}

  static String key(String mistyped) {
    return nearest(mistyped, Setting::key);
  }

  static String variable(String mistyped) {
    return nearest(mistyped, Setting::variable);
  }

  private static String nearest(String mistyped, Function<Setting, String> name) {
    return Arrays.stream(Setting.values())
        .map(name)
        .filter(n -> distance(n, mistyped) <= NEAR)
        .min(java.util.Comparator.comparingInt(n -> distance(n, mistyped)))
        .map(n -> "; did you mean " + n + "?")
        .orElse("");
  }

  /** Levenshtein. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int corner = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int up = row[j];
        int change = corner + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(change, Math.min(up, row[j - 1]) + 1);
        corner = up;
      }
    }
    return row[b.length()];
  }
}
