package org.intergov.outbound.config.channels;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.intergov.outbound.config.yaml.Outline;
import org.intergov.outbound.config.yaml.Scalars;
import org.intergov.outbound.config.yaml.Section;
import org.intergov.outbound.config.yaml.Text;
import org.intergov.outbound.routing.Active;
import org.intergov.outbound.routing.Maintenance;
import org.intergov.outbound.routing.Schedule;
import org.intergov.outbound.routing.Window;

/** Reads {@code active} and {@code maintenance} of a channel. */
final class ScheduleReader {

  static final List<String> KEYS = List.of("active", "maintenance");

  private static final List<String> WINDOW = List.of(Active.FROM, Active.UNTIL, "zone");

  /** {@code Sun}, {@code Mon} and so on. */
  private static final String DAYS =
      Stream.of(DayOfWeek.values()).map(ScheduleReader::shortName).collect(Collectors.joining("|"));

  static final String WEEKLY = "(?:" + DAYS + ") (?:[01][0-9]|2[0-3]):[0-5][0-9]";

  private static final String MOMENT =
      "a day and time such as Sun 02:00, or a date-time with offset such as"
          + " 2026-12-01T02:00:00+11:00";

  private static final String ZONE = "a time zone such as Australia/Sydney, UTC or +10:00";

  private ScheduleReader() {}

  private static String shortName(DayOfWeek day) {
    return day.name().charAt(0) + day.name().substring(1, 3).toLowerCase(Locale.ROOT);
  }

  /** What the channel says; a bad value is reported and counts as not given. */
  static Schedule read(Section channel) {
    return new Schedule(active(channel), maintenance(channel));
  }

  private static Active active(Section channel) {
    List<String> keys = List.of(Active.FROM, Active.UNTIL);
    Optional<Section> section = channel.section("active", keys);
    if (section.isEmpty()) {
      return Active.ALWAYS;
    }
    Instant from = section.get().moment(Active.FROM).orElse(Instant.MIN);
    Instant until = section.get().moment(Active.UNTIL).orElse(Instant.MAX);
    section.get().notEmpty("from, until or both");
    if (!from.isBefore(until)) {
      notAfter(section.get());
      return Active.ALWAYS;
    }
    return new Active(from, until);
  }

  private static void notAfter(Section section) {
    String expected = "a moment after from";
    section
        .text(Active.UNTIL, expected)
        .ifPresent(until -> section.source().error(until, expected));
  }

  private static Maintenance maintenance(Section channel) {
    List<Window> windows = new ArrayList<>();
    for (Section window : channel.sections("maintenance", WINDOW)) {
      window(window).ifPresent(windows::add);
    }
    Maintenance maintenance = new Maintenance(windows);
    if (maintenance.isEndless(Instant.EPOCH)) {
      channel
          .get("maintenance")
          .ifPresent(
              node ->
                  channel
                      .source()
                      .error(
                          node,
                          channel.pathOf("maintenance"),
                          "windows without a gap between them",
                          "some time of the week in which the channel may send"));
    }
    return maintenance;
  }

  private static Optional<Window> window(Section window) {
    Optional<Text> from = window.text(Active.FROM, MOMENT, WEEKLY + "|" + Scalars.MOMENT_PATTERN);
    Optional<Text> until = window.text(Active.UNTIL, MOMENT, WEEKLY + "|" + Scalars.MOMENT_PATTERN);
    Optional<ZoneId> zone = window.text("zone", ZONE).flatMap(text -> zone(window, text));
    window.require(Active.FROM, MOMENT);
    window.require(Active.UNTIL, MOMENT);
    window.outline(ScheduleReader::weeklyHasAZone);
    if (from.isEmpty() || until.isEmpty()) {
      return Optional.empty();
    }
    boolean weekly = isWeekly(from.get());
    if (isWeekly(until.get()) != weekly) {
      String other = weekly ? "a day and time, as from is" : "a date-time with offset, as from is";
      window.source().error(until.get(), other);
    } else if (weekly && window.get("zone").isEmpty()) {
      window.missing("zone", ZONE);
    } else if (weekly) {
      return zone.flatMap(z -> weekly(window, from.get(), until.get(), z));
    } else if (window.get("zone").isPresent()) {
      String none = "no zone: from and until have offsets";
      window.text("zone", none).ifPresent(text -> window.source().error(text, none));
    } else {
      return once(window);
    }
    return Optional.empty();
  }

  private static void weeklyHasAZone(Outline window) {
    Map<String, Object> weekly = Outline.word("", WEEKLY);
    Map<String, Object> once = Outline.word("", Scalars.MOMENT_PATTERN);
    Object zone = List.of("zone");
    window.also(
        "anyOf",
        List.of(
            Outline.object("properties", bothOf(weekly), "required", zone),
            Outline.object("properties", bothOf(once), "not", Outline.object("required", zone))));
  }

  private static Map<String, Object> bothOf(Map<String, Object> moment) {
    return Outline.object(Active.FROM, moment, Active.UNTIL, moment);
  }

  private static boolean isWeekly(Text text) {
    return text.value().matches(WEEKLY);
  }

  private static Optional<Window> weekly(Section window, Text from, Text until, ZoneId zone) {
    if (from.value().equals(until.value())) {
      window.source().error(until, "a time other than from");
      return Optional.empty();
    }
    return Optional.of(new Window.Weekly(moment(from), moment(until), zone));
  }

  private static Window.Moment moment(Text text) {
    String[] parts = text.value().split(" ");
    DayOfWeek day =
        Stream.of(DayOfWeek.values())
            .filter(d -> shortName(d).equals(parts[0]))
            .findFirst()
            .orElseThrow();
    return new Window.Moment(day, LocalTime.parse(parts[1]));
  }

  private static Optional<Window> once(Section window) {
    Optional<Instant> from = window.moment(Active.FROM);
    Optional<Instant> until = window.moment(Active.UNTIL);
    if (from.isEmpty() || until.isEmpty()) {
      return Optional.empty();
    }
    if (!from.get().isBefore(until.get())) {
      notAfter(window);
      return Optional.empty();
    }
    return Optional.of(new Window.Once(from.get(), until.get()));
  }

  private static Optional<ZoneId> zone(Section window, Text text) {
    try {
      if (ZoneId.getAvailableZoneIds().contains(text.value())) {
        return Optional.of(ZoneId.of(text.value()));
      }
      return Optional.of(ZoneOffset.of(text.value()));
    } catch (java.time.DateTimeException e) {
      window.source().error(text, ZONE);
      return Optional.empty();
    }
  }
}
