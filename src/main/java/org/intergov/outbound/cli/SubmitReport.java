package org.intergov.outbound.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Locale;

/** Counts what became of the messages of one input, and says at once what is wrong with them. */
final class SubmitReport {
  private final String file;
  private final Progress progress;
  private final long startedNanos = System.nanoTime();
  private long submitted;
  private long alreadyThere;
  private long invalid;
  private long retries;
  private long stoppedAtLine;

  SubmitReport(String file, Progress progress) {
    this.file = file;
    this.progress = progress;
  }

  /** A message that is not sent at all. */
  void notSendable(Line line) {
    invalid++;
    say(line, line.problem().field(), line.problem().rule(), line.problem().detail());
  }

  /**
   * The gateway's final word on a message.
   *
   * @param result its result line
   */
  void settled(Line line, int status, JsonNode result) {
    if (status == 201 || (status == 200 && line.refAssigned())) {
      submitted++;
    } else if (status == 200) {
      alreadyThere++;
    } else {
      invalid++;
      JsonNode errors = result.path("errors");
      for (JsonNode error : errors) {
        say(line, text(error, "field"), text(error, "rule"), text(error, "detail"));
      }
      if (errors.isEmpty()) {
        say(line, "message", "status", "the gateway answered " + status);
      }
    }
  }

  /** A batch could not be sent, or not all of it was taken; it is sent again. */
  void retrying(String why, boolean firstTime, Duration retryFor) {
    retries++;
    if (firstTime) {
      progress.say(why + "; trying again for up to " + retryFor.toSeconds() + " s");
    }
  }

  /** Nothing from this line on was submitted, or nobody knows. */
  void stopped(Line line, String why, boolean mayBeStored) {
    stoppedAtLine = line.number();
    progress.say(
        file + ":" + line.number() + ": stopped: " + why + "; submit again from this line on");
    if (mayBeStored) {
      progress.say(
          "messages without a sender_ref that were being sent may be stored: check before you"
              + " submit them again");
    }
  }

  long handled() {
    return submitted + alreadyThere + invalid;
  }

  int exitCode() {
    return invalid == 0 && stoppedAtLine == 0 ? Cli.DONE : Cli.FAILED;
  }

  String summary() {
    String stop = stoppedAtLine == 0 ? "" : ", stopped at line " + stoppedAtLine;
    return String.format(
        Locale.ROOT,
        "%d submitted, %d already there, %d invalid%s, in %.1f s",
        submitted,
        alreadyThere,
        invalid,
        stop,
        seconds());
  }

  String json() {
    ObjectNode json =
        JsonNodeFactory.instance
            .objectNode()
            .put("submitted", submitted)
            .put("already_there", alreadyThere)
            .put("invalid", invalid)
            .put("retries", retries)
            .put("seconds", Math.round(seconds() * 1000) / 1000.0);
    if (stoppedAtLine > 0) {
      json.put("stopped_at_line", stoppedAtLine);
    }
    return json.toString();
  }

  private double seconds() {
    return (System.nanoTime() - startedNanos) / 1e9;
  }

  private void say(Line line, String field, String rule, String detail) {
    String words = field + ": " + rule + ": " + detail;
    progress.say(file + ":" + line.number() + ": " + Table.printable(words));
  }

  private static String text(JsonNode error, String name) {
    return error.path(name).asText("?");
  }
}
