package org.intergov.outbound.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The message lake in a database of its own. */
@Execution(ExecutionMode.CONCURRENT)
class SeparateLakeIT {
  private static final PostgresServer POSTGRES = PostgresServer.shared();
  private static final String LAKE = "separate_lake";

  private static final TestChannel FIRST = new TestChannel();
  private static final TestChannel SECOND = new TestChannel();
  private static final TcpProxy WAY_TO_LAKE = new TcpProxy(POSTGRES.port());

  @RegisterExtension
  static final GatewayExtension GATEWAY =
      GatewayExtension.named("separate-lake")
          .with(FIRST, SECOND, WAY_TO_LAKE)
          .database(() -> POSTGRES.createEmpty("separate_outbox"))
          .lake(() -> POSTGRES.createEmpty(LAKE, WAY_TO_LAKE))
          .channels(
              """
              defaults:
                retry: { attempts: 3, first-delay: 100ms, factor: 1, max-delay: 200ms }
                poll: { first-after: 100ms, every: 500ms }
              channels:
                - id: sg-first
                  match: { receiver: SG }
                  kind: http
                  parameters: { url: "%1$s" }
                - id: sg-second
                  match: { receiver: SG }
                  kind: http
                  parameters: { url: "%2$s" }
                - id: fj-rejects
                  match: { receiver: FJ }
                  on-revoked: reject
                  kind: http
                  parameters: { url: "%1$s" }
              """
                  .formatted(FIRST.url(), SECOND.url()));

  private static final Api API = GATEWAY.api();

  @Test
  void everything_ends_as_it_does_in_one_database_also_when_the_lake_is_away_for_a_while() {
    ends("at-first");

    List<Sent> before = API.submit(Sent.many("SG", "before", 100));
    WAY_TO_LAKE.cut();
    List<Sent> meanwhile = API.submit(Sent.many("SG", "meanwhile", 100));
    await("the flow goes on without the lake")
        .until(
            () -> before.stream().allMatch(FIRST::has) && meanwhile.stream().allMatch(FIRST::has));
    assertThat(GATEWAY.process().isAlive()).isTrue();
    WAY_TO_LAKE.mend(POSTGRES.port());
    await("the lake catches up")
        .pollInterval(Duration.ofMillis(500))
        .untilAsserted(
            () ->
                assertThat(
                        POSTGRES.counts(
                            LAKE,
                            "SELECT status, count(*) FROM intergov.message_lake WHERE sender_ref"
                                + " LIKE 'before%' OR sender_ref LIKE 'meanwhile%' GROUP BY 1"))
                    .isEqualTo(Map.of("accepted", 200L)));
    assertThat(FIRST.repeated()).doesNotContainAnyElementsOf(subjects(before));
    assertThat(FIRST.repeated()).doesNotContainAnyElementsOf(subjects(meanwhile));
    meanwhile.forEach(
        m ->
            assertThat(API.events(m))
                .containsExactly("submitted", "posted", "confirmed", "accepted"));

    ends("at-last");
  }

  private static List<String> subjects(List<Sent> messages) {
    return messages.stream().map(Sent::subject).toList();
  }

  private static void ends(String when) {
    Sent accepted = Sent.to("SG", when + "-accepted");
    Sent failedOver = Sent.to("SG", when + "-failed-over");
    Sent refused = Sent.to("SG", when + "-refused");
    Sent undeliverable = Sent.to("FJ", when + "-undeliverable");
    Sent revoked = Sent.to("FJ", when + "-revoked");
    Sent noRoute = Sent.to("BR", when + "-no-route");
    FIRST.on(failedOver, Reply.status(400));
    FIRST.on(refused, Reply.status(400));
    SECOND.on(refused, Reply.status(400));
    FIRST.says(undeliverable, StatusReply.says("undeliverable"));
    FIRST.says(revoked, StatusReply.says("confirmed"), StatusReply.says("revoked"));
    API.submit(List.of(accepted, failedOver, refused, undeliverable, revoked, noRoute));

    assertEnds(accepted, "accepted", null, "submitted", "posted", "confirmed", "accepted");
    assertEnds(
        failedOver,
        "accepted",
        null,
        "submitted",
        "refused",
        "failed_over",
        "posted",
        "confirmed",
        "accepted");
    assertEnds(
        refused,
        "rejected",
        "refused",
        "submitted",
        "refused",
        "failed_over",
        "refused",
        "rejected");
    assertEnds(
        undeliverable,
        "rejected",
        "undeliverable",
        "submitted",
        "posted",
        "undeliverable",
        "rejected");
    assertEnds(
        revoked,
        "rejected",
        "revoked",
        "submitted",
        "posted",
        "confirmed",
        "accepted",
        "revoked",
        "rejected");
    assertEnds(noRoute, "rejected", "no_route", "submitted", "no_route", "rejected");
    assertThat(API.post(accepted.json()).status()).as("known").isEqualTo(200);
    assertThat(API.post(accepted.obj("urn:other").json()).status()).isEqualTo(409);
  }

  private static void assertEnds(Sent message, String status, String reason, String... story) {
    await(message.reference() + " ends")
        .pollInterval(Duration.ofMillis(100))
        .untilAsserted(() -> assertThat(API.events(message)).containsExactly(story));
    API.awaitStatus(message, status);
    if (reason != null) {
      assertThat(API.message(message).path("reason").asText()).isEqualTo(reason);
    }
    assertThat(
            POSTGRES.counts(
                LAKE,
                "SELECT status, 1 FROM intergov.message_lake WHERE sender_ref = '%s'"
                    .formatted(message.ref())))
        .isEqualTo(Map.of(status, 1L));
  }
}
