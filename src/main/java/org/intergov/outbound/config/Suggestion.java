package org.intergov.outbound.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import org.intergov.outbound.message.Quote;

/** Guesses what a mistyped word was meant to be. */
public final class Suggestion {

  private Suggestion() {}

  /** {@code one of a, b, c}, with a guess where one is close. */
  public static String oneOf(Collection<String> known, String found) {
    if (known.isEmpty()) {
      return "none";
    }
    String all = (known.size() == 1 ? "" : "one of ") + String.join(", ", known);
    return all + closest(known, found).map(k -> "; did you mean " + Quote.of(k) + "?").orElse("");
  }

  /** The known word that this one is most like, in whatever case and however joined. */
  public static Optional<String> closest(Collection<String> known, String found) {
    if (found.length() > 64) {
      return Optional.empty();
    }
    String plain = plain(found);
    return known.stream()
        .min(Comparator.comparingInt(k -> distance(plain(k), plain)))
        .filter(k -> distance(plain(k), plain) <= Math.max(1, k.length() / 3));
  }

  /**
   * The known word that this one is most like as it stands.
   *
   * @param most so many letters may have been added, left out or changed
   */
  public static Optional<String> closest(Collection<String> known, String found, int most) {
    return known.stream()
        .filter(k -> distance(k, found) <= most)
        .min(Comparator.comparingInt(k -> distance(k, found)));
  }

  private static String plain(String word) {
    return word.toLowerCase(Locale.ROOT).replace("_", "").replace("-", "");
  }

  /** Letters added, left out, changed, or swapped with the next one (optimal string alignment). */
  private static int distance(String a, String b) {
    int[][] d = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          d[i][j] = i + j;
          continue;
        }
        int changed = d[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        d[i][j] = Math.min(changed, 1 + Math.min(d[i - 1][j], d[i][j - 1]));
        boolean swapped =
            i > 1
                && j > 1
                && a.charAt(i - 1) == b.charAt(j - 2)
                && a.charAt(i - 2) == b.charAt(j - 1);
        if (swapped) {
          d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
        }
      }
    }
    return d[a.length()][b.length()];
  }
}
