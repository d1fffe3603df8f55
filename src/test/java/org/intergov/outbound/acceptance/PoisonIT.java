package org.intergov.outbound.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Messages that make the channel or the gateway fail each time, among good ones. */
@Execution(ExecutionMode.CONCURRENT)
class PoisonIT {
  private static final PostgresServer POSTGRES = PostgresServer.shared();

  private static final TestChannel CHANNEL = new TestChannel();
  private static final TestChannel HOLE = new TestChannel().otherwise(post -> Reply.silence());

  @RegisterExtension
  static final GatewayExtension GATEWAY =
      GatewayExtension.named("poison")
          .with(CHANNEL, HOLE)
          .channels(
              """
              defaults:
                retry: { attempts: 3, first-delay: 100ms, factor: 1, max-delay: 100ms }
                circuit: off
                poll: { first-after: 100ms, every: 500ms }
              channels:
                - id: sg-shared-db
                  match: { receiver: SG }
                  kind: http
                  timeout: 2s
                  concurrency: 2
                  parameters: { url: "%s" }
                - id: nz-hole
                  match: { receiver: NZ }
                  kind: http
                  timeout: 2m
                  parameters: { url: "%s" }
              """
                  .formatted(CHANNEL.url(), HOLE.url()));

  private static final Api API = GATEWAY.api();

  @Test
  void poison_messages_are_held_and_the_good_ones_among_them_are_accepted() {
    List<Reply> poison =
        List.of(
            Reply.status(500),
            Reply.store(201, "{\"id\": \"a\\u0000b\"}"),
            Reply.store(201, "{\"id\": \"line\\nfeed\\u0007\"}"),
            Reply.store(201, "{\"id\": \"\\ud800\"}"),
            Reply.store(201, "{\"id\": \"" + "x".repeat(60_000) + "\"}"),
            Reply.store(201, "{\"id\": \"\"}"),
            Reply.store(201, "[".repeat(20_000)),
            Reply.store(201, "\u0000\u0001\u0002"),
            Reply.endless());
    List<Sent> bad = Sent.many("SG", "bad", poison.size());
    for (int i = 0; i < poison.size(); i++) {
      CHANNEL.always(bad.get(i), poison.get(i));
    }
    API.submit(Sent.many("SG", "good-before", 50));
    API.submit(bad);
    List<Sent> good = API.submit(Sent.many("SG", "good-after", 50));
    API.awaitStatus(good, "accepted");
    bad.forEach(m -> API.awaitDelivery(m, "held"));
    for (Sent message : bad) {
      assertThat(API.events(message)).startsWith("submitted", "unknown").endsWith("held");
      assertThat(CHANNEL.keys(message)).hasSize(3).containsOnly(message.reference());
    }
  }

  @Test
  void a_refusal_full_of_control_characters_is_journaled_all_the_same() {
    Sent message = Sent.to("SG", "odd-refusal");
    CHANNEL.on(message, call -> call.answer(400, "\u0000 \ud800 no \u0007"));
    API.submit(message);
    API.awaitStatus(message, "rejected");
    assertThat(API.events(message)).containsExactly("submitted", "refused", "rejected");
  }

  @Test
  void a_status_full_of_control_characters_is_journaled_and_harms_no_other() {
    Sent message = Sent.to("SG", "odd-status");
    CHANNEL.says(
        message,
        StatusReply.body("{\"status\": \"con\\u0000firmed\\u0007\\ud800\"}"),
        StatusReply.body("\u0000"),
        StatusReply.says("confirmed"));
    Sent other = API.submit(Sent.to("SG", "beside-odd-status"));
    API.submit(message);
    API.awaitStatus(other, "accepted");
    API.awaitStatus(message, "accepted");
  }

  @Test
  void text_of_any_language_arrives_as_it_was_submitted() {
    Sent message =
        new Sent(
            "ref \"with\" ümlaut/and:colon?",
            "SG",
            "AU.日本語.\"quoted\\back\".🚢",
            "https://trade.example/𝔘nicode?q=ü&x=%20",
            "UN.CEFACT.Trade.Größe");
    Api.Answer answer = API.post(message.json());
    assertThat(answer.status()).as(answer.body()).isEqualTo(201);
    await().until(() -> CHANNEL.posts(message).size() == 1);
    JsonNode body = CHANNEL.posts(message).get(0).body();
    assertThat(body.path("subject").asText()).isEqualTo(message.subject());
    assertThat(body.path("obj").asText()).isEqualTo(message.obj());
    assertThat(body.path("predicate").asText()).isEqualTo(message.predicate());
    JsonNode stored = API.get(answer.header("Location")).json();
    assertThat(stored.path("sender_ref").asText()).isEqualTo(message.ref());
    assertThat(CHANNEL.keys(message).get(0)).doesNotContain("\r", "\n").startsWith("AU:");
  }

  @Test
  void a_black_holed_channel_does_not_delay_another_lane() {
    List<Sent> lost = API.submit(Sent.many("NZ", "into-the-hole", 200));
    await().until(() -> HOLE.posts().size() >= 16);
    List<Sent> good = API.submit(Sent.many("SG", "beside-the-hole", 200));
    await("the other lane flows")
        .untilAsserted(
            () ->
                assertThat(
                        POSTGRES.counts(
                            "poison",
                            "SELECT status, count(*) FROM intergov.message_lake"
                                + " WHERE sender_ref LIKE 'beside-the-hole%' GROUP BY 1"))
                    .isEqualTo(Map.of("accepted", (long) good.size())));
    assertThat(HOLE.posts()).as("no more than the lane's concurrency").hasSize(16);
    assertThat(API.status(lost.get(0))).isEqualTo("pending");
    assertThat(GATEWAY.process().readyStatus()).isEqualTo(200);
  }
}
