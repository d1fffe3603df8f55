package org.intergov.outbound.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/** One run of the demo: submit, watch, judge. */
final class DemoRun {
  private static final int BATCH = 1_000;
  private static final Duration OUTAGE = Duration.ofSeconds(3);

  private final ApiClient api;
  private final DemoChannels channels;
  private final PrintWriter out;

  /** How many of a kind there are, have ended, and have ended as they should. */
  private static final class Tally {
    private int submitted;
    private int ended;
    private int good;
  }

  DemoRun(ApiClient api, DemoChannels channels, PrintWriter out) {
    this.api = api;
    this.channels = channels;
    this.out = out;
  }

  /** Returns whether every message ended as it should. */
  boolean play(int messages, Duration timeout) throws IOException {
    long begun = System.nanoTime();
    submit(messages);
    out.printf(Locale.ROOT, "%d messages submitted in %.1f s%n", messages, seconds(begun));
    boolean recovered = false;
    long last = 0;
    Map<DemoKind, Tally> tallies;
    while (true) {
      if (!recovered && System.nanoTime() - begun > OUTAGE.toNanos()) {
        channels.recover();
        recovered = true;
        out.println("channel de-customs is back");
      }
      tallies = tally(messages);
      int ended = tallies.values().stream().mapToInt(t -> t.ended).sum();
      if (System.nanoTime() - last > Duration.ofSeconds(1).toNanos() || ended == messages) {
        out.printf(Locale.ROOT, "%6.1f s  %d of %d have ended%n", seconds(begun), ended, messages);
        out.flush();
        last = System.nanoTime();
      }
      if (ended == messages || System.nanoTime() - begun > timeout.toNanos()) {
        break;
      }
      LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
    }
    return judge(tallies, messages, seconds(begun));
  }

  private void submit(int messages) throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < messages; i++) {
      DemoKind kind = DemoKind.of(i);
      lines.append(
          """
          {"sender":"AU","receiver":"%s","subject":"%s","obj":"demo-object-%d",\
          "predicate":"UN.CEFACT.Trade.CertificateOfOrigin.created","sender_ref":"demo-%d"}
          """
              .formatted(kind.receiver, kind.subject(i), i, i));
      if ((i + 1) % BATCH == 0 || i + 1 == messages) {
        HttpResponse<String> answer =
            api.postLines("/messages", lines.toString().getBytes(StandardCharsets.UTF_8));
        if (answer.statusCode() != 200 || answer.body().contains("\"errors\"")) {
          throw new CommandFailedException("the demo's messages were not taken: " + answer.body());
        }
        lines.setLength(0);
      }
    }
  }

  private Map<DemoKind, Tally> tally(int messages) {
    Map<DemoKind, Tally> tallies = new EnumMap<>(DemoKind.class);
    for (DemoKind kind : DemoKind.values()) {
      tallies.put(kind, new Tally());
    }
    String after = "0";
    do {
      JsonNode page = api.get("/messages?limit=1000&after=" + after);
      page.get("messages").forEach(m -> count(tallies, m));
      after = page.get("next").isNull() ? null : page.get("next").asText();
    } while (after != null);
    return tallies;
  }

  private static void count(Map<DemoKind, Tally> tallies, JsonNode m) {
    int number = Integer.parseInt(m.get("sender_ref").asText().substring("demo-".length()));
    DemoKind kind = DemoKind.of(number);
    Tally tally = tallies.get(kind);
    String status = m.get("status").asText();
    String delivery = m.get("delivery").get("status").asText();
    tally.submitted++;
    if (!status.equals("pending") || delivery.equals("held")) {
      tally.ended++;
      boolean good =
          status.equals(kind.status)
              && delivery.equals(kind.delivery)
              && (kind.reason == null || kind.reason.equals(m.get("reason").asText()))
              && (kind.channel == null || kind.channel.equals(m.get("channel_id").asText()));
      tally.good += good ? 1 : 0;
    }
  }

  private boolean judge(Map<DemoKind, Tally> tallies, int messages, double seconds) {
    out.println();
    String row = "%-32s %-9s %-26s %9s %9s%n";
    out.printf(row, "what happens", "receiver", "should end", "messages", "correct");
    int good = 0;
    for (DemoKind kind : DemoKind.values()) {
      Tally t = tallies.get(kind);
      String end = kind.delivery + (kind.reason == null ? "" : " (" + kind.reason + ")");
      String by = kind.status.equals("accepted") ? " by " + kind.channel : "";
      out.printf(row, kind.story, kind.receiver, end + by, t.submitted, t.good);
      good += t.good;
    }
    long duplicates = channels.duplicates();
    out.println();
    out.printf(
        Locale.ROOT,
        "%d of %d messages ended as they should; %d posts, %d delivered twice; %.1f s, %.0f"
            + " messages/s including the outage%n",
        good,
        messages,
        channels.posts(),
        duplicates,
        seconds,
        messages / seconds);
    out.flush();
    return good == messages && duplicates == 0;
  }

  private static double seconds(long since) {
    return (System.nanoTime() - since) / 1e9;
  }
}
