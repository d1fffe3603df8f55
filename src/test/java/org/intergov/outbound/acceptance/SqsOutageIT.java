package org.intergov.outbound.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.intergov.outbound.channel.sqs.ElasticMq;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The queue server is stopped and started again under load; the database goes away. */
@Tag("thorough")
@Execution(ExecutionMode.CONCURRENT)
class SqsOutageIT {
  private static final String DATABASE = "sqs_outage";
  private static final PostgresServer POSTGRES = PostgresServer.shared();
  private static final List<String> QUEUES =
      List.of("outbound", "told", "told-receipts", "intake", "dead");
  private static final ElasticMq MQ = ElasticMq.start(Ports.free());
  private static final TcpProxy WAY_TO_DATABASE = new TcpProxy(POSTGRES.port());

  @RegisterExtension
  static final GatewayExtension GATEWAY =
      GatewayExtension.named("sqs-outage")
          .with(MQ, WAY_TO_DATABASE)
          .before(() -> QUEUES.forEach(MQ::create))
          .database(() -> POSTGRES.create(DATABASE, WAY_TO_DATABASE))
          .setting("AWS_ACCESS_KEY_ID", "id")
          .setting("AWS_SECRET_ACCESS_KEY", "secret")
          .setting("INTERGOV_INTAKE_SQS_QUEUE", "intake")
          .setting("INTERGOV_INTAKE_SQS_DEAD_LETTER_QUEUE", "dead")
          .setting("INTERGOV_INTAKE_SQS_ENDPOINT", MQ.url())
          .channels(
              """
              defaults:
                timeout: 5s
                retry: { attempts: 20, first-delay: 100ms, max-delay: 500ms }
              channels:
                - id: gb-queue
                  match: { receiver: GB }
                  kind: sqs
                  concurrency: 20
                  parameters: { queue: outbound, endpoint: "%1$s" }
                - id: fr-queue
                  match: { receiver: FR }
                  kind: sqs
                  parameters: { queue: told, receipts-queue: told-receipts, endpoint: "%1$s" }
              """
                  .formatted(MQ.url()));

  @Test
  void a_restart_under_load_and_a_database_that_goes_away_lose_nothing() {
    int count = 500;
    GATEWAY.api().submit(Sent.many("GB", "restart", count));
    for (int outage = 0; outage < 3; outage++) {
      long before = accepted();
      await("it is at work")
          .pollInterval(Duration.ofMillis(20))
          .until(() -> accepted() > before || accepted() == count);
      MQ.stopServer();
      MQ.startServer();
    }
    awaitAccepted("AU.restart%", count);

    Map<String, Integer> seen = new TreeMap<>();
    MQ.drain("outbound").stream()
        .map(m -> ElasticMq.attributes(m).get("idempotency-key"))
        .filter(key -> key.startsWith("AU:restart-"))
        .forEach(key -> seen.merge(key, 1, Integer::sum));
    assertThat(seen).hasSize(count);
    Set<String> twice =
        seen.entrySet().stream()
            .filter(e -> e.getValue() > 1)
            .map(Map.Entry::getKey)
            .collect(Collectors.toSet());
    assertThat(
            POSTGRES
                .counts(
                    DATABASE,
                    "SELECT DISTINCT sender || ':' || sender_ref, 1 FROM intergov.delivery_status"
                        + " WHERE event = 'possible_duplicate'")
                .keySet())
        .containsAll(twice);
    databaseAway();
  }

  /** What comes while the database is away stays in its queue, and is done with afterwards. */
  private static void databaseAway() {
    List<Sent> told = GATEWAY.api().submit(Sent.many("FR", "away", 20));
    Map<String, String> ids = new TreeMap<>();
    await("they are posted")
        .until(
            () -> {
              MQ.drain("told")
                  .forEach(m -> ids.put(ElasticMq.attributes(m).get("reference"), m.messageId()));
              return ids.size() == told.size();
            });
    WAY_TO_DATABASE.cut();
    List<String> receipts = new ArrayList<>();
    ids.values().forEach(id -> receipts.add("{\"id\":\"" + id + "\",\"status\":\"confirmed\"}"));
    MQ.send("told-receipts", receipts);
    MQ.send("intake", Sent.many("GB", "came", 100).stream().map(Sent::json).toList());
    await("the gateway says that it waits")
        .until(
            () ->
                GATEWAY.process().log().contains("queue intake: its messages wait")
                    && GATEWAY.process().log().contains("queue told-receipts: its messages wait"));
    assertThat(MQ.size("intake")).isEqualTo(100);
    assertThat(MQ.size("told-receipts")).isEqualTo(20);
    WAY_TO_DATABASE.mend(POSTGRES.port());

    awaitAccepted("AU.away%", 20);
    awaitAccepted("AU.came%", 100);
    await("both queues are empty").until(() -> MQ.size("intake") + MQ.size("told-receipts") == 0);
  }

  private static long accepted() {
    return POSTGRES
        .counts(
            DATABASE,
            "SELECT status, count(*) FROM intergov.message_lake WHERE subject LIKE 'AU.restart%'"
                + " GROUP BY 1")
        .getOrDefault("accepted", 0L);
  }

  private static void awaitAccepted(String subjects, long count) {
    String sql =
        "SELECT status, count(*) FROM intergov.message_lake WHERE subject LIKE '%s' GROUP BY 1"
            .formatted(subjects);
    await(subjects + " are accepted")
        .pollInterval(Duration.ofMillis(200))
        .untilAsserted(
            () -> assertThat(POSTGRES.counts(DATABASE, sql)).isEqualTo(Map.of("accepted", count)));
  }
}
