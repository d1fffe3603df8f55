package org.intergov.outbound.config.yaml;

import java.time.Instant;
import java.time.OffsetDateTime;

/**
 * Reads single values. What is no such value is refused with an {@link IllegalArgumentException} or
 * a {@link java.time.DateTimeException}.
 */
public final class Scalars {

  public static final String MOMENT_PATTERN =
      "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\\.[0-9]{1,9})?)?"
          + "(?:Z|[+-][0-9]{2}:[0-9]{2})";

  static final String MOMENT_FORM =
      "a date-time with offset such as 2026-12-01T00:00:00+11:00 or 2026-12-01T00:00:00Z";

  private Scalars() {}

  static Long wholeNumber(String text) {
    if (text.isEmpty() || text.length() > 18 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      throw new IllegalArgumentException();
    }
    return Long.parseLong(text);
  }

  static Double number(String text) {
    if (text.length() > 18 || !text.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9'))) {
      throw new IllegalArgumentException();
    }
    return Double.parseDouble(text);
  }

  /** {@code 50%} as 0.5. */
  static Double percent(String text) {
    if (!text.endsWith("%")) {
      throw new IllegalArgumentException();
    }
    return number(text.substring(0, text.length() - 1)) / 100;
  }

  /** A text that matches {@link #MOMENT_PATTERN}. */
  static Instant moment(String text) {
    return OffsetDateTime.parse(text).toInstant();
  }
}
