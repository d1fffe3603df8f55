package org.intergov.outbound.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Channels that are broken, busy, or to be given only so much. */
@Execution(ExecutionMode.CONCURRENT)
class ProtectionIT {
  private static final PostgresServer POSTGRES = PostgresServer.shared();

  /** What docs/CHANNELS.md allows beyond an even spread. */
  private static final double BURST_SECONDS = 0.1;

  private static final TestChannel BREAKING = new TestChannel();
  private static final TestChannel BROKEN = new TestChannel();
  private static final TestChannel BACKUP = new TestChannel();
  private static final TestChannel BUSY = new TestChannel();
  private static final TestChannel RATED = new TestChannel();

  @RegisterExtension
  static final GatewayExtension GATEWAY =
      GatewayExtension.named("protection")
          .with(BREAKING, BROKEN, BACKUP, BUSY, RATED)
          .channels(
              """
              defaults:
                retry: { attempts: 1000, first-delay: 100ms, factor: 2, max-delay: 500ms }
                poll: { first-after: 100ms, every: 1s }
              channels:
                - id: sg-breaking
                  match: { receiver: SG }
                  kind: http
                  concurrency: 4
                  circuit: { window: 4, minimum: 4, wait: 500ms, max-wait: 1s }
                  parameters: { url: "%s" }
                - id: gb-broken
                  match: { receiver: GB }
                  kind: http
                  concurrency: 2
                  circuit: { window: 2, minimum: 2, max-wait: 5s, fail-over-after: 1s }
                  parameters: { url: "%s" }
                - id: gb-backup
                  match: { receiver: GB }
                  kind: http
                  parameters: { url: "%s" }
                - id: jp-busy
                  match: { receiver: JP }
                  kind: http
                  concurrency: 1
                  parameters: { url: "%s" }
                - { id: nz-50, match: { receiver: NZ }, kind: http, rate: 50/s,
                    parameters: { url: "%5$s" } }
                - { id: fr-30, match: { receiver: FR }, kind: http, rate: 30/min,
                    parameters: { url: "%5$s" } }
                - { id: de-2000, match: { receiver: DE }, kind: http, rate: 2000/s,
                    parameters: { url: "%5$s" }, concurrency: 64 }
              """
                  .formatted(BREAKING.url(), BROKEN.url(), BACKUP.url(), BUSY.url(), RATED.url()));

  private static final Api API = GATEWAY.api();

  @Test
  void a_channel_that_is_down_opens_its_circuit_and_some_messages_find_out_that_it_is_back() {
    API.awaitStatus(API.submit(Sent.to("SG", "before-the-outage")), "accepted");
    BREAKING.refuseConnections();
    List<Sent> waiting = API.submit(Sent.many("SG", "during-the-outage", 60));
    await("several probes have failed").until(() -> probes("sg-breaking") >= 3);
    JsonNode lane = lane("sg-breaking");
    assertThat(lane.path("circuit").asText()).isIn("open", "half-open");
    assertThat(lane.path("circuit_cause").asText()).contains("no connection to 127.0.0.1:");
    assertThat(Instant.parse(lane.path("circuit_since").asText())).isBefore(Instant.now());

    BREAKING.open();
    for (Sent message : waiting) {
      API.awaitStatus(message, "accepted");
    }
    List<TestChannel.Post> posts = BREAKING.posts();
    assertThat(posts).hasSize(1 + waiting.size());
    assertThat(lane("sg-breaking").path("circuit").asText()).isEqualTo("closed");
    assertThat(lane("sg-breaking").path("circuit_cause").isNull()).isTrue();
    // those that were under way when it opened, and five for each time it was tried
    assertThat(events("sg-breaking").get("unavailable"))
        .isLessThanOrEqualTo(8 + 5 * probes("sg-breaking"));
    assertThat(GATEWAY.process().log())
        .contains("channel sg-breaking: circuit open: ", "channel sg-breaking: circuit closed");
  }

  @Test
  void what_waits_for_a_broken_channel_moves_to_the_next_without_an_attempt() {
    BROKEN.refuseConnections();
    List<Sent> messages = API.submit(Sent.many("GB", "moves-on", 40));
    for (Sent message : messages) {
      API.awaitStatus(message, "accepted");
    }
    assertThat(BACKUP.taken()).isEqualTo(messages.size());
    assertThat(events("gb-backup")).containsEntry("failed_over", 40L);
    assertThat(events("gb-broken").get("unavailable"))
        .isLessThanOrEqualTo(4 + 5 * probes("gb-broken"));
  }

  @Test
  void a_message_whose_answer_asks_to_wait_is_not_sent_again_before_then() {
    Duration wait = Duration.ofSeconds(2);
    BUSY.otherwise(
        post ->
            BUSY.posts().size() <= 3
                ? Reply.status(429, "Retry-After", String.valueOf(wait.toSeconds()))
                : Reply.accept());
    List<Sent> messages = API.submit(Sent.many("JP", "please-wait", 5));
    for (Sent message : messages) {
      API.awaitStatus(message, "accepted");
    }
    assertThat(BUSY.posts()).hasSize(8);
    int again = 0;
    for (Sent message : messages) {
      List<TestChannel.Post> posts = BUSY.posts(message);
      if (posts.size() > 1) {
        assertThat(Duration.between(posts.get(0).at(), posts.get(1).at()))
            .isGreaterThanOrEqualTo(wait);
        again++;
      }
    }
    assertThat(again).isEqualTo(3);
    assertThat(events("jp-busy")).containsEntry("unavailable", 3L);
  }

  @Test
  @Tag("thorough")
  void no_channel_is_given_more_than_its_rate() {
    Instant start = Instant.now();
    API.submit(Sent.many("FR", "slow", 3));
    API.submit(Sent.many("DE", "fast", 3_000));
    API.submit(Sent.many("NZ", "medium", 200));
    await("all have arrived").until(() -> RATED.posts().size() == 3_203);
    Instant afterARest = Instant.now();
    API.submit(Sent.many("NZ", "rested", 100));
    await("these, too").until(() -> RATED.posts().size() == 3_303);

    withinItsRate("AU.slow", start, 0.5);
    withinItsRate("AU.medium", start, 50);
    withinItsRate("AU.fast", start, 2_000);
    withinItsRate("AU.rested", afterARest, 50);
    assertThat(RATED.repeated()).isEmpty();
  }

  /**
   * From the moment before they were submitted to the arrival of each there are no more than the
   * rate and its burst allow: what a tenth of a second brings, and one. One that arrives late, on a
   * busy machine, only makes that time longer.
   */
  private static void withinItsRate(String subjects, Instant since, double perSecond) {
    List<Instant> arrived =
        RATED.posts().stream()
            .filter(p -> p.subject().startsWith(subjects))
            .map(TestChannel.Post::at)
            .sorted()
            .toList();
    for (int n = 1; n <= arrived.size(); n++) {
      double seconds = Duration.between(since, arrived.get(n - 1)).toNanos() / 1e9;
      assertThat((double) n)
          .as("%s in %.3f s", subjects, seconds)
          .isLessThanOrEqualTo(perSecond * (seconds + BURST_SECONDS) + 1);
    }
    assertThat(arrived).as("some were there to be looked at").hasSizeGreaterThan(2);
  }

  @Test
  void what_expires_in_a_paused_lane_is_rejected() throws SQLException {
    call("/channels/gb-backup/pause?reason=their%20migration");
    POSTGRES.execute(
        "protection",
        "INSERT INTO intergov.delivery_outbox (sender, sender_ref, receiver, subject, obj,"
            + " predicate, channel_id, expires_at)"
            + " VALUES ('AU', 'too-late', 'GB', 'AU.too-late', 'Qm', 'UN.CEFACT.Trade.created',"
            + " 'gb-backup', now() + interval '1 second')");
    await("it is rejected")
        .until(() -> POSTGRES.lake("protection").getOrDefault("rejected", 0L) == 1);
    JsonNode lane = lane("gb-backup");
    assertThat(lane.path("state").asText()).isEqualTo("paused");
    assertThat(lane.path("paused_reason").asText()).isEqualTo("their migration");
    assertThat(lane.path("paused_by").asText()).startsWith("api ");
    call("/channels/gb-backup/resume");
  }

  private static void call(String path) {
    assertThat(API.call("POST", path, null, null).status()).isEqualTo(200);
  }

  private static JsonNode lane(String id) {
    return StreamSupport.stream(API.get("/channels").json().spliterator(), false)
        .filter(l -> l.path("id").asText().equals(id))
        .findFirst()
        .orElseThrow();
  }

  private static long probes(String channel) {
    String line = "channel " + channel + ": circuit half open";
    return GATEWAY.process().log().lines().filter(l -> l.contains(line)).count();
  }

  private static Map<String, Long> events(String channel) {
    return POSTGRES.counts(
        "protection",
        "SELECT event, count(*) FROM intergov.delivery_status WHERE channel_id = '"
            + channel
            + "' GROUP BY 1");
  }
}
