package org.intergov.outbound;

import java.util.Arrays;
import java.util.function.Function;
import org.intergov.outbound.config.Suggestion;

/** "Did you mean": the known name nearest to a mistyped one. */
final class SettingSuggestions {
  /** No more: what has the same prefix may well be somebody else's. */
  private static final int NEAR = 3;

  private SettingSuggestions() {}

  static String key(String mistyped) {
    return nearest(mistyped, Setting::key);
  }

  static String variable(String mistyped) {
    return nearest(mistyped, Setting::variable);
  }

  private static String nearest(String mistyped, Function<Setting, String> name) {
    return Suggestion.closest(Arrays.stream(Setting.values()).map(name).toList(), mistyped, NEAR)
        .map(n -> "; did you mean " + n + "?")
        .orElse("");
  }
}
