package org.intergov.outbound.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The message lake in a database of its own. */
@ExtendWith(ShowLogsOnFailure.class)
@Execution(ExecutionMode.CONCURRENT)
class SeparateLakeIT {
  private static final PostgresServer POSTGRES = PostgresServer.shared();
  private static final String LAKE = "separate_lake";

  private static TestChannel first;
  private static TestChannel second;
  private static TcpProxy wayToLake;
  private static GatewayProcess gateway;
  private static Api api;

  @BeforeAll
  static void start() {
    first = new TestChannel();
    second = new TestChannel();
    wayToLake = new TcpProxy(POSTGRES.port());
    gateway =
        GatewayProcess.named("separate-lake")
            .database(POSTGRES.createEmpty("separate_outbox"))
            .lake(POSTGRES.createEmpty(LAKE, wayToLake))
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
                    .formatted(first.url(), second.url()))
            .start();
    api = gateway.api();
  }

  @AfterAll
  static void stop() {
    gateway.close();
    first.close();
    second.close();
    wayToLake.close();
  }

  @Test
  void everything_ends_as_it_does_in_one_database_also_when_the_lake_is_away_for_a_while() {
    ends("at-first");

    List<Sent> before = api.submit(Sent.many("SG", "before", 100));
    wayToLake.cut();
    List<Sent> meanwhile = api.submit(Sent.many("SG", "meanwhile", 100));
    await("the flow goes on without the lake")
        .until(
            () -> before.stream().allMatch(first::has) && meanwhile.stream().allMatch(first::has));
    assertThat(gateway.isAlive()).isTrue();
    wayToLake.mend(POSTGRES.port());
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
    assertThat(first.repeated()).doesNotContainAnyElementsOf(subjects(before));
    assertThat(first.repeated()).doesNotContainAnyElementsOf(subjects(meanwhile));
    meanwhile.forEach(
        m ->
            assertThat(api.events(m))
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
    first.on(failedOver, Reply.status(400));
    first.on(refused, Reply.status(400));
    second.on(refused, Reply.status(400));
    first.says(undeliverable, StatusReply.says("undeliverable"));
    first.says(revoked, StatusReply.says("confirmed"), StatusReply.says("revoked"));
    api.submit(List.of(accepted, failedOver, refused, undeliverable, revoked, noRoute));

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
    assertThat(api.post(accepted.json()).status()).as("known").isEqualTo(200);
    assertThat(api.post(accepted.obj("urn:other").json()).status()).isEqualTo(409);
  }

  private static void assertEnds(Sent message, String status, String reason, String... story) {
    await(message.reference() + " ends")
        .pollInterval(Duration.ofMillis(100))
        .untilAsserted(() -> assertThat(api.events(message)).containsExactly(story));
    api.awaitStatus(message, status);
    if (reason != null) {
      assertThat(api.message(message).path("reason").asText()).isEqualTo(reason);
    }
    assertThat(
            POSTGRES.counts(
                LAKE,
                "SELECT status, 1 FROM intergov.message_lake WHERE sender_ref = '%s'"
                    .formatted(message.ref())))
        .isEqualTo(Map.of(status, 1L));
  }
}
