package org.intergov.outbound.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Sizes, times and references in the routing table of a running gateway. */
@Execution(ExecutionMode.CONCURRENT)
class RulesIT {
  private static final String END = "2126-01-01T00:00:00Z";

  private final TestChannel channel = new TestChannel();
  private final Instant soon =
      Instant.now().plus(Duration.ofSeconds(10)).truncatedTo(ChronoUnit.SECONDS);

  @RegisterExtension
  final GatewayExtension gateway =
      GatewayExtension.named("rules")
          .with(channel)
          .channels(
              """
              defaults:
                poll: { first-after: 100ms, every: 500ms }
              channels:
                - id: over
                  match: { receiver: "*" }
                  active: { until: 2020-01-01T00:00:00Z }
                  kind: http
                  parameters: { url: "%1$s" }
                - id: sg-small
                  match: { receiver: SG, size: { at-most: 500B } }
                  screen: { deny: { sender_ref: night.* } }
                  kind: http
                  parameters: { url: "%1$s" }
                - id: sg-rest
                  match: { receiver: SG }
                  kind: http
                  parameters: { url: "%1$s" }
                - id: gb-rests
                  match: { receiver: GB }
                  maintenance: [ { from: 2020-01-01T00:00:00Z, until: %3$s } ]
                  kind: http
                  parameters: { url: "%1$s" }
                - id: nz-soon
                  match: { receiver: NZ }
                  maintenance: [ { from: 2020-01-01T00:00:00Z, until: %2$s } ]
                  kind: http
                  parameters: { url: "%1$s" }
              """
                  .formatted(channel.url(), soon, END));

  @Test
  void messages_go_by_size_reference_and_time_and_wait_for_maintenance_to_end() {
    Api api = gateway.api();
    Sent waits = api.submit(Sent.to("GB", "waits"));
    Sent waitsLess = api.submit(Sent.to("NZ", "waits-less"));
    Sent small = api.submit(Sent.to("SG", "small"));
    Sent large = api.submit(Sent.to("SG", "large").obj("o".repeat(256)).predicate("p".repeat(200)));
    Sent night = api.submit(Sent.to("SG", "night.1"));
    Sent nowhere = api.submit(Sent.to("FR", "nowhere"));

    api.awaitStatus(List.of(small, large, night), "accepted");
    api.awaitStatus(nowhere, "rejected");
    assertThat(api.message(small).path("channel_id").asText()).isEqualTo("sg-small");
    assertThat(api.message(large).path("channel_id").asText()).isEqualTo("sg-rest");
    assertThat(api.message(night).path("channel_id").asText()).isEqualTo("sg-rest");
    assertThat(api.event(nowhere, "no_route").path("detail").asText())
        .endsWith("; over does, but is no longer active since 2020-01-01T00:00:00Z");

    JsonNode lane = lane(api, "gb-rests");
    assertThat(lane.path("state").asText()).isEqualTo("maintenance");
    assertThat(lane.path("maintenance_until").asText()).isEqualTo(END);
    assertThat(lane.path("waiting").asInt()).isEqualTo(1);
    assertThat(lane(api, "over").path("state").asText()).isEqualTo("inactive");
    assertThat(channel.posts(waits)).isEmpty();
    explains(api, waits);

    await().untilAsserted(() -> assertThat(api.status(waitsLess)).isEqualTo("accepted"));
    Instant posted = Instant.parse(api.event(waitsLess, "posted").path("at").asText());
    assertThat(posted).isAfterOrEqualTo(soon);
    assertThat(lane(api, "nz-soon").path("state").asText()).isEqualTo("open");
    assertThat(api.events(waitsLess)).startsWith("submitted", "posted", "confirmed", "accepted");
    assertThat(channel.posts(waits)).isEmpty();
  }

  private static void explains(Api api, Sent waits) {
    assertThat(api.call("POST", "/channels/gb-rests/pause", null, new byte[0]).status())
        .isEqualTo(200);
    JsonNode now = explain(api, waits, "");
    assertThat(now.path("channel").asText()).isEqualTo("gb-rests");
    JsonNode entry = now.at("/entries/3");
    assertThat(entry.path("verdict").asText()).isEqualTo("carries");
    assertThat(entry.path("waits_until").asText()).isEqualTo(END);
    assertThat(entry.path("paused_by").asText()).startsWith("api ");
    assertThat(now.at("/entries/0/verdict").asText()).isEqualTo("inactive");
    assertThat(explain(api, waits, "?at=2019-12-31T23:59:59Z").path("channel").asText())
        .isEqualTo("over");
    assertThat(api.call("POST", "/explain?at=noon", "application/json", new byte[0]).status())
        .isEqualTo(400);
    api.call("POST", "/channels/gb-rests/resume", null, new byte[0]);
  }

  private static JsonNode explain(Api api, Sent message, String query) {
    byte[] body = message.json().getBytes(StandardCharsets.UTF_8);
    return api.call("POST", "/explain" + query, "application/json", body).json();
  }

  private static JsonNode lane(Api api, String id) {
    return StreamSupport.stream(api.get("/channels").json().spliterator(), false)
        .filter(lane -> lane.path("id").asText().equals(id))
        .findFirst()
        .orElseThrow();
  }
}
