package org.intergov.outbound.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Many messages, a channel that does what it should. */
class SmoothIT {
  private static final int MESSAGES = 2_000;
  private static final Set<String> ALLOWED_HEADERS =
      Set.of(
          "accept-encoding",
          "host",
          "accept",
          "content-type",
          "content-length",
          "idempotency-key",
          "connection",
          "user-agent");

  private static final PostgresServer POSTGRES = PostgresServer.shared();
  private static final TestChannel CHANNEL = new TestChannel();

  @RegisterExtension
  static final GatewayExtension GATEWAY =
      GatewayExtension.named("smooth")
          .with(CHANNEL)
          .channels(
              """
              channels:
                - id: sg-shared-db
                  match: { receiver: SG, predicate: UN.CEFACT.* }
                  kind: http
                  parameters: { url: "%s" }
                  poll: { first-after: 100ms, every: 1s }
              """
                  .formatted(CHANNEL.url()));

  private static List<Sent> messages;

  @BeforeAll
  static void submitAll() {
    messages = GATEWAY.api().submit(Sent.many("SG", "smooth", MESSAGES));
    await("all are accepted")
        .pollInterval(Duration.ofMillis(200))
        .untilAsserted(
            () ->
                assertThat(POSTGRES.lake("smooth")).isEqualTo(Map.of("accepted", (long) MESSAGES)));
  }

  @Test
  void each_message_is_posted_exactly_once_under_its_reference() {
    assertThat(CHANNEL.posts()).hasSize(MESSAGES);
    Set<String> keys =
        CHANNEL.posts().stream().map(TestChannel.Post::key).collect(Collectors.toSet());
    Set<String> references = messages.stream().map(Sent::reference).collect(Collectors.toSet());
    assertThat(keys).isEqualTo(references);
    assertThat(CHANNEL.duplicates()).isEmpty();
  }

  @Test
  void the_channel_gets_the_five_fields_as_they_were_submitted_and_nothing_else() {
    assertThat(CHANNEL.complaints()).isEmpty();
    Set<String> sent = new HashSet<>();
    messages.forEach(
        m -> {
          var node = m.node();
          node.remove("sender_ref");
          sent.add(node.toString());
        });
    Set<String> got =
        CHANNEL.posts().stream().map(p -> p.body().toString()).collect(Collectors.toSet());
    assertThat(got).isEqualTo(sent);
  }

  @Test
  void no_stray_header_leaks_into_the_channel() {
    assertThat(ALLOWED_HEADERS).containsAll(CHANNEL.headerNames());
    assertThat(CHANNEL.posts())
        .allSatisfy(p -> assertThat(p.headers()).containsEntry("content-type", "application/json"));
  }

  @Test
  void each_journal_tells_the_story_in_order() {
    assertThat(POSTGRES.stories("smooth"))
        .isEqualTo(Map.of("submitted, posted, confirmed, accepted", (long) MESSAGES));
  }

  @Test
  void a_user_sees_message_and_journal_with_the_channels_number_as_its_transaction() {
    Sent last = messages.get(MESSAGES - 1);
    var message = GATEWAY.api().message(last);
    assertThat(message.path("status").asText()).isEqualTo("accepted");
    assertThat(message.path("channel_id").asText()).isEqualTo("sg-shared-db");
    assertThat(message.path("channel_txn_id").asText()).matches("[0-9]+");
    assertThat(message.path("reference").asText()).isEqualTo(last.reference());
    assertThat(GATEWAY.api().events(last))
        .containsExactly("submitted", "posted", "confirmed", "accepted");
    var posted = GATEWAY.api().event(last, "posted");
    assertThat(posted.path("channel_txn_id")).isEqualTo(message.path("channel_txn_id"));
    assertThat(posted.path("attempt").asInt()).isEqualTo(1);
  }

  @Test
  void pages_hold_every_message_once() {
    Set<String> seen = new HashSet<>();
    String next = "0";
    int read = 0;
    while (next != null) {
      var page = GATEWAY.api().get("/messages?status=accepted&limit=1000&after=" + next).json();
      page.path("messages").forEach(m -> seen.add(m.path("reference").asText()));
      read += page.path("messages").size();
      next = page.path("next").isNull() ? null : page.path("next").asText();
    }
    assertThat(read).isEqualTo(MESSAGES);
    assertThat(seen).hasSize(MESSAGES);
  }
}
