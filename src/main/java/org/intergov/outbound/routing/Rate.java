package org.intergov.outbound.routing;

import java.time.Duration;
import java.util.Locale;
import org.intergov.outbound.message.Quote;

/**
 * How many posts a channel is given at most.
 *
 * @param count at least 1
 * @param per a second, a minute or an hour
 */
public record Rate(int count, Duration per) {

  /** What {@link #parse} takes, to end a sentence with. */
  public static final String FORM =
      "a whole number per second, minute or hour, such as 50/s, 10/min or 100/h";

  public static final String PATTERN = "[1-9][0-9]{0,7}/(?:s|min|h)";

  /** Ten thousand a second: more than one lane posts. */
  private static final int MOST_A_SECOND = 10_000;

  /**
   * Reads a rate.
   *
   * @throws IllegalArgumentException naming what was found and what was expected
   */
  public static Rate parse(String text) {
    if (!text.matches(PATTERN)) {
      throw notOne(text);
    }
    int slash = text.indexOf('/');
    Duration per =
        switch (text.substring(slash + 1)) {
          case "s" -> Duration.ofSeconds(1);
          case "min" -> Duration.ofMinutes(1);
          default -> Duration.ofHours(1);
        };
    Rate rate = new Rate(Integer.parseInt(text.substring(0, slash)), per);
    if (rate.perSecond() > MOST_A_SECOND) {
      throw notOne(text);
    }
    return rate;
  }

  /** How long it is from one to the next, evenly spread, in nanoseconds. */
  public double intervalNanos() {
    return (double) per.toNanos() / count;
  }

  public double perSecond() {
    return count / (double) per.toSeconds();
  }

  /** As {@link #parse} reads it. */
  @Override
  public String toString() {
    String unit = per.toSeconds() == 1 ? "s" : per.toSeconds() == 60 ? "min" : "h";
    return String.format(Locale.ROOT, "%d/%s", count, unit);
  }

  private static IllegalArgumentException notOne(String text) {
    return new IllegalArgumentException("found " + Quote.of(text) + ", expected " + FORM);
  }
}
