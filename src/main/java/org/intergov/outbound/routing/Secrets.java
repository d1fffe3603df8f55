package org.intergov.outbound.routing;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Tells by its name which setting holds a secret. */
public final class Secrets {

  private static final List<String> TELLING =
      List.of("secret", "password", "passwd", "passphrase", "token", "credential", "key");

  /** Last words of names that say where or what a secret is, not the secret. */
  private static final Set<String> HARMLESS_ENDS =
      Set.of("url", "uri", "endpoint", "file", "path", "name", "id", "type", "header", "format");

  /** Keys that order, route or name things. */
  private static final Set<String> HARMLESS_KEYS =
      Set.of("partition", "message", "routing", "record", "idempotency", "sort", "primary");

  private Secrets() {}

  /** Whether a value of this name must never be shown: rather one too many. */
  public static boolean hides(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return TELLING.stream().anyMatch(lower::contains);
  }

  /** Whether a value of this name should not stand in the file. */
  public static boolean isSecret(String name) {
    String[] words =
        name.replaceAll("([a-z])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT).split("[-_.]");
    if (!hides(name) || words.length == 0 || HARMLESS_ENDS.contains(words[words.length - 1])) {
      return false;
    }
    String last = words[words.length - 1];
    boolean ordering =
        last.equals("key") && words.length > 1 && HARMLESS_KEYS.contains(words[words.length - 2]);
    return !ordering
        && (last.endsWith("key")
            || TELLING.stream()
                .filter(t -> !t.equals("key"))
                .anyMatch(name.toLowerCase(Locale.ROOT)::contains));
  }
}
