package org.intergov.outbound.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What an operator needs to see of all channels at a glance: first one line that says whether all
 * is well, then a row for each channel, trouble first. Fits into 120 columns.
 */
final class LaneReport {
  private static final int MOST_COLUMNS = 120;
  private static final int MOST_ID = 32;

  /** Whose oldest message waits for so long should not be passed over. */
  private static final long LATE_SECONDS = 300;

  private static final List<String> COLUMNS =
      List.of("channel", "state", "waiting", "sending", "oldest", "held", "why");

  private final PrintWriter out;

  LaneReport(PrintWriter out) {
    this.out = out;
  }

  /** How a channel is, the worst first. */
  private enum State {
    STOPPED("stopped", true),
    GONE("gone", true),
    FAILING("failing", true),
    PAUSED("paused", true),
    LATE("late", true),
    HELD("held", true),
    RESTING("resting", false),
    INACTIVE("inactive", false),
    OK("ok", false);

    private final String word;
    private final boolean trouble;

    State(String word, boolean trouble) {
      this.word = word;
      this.trouble = trouble;
    }

    static State of(JsonNode lane) {
      String state = lane.path("state").asText();
      if (state.equals("gone")) {
        return GONE;
      }
      if (state.equals("paused")) {
        return lane.path("paused_by").asText().equals("stop-after-refusals") ? STOPPED : PAUSED;
      }
      if (lane.path("circuit").asText("closed").equals("closed")) {
        return switch (state) {
          case "maintenance" -> RESTING;
          case "inactive" -> INACTIVE;
          default -> isLate(lane) ? LATE : lane.path("held").asLong() > 0 ? HELD : OK;
        };
      }
      return FAILING;
    }

    private static boolean isLate(JsonNode lane) {
      return lane.path("waiting").asLong() > 0
          && lane.path("oldest_seconds").asLong() >= LATE_SECONDS;
    }
  }

  private record Row(State state, JsonNode lane) {}

  void print(JsonNode lanes) {
    List<Row> rows = new ArrayList<>();
    lanes.forEach(lane -> rows.add(new Row(State.of(lane), lane)));
    rows.sort(Comparator.comparing(Row::state));
    out.println(headline(rows));
    if (!rows.isEmpty()) {
      out.println();
      // what does not fit of the last column is cut; --wide and --json have it
      new Table(out, COLUMNS, MOST_COLUMNS)
          .printCells(rows.stream().map(LaneReport::cells).toList());
    }
  }

  private static String headline(List<Row> rows) {
    long waiting = rows.stream().mapToLong(r -> r.lane().path("waiting").asLong()).sum();
    long held = rows.stream().mapToLong(r -> r.lane().path("held").asLong()).sum();
    long trouble = rows.stream().filter(r -> r.state().trouble).count();
    if (rows.isEmpty()) {
      return "the routing table has no channels";
    }
    String waits = count(waiting, "message") + (waiting == 1 ? " waits" : " wait");
    if (trouble == 0) {
      return "all is well: " + count(rows.size(), "channel") + ", " + waits;
    }
    String decide = held == 0 ? "" : "; " + count(held, "message") + " held, see dead-letters";
    return "%d of %s need%s attention; %s%s"
        .formatted(trouble, count(rows.size(), "channel"), trouble == 1 ? "s" : "", waits, decide);
  }

  private static String count(long number, String what) {
    return number + " " + what + (number == 1 ? "" : "s");
  }

  private static List<String> cells(Row row) {
    JsonNode lane = row.lane();
    long waiting = lane.path("waiting").asLong();
    return List.of(
        Table.cut(Table.cell(lane.path("id")), MOST_ID),
        row.state().word,
        String.valueOf(waiting),
        String.valueOf(lane.path("sending").asLong()),
        waiting == 0 ? "" : age(lane.path("oldest_seconds").asLong()),
        String.valueOf(lane.path("held").asLong()),
        why(row));
  }

  private static String why(Row row) {
    JsonNode lane = row.lane();
    return switch (row.state()) {
      case STOPPED -> text(lane, "paused_reason") + "; resume once that is fixed";
      case PAUSED -> "by " + text(lane, "paused_by") + after(": ", text(lane, "paused_reason"));
      case FAILING ->
          "%s; since %s%s"
              .formatted(
                  text(lane, "circuit_cause").isEmpty() ? "trouble" : text(lane, "circuit_cause"),
                  time(text(lane, "circuit_since")),
                  after(", next try ", time(text(lane, "next_probe_at")).replaceAll(".*T", "")));
      case LATE ->
          text(lane, "last_error").isEmpty()
              ? "takes messages more slowly than they come in"
              : "last error: " + text(lane, "last_error");
      case GONE -> "not in the table; deliveries still followed: " + lane.path("followed").asLong();
      case HELD -> "an operator must decide: dead-letters, then resolve or replay";
      case RESTING -> "maintenance until " + text(lane, "maintenance_until");
      case INACTIVE -> "outside the period that active sets in channels.yaml";
      case OK -> "";
    };
  }

  private static String text(JsonNode lane, String field) {
    return Table.cell(lane.path(field));
  }

  private static String after(String before, String text) {
    return text.isEmpty() ? "" : before + text;
  }

  /** To the second: {@code 2026-01-01T02:03:04.567Z} is {@code 2026-01-01T02:03:04Z}. */
  private static String time(String instant) {
    return instant.replaceAll("\\.\\d+Z$", "Z");
  }

  /** Two units at most, such as {@code 3h 5m}. */
  static String age(long seconds) {
    if (seconds < 60) {
      return seconds + "s";
    }
    if (seconds < 3_600) {
      return seconds / 60 + "m " + seconds % 60 + "s";
    }
    if (seconds < 86_400) {
      return seconds / 3_600 + "h " + seconds / 60 % 60 + "m";
    }
    return seconds / 86_400 + "d " + seconds / 3_600 % 24 + "h";
  }
}
