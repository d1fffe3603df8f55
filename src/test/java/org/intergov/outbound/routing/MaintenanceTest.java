package org.intergov.outbound.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.intergov.outbound.config.InvalidChannelsException;
import org.intergov.outbound.config.channels.Tables;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Windows of maintenance: weeks, midnights, and clocks that are changed. */
class MaintenanceTest {
  @TempDir Path folder;

  private Maintenance maintenance(String windows) throws InvalidChannelsException {
    return Tables.table(folder, "a | match: { receiver: SG }, maintenance: " + windows)
        .channels()
        .get(0)
        .schedule()
        .maintenance();
  }

  private Maintenance weekly(String from, String until, String zone) throws Exception {
    return maintenance("{ from: %s, until: %s, zone: %s }".formatted(from, until, zone));
  }

  @ParameterizedTest
  @CsvSource({
    // 2026-06-07 is a Sunday, and Sydney is at +10:00
    "Sun 02:00, Sun 04:00, Australia/Sydney, 2026-06-06T15:59:59Z, ",
    "Sun 02:00, Sun 04:00, Australia/Sydney, 2026-06-06T16:00:00Z, 2026-06-06T18:00:00Z",
    "Sun 02:00, Sun 04:00, Australia/Sydney, 2026-06-06T17:59:59Z, 2026-06-06T18:00:00Z",
    "Sun 02:00, Sun 04:00, Australia/Sydney, 2026-06-06T18:00:00Z, ",
    // over midnight, over the end of the week, and nearly a whole week
    "Wed 23:30, Thu 00:30, UTC, 2026-06-10T23:45:00Z, 2026-06-11T00:30:00Z",
    "Wed 23:30, Thu 00:30, UTC, 2026-06-11T00:15:00Z, 2026-06-11T00:30:00Z",
    "Sat 22:00, Mon 06:00, UTC, 2026-06-08T05:00:00Z, 2026-06-08T06:00:00Z",
    "Sun 22:00, Mon 06:00, +02:00, 2026-06-07T20:00:00Z, 2026-06-08T04:00:00Z",
    "Mon 08:00, Mon 07:00, UTC, 2026-06-08T06:59:00Z, 2026-06-08T07:00:00Z",
    "Mon 08:00, Mon 07:00, UTC, 2026-06-08T07:30:00Z, ",
    "Mon 08:00, Mon 07:00, UTC, 2026-06-08T08:00:00Z, 2026-06-15T07:00:00Z",
    // Berlin, 2026-03-29: 02:00 becomes 03:00; what is skipped counts as an hour later
    "Sun 01:30, Sun 03:30, Europe/Berlin, 2026-03-29T00:30:00Z, 2026-03-29T01:30:00Z",
    "Sun 02:00, Sun 04:00, Europe/Berlin, 2026-03-29T00:59:59Z, ",
    "Sun 02:00, Sun 04:00, Europe/Berlin, 2026-03-29T01:00:00Z, 2026-03-29T02:00:00Z",
    "Sun 02:30, Sun 02:45, Europe/Berlin, 2026-03-29T01:30:00Z, 2026-03-29T01:45:00Z",
    // Berlin, 2026-10-25: 02:00 to 03:00 comes twice; the first begins, the second ends
    "Sun 02:30, Sun 03:30, Europe/Berlin, 2026-10-25T00:30:00Z, 2026-10-25T02:30:00Z",
    "Sun 01:30, Sun 02:30, Europe/Berlin, 2026-10-25T01:15:00Z, 2026-10-25T01:30:00Z",
    "Sun 01:30, Sun 02:30, Europe/Berlin, 2026-10-25T01:30:00Z, "
  })
  void a_weekly_window_goes_by_the_clocks_of_its_place(
      String from, String until, String zone, Instant now, Instant end) throws Exception {
    Maintenance maintenance = weekly(from, until, zone);

    if (end == null) {
      assertThat(maintenance.endAt(now)).isEmpty();
    } else {
      assertThat(maintenance.endAt(now)).contains(end);
    }
  }

  @Test
  void every_moment_of_a_year_is_inside_or_outside_as_the_clocks_of_the_place_say()
      throws Exception {
    Maintenance maintenance = weekly("Sat 23:15", "Sun 00:45", "America/New_York");
    java.time.ZoneId zone = java.time.ZoneId.of("America/New_York");
    Instant now = Instant.parse("2026-01-01T00:00:00Z");
    List<java.time.ZonedDateTime> wrong = new ArrayList<>();
    for (int i = 0; i < 365 * 96; i++) {
      java.time.ZonedDateTime local = now.atZone(zone);
      int minute = local.getHour() * 60 + local.getMinute();
      boolean inside =
          switch (local.getDayOfWeek()) {
            case SATURDAY -> minute >= 23 * 60 + 15;
            case SUNDAY -> minute < 45;
            default -> false;
          };
      if (maintenance.endAt(now).isPresent() != inside) {
        wrong.add(local);
      }
      now = now.plus(Duration.ofMinutes(15));
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void a_window_of_once_begins_and_ends_at_its_moments() throws Exception {
    Maintenance maintenance =
        maintenance("[ { from: '2026-12-24T20:00:00+01:00', until: 2026-12-26T00:00:00Z } ]");

    assertThat(maintenance.endAt(Instant.parse("2026-12-24T18:59:59Z"))).isEmpty();
    assertThat(maintenance.endAt(Instant.parse("2026-12-24T19:00:00Z")))
        .contains(Instant.parse("2026-12-26T00:00:00Z"));
    assertThat(maintenance.endAt(Instant.parse("2026-12-26T00:00:00Z"))).isEmpty();
  }

  @Test
  void windows_of_more_than_a_week_end_with_the_last_that_follows() throws Exception {
    String fortnight = "{ from: 2026-12-20T00:00:00Z, until: 2027-01-03T00:00:00Z }";
    Instant inside = Instant.parse("2026-12-21T00:00:00Z");
    String next = "{ from: 2027-01-03T00:00:00Z, until: 2027-01-04T00:00:00Z }";

    assertThat(maintenance("[ " + fortnight + ", " + next + " ]").endAt(inside))
        .contains(Instant.parse("2027-01-04T00:00:00Z"));
    // 2027-01-03 is a Sunday
    assertThat(
            maintenance("[ { from: Sun 00:00, until: Sun 06:00, zone: UTC }, " + fortnight + " ]")
                .endAt(inside))
        .contains(Instant.parse("2027-01-03T06:00:00Z"));
  }

  @Test
  void windows_that_follow_upon_each_other_end_with_the_last() throws Exception {
    Maintenance maintenance =
        maintenance(
            "[ { from: Sun 02:00, until: Sun 04:00, zone: UTC },"
                + " { from: Sun 03:00, until: Sun 05:00, zone: UTC },"
                + " { from: 2026-06-07T05:00:00Z, until: 2026-06-07T09:00:00Z } ]");

    assertThat(maintenance.endAt(Instant.parse("2026-06-07T02:00:00Z")))
        .contains(Instant.parse("2026-06-07T09:00:00Z"));
    assertThat(maintenance.endAt(Instant.parse("2026-06-14T02:00:00Z")))
        .contains(Instant.parse("2026-06-14T05:00:00Z"));
    assertThat(maintenance.endAt(Instant.parse("2026-06-14T03:30:00Z")))
        .contains(Instant.parse("2026-06-14T05:00:00Z"));
  }
}
