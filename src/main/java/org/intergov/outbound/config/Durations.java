package org.intergov.outbound.config;

import java.time.Duration;
import org.intergov.outbound.message.Quote;

/** Durations as people write them in settings: {@code 500ms}, {@code 2s}, {@code 5m}. */
public final class Durations {

  /** What {@link #parse} takes, to end a sentence with. */
  public static final String FORM = "a duration such as 500ms, 2s, 5m, 1h or 7d";

  /** All that {@link #parse} takes, as a regular expression. */
  public static final String PATTERN = "[0-9]{1,9}(?:ms|s|m|h|d)";

  private static final int MOST_DIGITS = 9;

  private Durations() {}

  /**
   * Reads a whole number followed by {@code ms}, {@code s}, {@code m}, {@code h} or {@code d}.
   *
   * @throws IllegalArgumentException naming what was found and what was expected
   */
  public static Duration parse(String text) {
    int digits = 0;
    while (digits < text.length() && text.charAt(digits) >= '0' && text.charAt(digits) <= '9') {
      digits++;
    }
    if (digits == 0 || digits > MOST_DIGITS) {
      throw notOne(text);
    }
    long number = Long.parseLong(text.substring(0, digits));
    return switch (text.substring(digits)) {
      case "ms" -> Duration.ofMillis(number);
      case "s" -> Duration.ofSeconds(number);
      case "m" -> Duration.ofMinutes(number);
      case "h" -> Duration.ofHours(number);
      case "d" -> Duration.ofDays(number);
      default -> throw notOne(text);
    };
  }

  /** The shortest text that {@link #parse} reads as this duration, down to milliseconds. */
  public static String format(Duration duration) {
    long millis = duration.toMillis();
    if (millis == 0) {
      return "0s";
    } else if (millis % 1_000 != 0) {
      return millis + "ms";
    }
    long seconds = millis / 1_000;
    if (seconds % 86_400 == 0) {
      return seconds / 86_400 + "d";
    } else if (seconds % 3_600 == 0) {
      return seconds / 3_600 + "h";
    } else if (seconds % 60 == 0) {
      return seconds / 60 + "m";
    }
    return seconds + "s";
  }

  private static IllegalArgumentException notOne(String text) {
    return new IllegalArgumentException("found " + Quote.of(text) + ", expected " + FORM);
  }
}
