package org.intergov.outbound.config.channels;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.intergov.outbound.config.Durations;
import org.intergov.outbound.config.yaml.Section;
import org.intergov.outbound.config.yaml.Text;
import org.intergov.outbound.routing.OnRevoked;
import org.intergov.outbound.routing.OnUnknown;
import org.intergov.outbound.routing.Poll;
import org.intergov.outbound.routing.Retry;

/** Reads what both {@code defaults} and a channel may hold, field by field over a base. */
final class SettingsReader {

  static final List<String> KEYS =
      Stream.of(
              List.of("concurrency", "retry", "poll", "on-unknown", "on-revoked", "timeout"),
              RefusalsReader.KEYS,
              ProtectionReader.KEYS)
          .flatMap(List::stream)
          .toList();

  private static final int MOST_CONCURRENCY = 1_000;
  private static final double MOST_FACTOR = 100;
  private static final Duration ONE_MS = Duration.ofMillis(1);
  private static final Duration HUNDRED_MS = Duration.ofMillis(100);
  private static final Duration DAY = Duration.ofDays(1);
  private static final Duration WEEK = Duration.ofDays(7);
  private static final Duration YEAR = Duration.ofDays(365);

  private SettingsReader() {}

  /** The base with what the section gives; a bad value is reported and the base's stays. */
  static ChannelSettings read(Section section, ChannelSettings base) {
    return new ChannelSettings(
        section.wholeNumber("concurrency", 1, MOST_CONCURRENCY, base.concurrency()),
        retry(section, base.retry()),
        poll(section, base.poll()),
        section.choice("on-unknown", OnUnknown.class, base.onUnknown()),
        section.choice("on-revoked", OnRevoked.class, base.onRevoked()),
        RefusalsReader.read(section, base.refusals()),
        section.duration("timeout", HUNDRED_MS, Duration.ofMinutes(10), base.timeout()),
        ProtectionReader.read(section, base.protection()));
  }

  private static Retry retry(Section section, Retry base) {
    List<String> keys = List.of("attempts", "first-delay", "factor", "max-delay");
    return section.section("retry", keys).map(s -> retryOf(s, base)).orElse(base);
  }

  private static Retry retryOf(Section retry, Retry base) {
    int before = retry.source().problems().errors();
    Retry read =
        new Retry(
            retry.wholeNumber("attempts", 1, Integer.MAX_VALUE, base.attempts()),
            retry.duration("first-delay", ONE_MS, DAY, base.firstDelay()),
            retry.number("factor", 1, MOST_FACTOR, base.factor()),
            retry.duration("max-delay", ONE_MS, WEEK, base.maxDelay()));
    if (retry.source().problems().errors() == before) {
      notLess(retry, "max-delay", read.maxDelay(), "first-delay", read.firstDelay());
    }
    return retry.source().problems().errors() == before ? read : base;
  }

  private static Poll poll(Section section, Poll base) {
    List<String> keys = List.of("first-after", "every", "give-up-after", "finality");
    return section.section("poll", keys).map(s -> pollOf(s, base)).orElse(base);
  }

  private static Poll pollOf(Section poll, Poll base) {
    int before = poll.source().problems().errors();
    Poll read =
        new Poll(
            poll.duration("first-after", Duration.ZERO, WEEK, base.firstAfter()),
            poll.duration("every", HUNDRED_MS, WEEK, base.every()),
            poll.duration("give-up-after", HUNDRED_MS, YEAR, base.giveUpAfter()),
            poll.duration("finality", Duration.ZERO, YEAR, base.finality()));
    if (poll.source().problems().errors() == before) {
      notLess(poll, "give-up-after", read.giveUpAfter(), "first-after", read.firstAfter());
    }
    return poll.source().problems().errors() == before ? read : base;
  }

  /**
   * Reported at the key the section gives; one that comes from the base is named with its value.
   */
  static void notLess(
      Section section, String greater, Duration high, String smaller, Duration low) {
    if (high.compareTo(low) >= 0) {
      return;
    }
    boolean blameGreater = section.get(greater).isPresent();
    String key = blameGreater ? greater : smaller;
    String expected =
        blameGreater
            ? "at least %s (%s)".formatted(smaller, shown(section, smaller, low))
            : "at most %s (%s)".formatted(greater, shown(section, greater, high));
    section.text(key, expected).ifPresent(text -> section.source().error(text, expected));
  }

  private static String shown(Section section, String key, Duration value) {
    return section
        .text(key, Durations.FORM)
        .map(Text::written)
        .orElseGet(() -> Durations.format(value));
  }
}
