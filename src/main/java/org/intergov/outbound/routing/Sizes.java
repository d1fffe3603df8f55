package org.intergov.outbound.routing;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.intergov.outbound.message.Quote;

/** Numbers of bytes as people write them: {@code 512B}, {@code 64kB}, {@code 256KiB}. */
public final class Sizes {

  /** What {@link #parse} takes, to end a sentence with. */
  public static final String FORM =
      "a size such as 512B, 64kB or 64KiB (1 kB is 1000 B, 1 KiB is 1024 B)";

  /** All that {@link #parse} takes, as a regular expression. */
  public static final String PATTERN = "[0-9]{1,9}(?:MiB|MB|KiB|kB|B)";

  private static final int MOST_DIGITS = 9;

  private static final Map<String, Long> UNITS = new LinkedHashMap<>();

  static {
    UNITS.put("B", 1L);
    UNITS.put("MB", 1_000_000L);
    UNITS.put("kB", 1_000L);
    UNITS.put("KiB", 1L << 10);
    UNITS.put("MiB", 1L << 20);
  }

  private Sizes() {}

  /**
   * Reads a whole number followed by a unit.
   *
   * @return bytes
   * @throws IllegalArgumentException naming what was found and what was expected
   */
  public static long parse(String text) {
    int digits = 0;
    while (digits < text.length() && text.charAt(digits) >= '0' && text.charAt(digits) <= '9') {
      digits++;
    }
    Long unit = UNITS.get(text.substring(digits));
    if (digits == 0 || digits > MOST_DIGITS || unit == null) {
      throw new IllegalArgumentException("found " + Quote.of(text) + ", expected " + FORM);
    }
    return Long.parseLong(text.substring(0, digits)) * unit;
  }

  /** The shortest text that {@link #parse} reads as this number of bytes. */
  public static String format(long bytes) {
    return UNITS.entrySet().stream()
        .filter(unit -> bytes % unit.getValue() == 0)
        .map(unit -> bytes / unit.getValue() + unit.getKey())
        .min(Comparator.comparingInt(String::length))
        .orElseThrow();
  }
}
