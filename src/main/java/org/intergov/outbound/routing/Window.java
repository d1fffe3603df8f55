package org.intergov.outbound.routing;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.TemporalAdjusters;
import java.util.Optional;

/** A stretch of time, once or every week. */
public sealed interface Window {

  /** Its end, if this moment is inside it: the first moment that is not. */
  Optional<Instant> endAt(Instant now);

  /**
   * Once.
   *
   * @param until the first moment after it
   */
  record Once(Instant from, Instant until) implements Window {

    @Override
    public Optional<Instant> endAt(Instant now) {
      return now.isBefore(from) || !now.isBefore(until) ? Optional.empty() : Optional.of(until);
    }
  }

  /**
   * Every week, by the clocks of a place. A time that the clocks skip in spring counts as that much
   * later; of a time that they show twice in autumn, the first begins and the second ends.
   *
   * @param until when it ends, less than a week after it began
   */
  record Weekly(Moment from, Moment until, ZoneId zone) implements Window {

    @Override
    public Optional<Instant> endAt(Instant now) {
      LocalDate today = now.atZone(zone).toLocalDate();
      LocalDate latest = today.with(TemporalAdjusters.previousOrSame(from.day()));
      return endOf(latest, now).or(() -> endOf(latest.minusWeeks(1), now));
    }

    private Optional<Instant> endOf(LocalDate begins, Instant now) {
      LocalDate ends = begins.with(TemporalAdjusters.nextOrSame(until.day()));
      if (until.day() == from.day() && !until.time().isAfter(from.time())) {
        ends = ends.plusWeeks(1);
      }
      Instant start = ZonedDateTime.of(begins, from.time(), zone).toInstant();
      Instant end =
          ZonedDateTime.of(ends, until.time(), zone).withLaterOffsetAtOverlap().toInstant();
      return new Once(start, end).endAt(now);
    }
  }

  /** A moment of the week: {@code Sun 02:00}. */
  record Moment(DayOfWeek day, LocalTime time) {}
}
