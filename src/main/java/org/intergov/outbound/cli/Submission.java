package org.intergov.outbound.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Sends batches of messages until the gateway has had its final word on each.
 *
 * <p>A batch may be sent more than once, even if its first reply was lost: every line has its
 * sender_ref, and the gateway answers 200 for a message it already has.
 */
final class Submission {
  private static final Set<Integer> NOT_NOW = Set.of(408, 429, 502, 503, 504);
  private static final int TOO_LARGE = 413;
  private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  private final ApiClient client;
  private final Duration retryFor;
  private final SubmitReport report;

  /** Lines in a batch; less than what was found to be too large. */
  private int most = Integer.MAX_VALUE;

  /**
   * @param retryFor how long to go on without any message settled
   */
  Submission(ApiClient client, Duration retryFor, SubmitReport report) {
    this.client = client;
    this.retryFor = retryFor;
    this.report = report;
  }

  /**
   * Sends a batch.
   *
   * @return false if it had to stop with messages of this batch not settled; the report knows
   */
  boolean send(List<Line> batch) {
    if (batch.size() > most) {
      return sendHalves(batch);
    }
    List<Line> open = batch;
    boolean mayBeStored = false;
    boolean firstTime = true;
    Duration pause = FIRST_PAUSE;
    long givingUpAt = System.nanoTime() + retryFor.toNanos();
    while (true) {
      Duration wait = pause;
      String why;
      try {
        HttpResponse<String> response = client.postLines("/messages", joined(open));
        int status = response.statusCode();
        if (status == 200) {
          List<Line> left = settle(open, response.body());
          if (left.isEmpty()) {
            return true;
          }
          if (left.size() < open.size()) {
            givingUpAt = System.nanoTime() + retryFor.toNanos();
            wait = FIRST_PAUSE;
          }
          open = left;
          why = "the gateway has not taken " + left.size() + " messages yet";
        } else {
          why = client.problem(response);
          if (status == TOO_LARGE && open.size() > 1) {
            most = open.size() / 2;
            return sendHalves(open);
          }
          if (!NOT_NOW.contains(status)) {
            report.stopped(open.get(0), why, mayBeStored);
            return false;
          }
        }
        wait = retryAfter(response, wait);
      } catch (IOException e) {
        mayBeStored |= open.stream().anyMatch(Line::refAssigned);
        why = client.unreachable(e);
      }
      if (System.nanoTime() + wait.toNanos() - givingUpAt > 0) {
        report.stopped(open.get(0), why, mayBeStored);
        return false;
      }
      report.retrying(why, firstTime, retryFor);
      firstTime = false;
      sleep(wait);
      pause =
          pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause.plus(pause);
    }
  }

  /** A proxy takes no body of that size: nginx passes 1 MB on unless told otherwise. */
  private boolean sendHalves(List<Line> batch) {
    int half = batch.size() / 2;
    return send(batch.subList(0, half)) && send(batch.subList(half, batch.size()));
  }

  /** Reports every final result; gives back the lines that have none. */
  private List<Line> settle(List<Line> sent, String results) {
    Line[] open = sent.toArray(Line[]::new);
    results.lines().filter(line -> !line.isBlank()).forEach(text -> settle(open, text, sent));
    List<Line> left = new ArrayList<>();
    for (Line line : open) {
      if (line != null) {
        left.add(line);
      }
    }
    return left;
  }

  private void settle(Line[] open, String text, List<Line> sent) {
    JsonNode result;
    try {
      result = MessageJson.JSON.readTree(text);
    } catch (JsonProcessingException cutOff) {
      return;
    }
    int index = result.path("line").asInt() - 1;
    int status = result.path("status").asInt();
    boolean known = index >= 0 && index < open.length && open[index] != null && status != 0;
    if (known && !NOT_NOW.contains(status)) {
      open[index] = null;
      report.settled(sent.get(index), status, result);
    }
  }

  private static byte[] joined(List<Line> lines) {
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    for (Line line : lines) {
      joined.writeBytes(line.json());
      joined.write('\n');
    }
    return joined.toByteArray();
  }

  private static Duration retryAfter(HttpResponse<String> response, Duration otherwise) {
    return response
        .headers()
        .firstValue("Retry-After")
        .filter(value -> value.matches("\\d{1,6}"))
        .map(value -> Duration.ofSeconds(Long.parseLong(value)))
        .orElse(otherwise);
  }

  private static void sleep(Duration howLong) {
    try {
      Thread.sleep(howLong.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailedException("interrupted while waiting to submit again", e);
    }
  }
}
