package org.intergov.outbound.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;

/** Brokers are killed, all of them go away, the database goes away, the gateway is killed. */
@Execution(ExecutionMode.CONCURRENT)
@ResourceLock(value = KafkaCluster.LOCK, mode = ResourceAccessMode.READ_WRITE)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class KafkaOutageIT {
  private static final String DATABASE = "kafka_outage";
  private static final String GROUP = "outage";
  private static final String INTAKE = "outage-intake";
  private static final String RECEIPTS = "outage-receipts";
  private static final PostgresServer POSTGRES = PostgresServer.shared();
  private static final KafkaCluster KAFKA = KafkaCluster.shared();
  private static final TcpProxy WAY_TO_DATABASE = new TcpProxy(POSTGRES.port());

  @RegisterExtension
  static final GatewayExtension GATEWAY =
      GatewayExtension.named("kafka-outage")
          .with(WAY_TO_DATABASE)
          .before(KafkaOutageIT::topics)
          .database(() -> POSTGRES.create(DATABASE, WAY_TO_DATABASE))
          .setting("INTERGOV_INTAKE_KAFKA_BROKERS", KAFKA.brokers())
          .setting("INTERGOV_INTAKE_KAFKA_TOPIC", INTAKE)
          .setting("INTERGOV_INTAKE_KAFKA_GROUP", GROUP)
          .setting("INTERGOV_INTAKE_KAFKA_DEAD_LETTER_TOPIC", "outage-dead")
          .channels(
              """
              channels:
                - id: fr-topic
                  match: { receiver: FR }
                  kind: kafka
                  timeout: 5s
                  retry: { attempts: 20, first-delay: 100ms, max-delay: 1s }
                  parameters: { brokers: "%1$s", topic: outage }
                - id: no-topic
                  match: { receiver: NO }
                  kind: kafka
                  parameters:
                    brokers: "%1$s"
                    topic: outage
                    receipts-topic: outage-receipts
              """
                  .formatted(KAFKA.brokers()));

  private static void topics() {
    KAFKA.topic("outage", 3);
    KAFKA.topic(INTAKE, 2);
    KAFKA.topic(RECEIPTS, 1);
  }

  @Test
  @Order(1)
  void a_gateway_killed_between_store_and_commit_stores_nothing_twice_and_loses_nothing() {
    // a dead letter that nobody takes keeps it there: the topic does not exist yet
    produce(Sent.many("FR", "between", 50));
    try (KafkaProducer<String, String> producer = KAFKA.producer()) {
      producer.send(new ProducerRecord<>(INTAKE, "bad", "no message"));
    }
    await("they are stored")
        .pollInterval(Duration.ofMillis(50))
        .until(() -> inLake("AU.between%") == 50);
    GATEWAY.process().kill9();
    assertThat(KAFKA.committed(GROUP, INTAKE)).isLessThan(KAFKA.size(INTAKE));
    KAFKA.topic("outage-dead", 1);
    GATEWAY.process().start();
    KAFKA.awaitCommitted(GROUP, INTAKE);
    awaitAccepted("AU.between%", 50);

    assertThat(KAFKA.read("outage-dead"))
        .singleElement()
        .satisfies(r -> assertThat(r.key()).isEqualTo("bad"));
    assertNothingLostAndDuplicatesOnlyWhereTheJournalSaysSo("between", 50);
  }

  @Test
  @Order(2)
  void while_the_database_is_away_nothing_is_committed_and_the_group_keeps_its_members() {
    Sent followed = GATEWAY.api().submit(Sent.to("NO", "receipt-away"));
    GATEWAY.api().awaitEvent(followed, "posted");
    List<String> members = KAFKA.members(GROUP);
    long committed = KAFKA.committed(GROUP, INTAKE);
    WAY_TO_DATABASE.cut();
    produce(Sent.many("FR", "db-away", 200));
    try (KafkaProducer<String, String> producer = KAFKA.producer()) {
      String receipt = "{\"reference\":\"%s\",\"status\":\"confirmed\"}";
      producer.send(new ProducerRecord<>(RECEIPTS, receipt.formatted(followed.reference())));
    }
    for (String topic : List.of(INTAKE, RECEIPTS)) {
      await("the gateway says that it waits")
          .pollInterval(Duration.ofMillis(100))
          .until(() -> GATEWAY.process().log().contains("topic " + topic + ": its records wait"));
    }
    assertThat(KAFKA.committed(GROUP, INTAKE)).isEqualTo(committed);
    assertThat(KAFKA.committed("intergov-AU-no-topic", RECEIPTS)).isZero();
    WAY_TO_DATABASE.mend(POSTGRES.port());
    KAFKA.awaitCommitted(GROUP, INTAKE);
    KAFKA.awaitCommitted("intergov-AU-no-topic", RECEIPTS);
    awaitAccepted("AU.db-away%", 200);
    GATEWAY.api().awaitStatus(followed, "accepted");

    assertThat(KAFKA.members(GROUP)).isEqualTo(members);
  }

  @Test
  @Tag("thorough")
  @Order(3)
  void a_broker_killed_under_load_loses_nothing() {
    // it comes back with the others, in the next test
    int count = 400;
    long before = KAFKA.size("outage");
    List<Sent> messages = Sent.many("FR", "one-killed", count);
    GATEWAY.api().submit(messages.subList(0, count / 2));
    produce(messages.subList(count / 2, count));
    await("some are posted")
        .pollInterval(Duration.ofMillis(10))
        .until(() -> KAFKA.size("outage") >= before + 100);
    KAFKA.leader("outage").kill();
    awaitAccepted("AU.one-killed%", count);

    assertNothingLostAndDuplicatesOnlyWhereTheJournalSaysSo("one-killed", count);
  }

  @Test
  @Tag("thorough")
  @Order(4)
  void while_all_brokers_are_down_messages_wait_and_none_is_held_or_rejected() {
    KAFKA.killAll();
    List<Sent> messages = GATEWAY.api().submit(Sent.many("FR", "all-down", 300));
    GATEWAY.api().awaitEvent(messages.get(0), "unavailable");
    KAFKA.startAll();
    awaitAccepted("AU.all-down%", 300);

    assertNothingLostAndDuplicatesOnlyWhereTheJournalSaysSo("all-down", 300);
    assertThat(POSTGRES.journal(DATABASE)).doesNotContainKeys("held", "rejected", "lease_lost");
    // and the intake reads on
    produce(Sent.many("FR", "after-all", 10));
    awaitAccepted("AU.after-all%", 10);
    KAFKA.awaitCommitted(GROUP, INTAKE);
  }

  private static void produce(List<Sent> messages) {
    try (KafkaProducer<String, String> producer = KAFKA.producer()) {
      messages.forEach(m -> producer.send(new ProducerRecord<>(INTAKE, m.ref(), m.json())));
    }
  }

  private static long inLake(String subjects) {
    String sql =
        "SELECT 'all', count(*) FROM intergov.message_lake WHERE subject LIKE '%s'"
            .formatted(subjects);
    return POSTGRES.counts(DATABASE, sql).get("all");
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

  private static void assertNothingLostAndDuplicatesOnlyWhereTheJournalSaysSo(
      String prefix, int count) {
    Map<String, Integer> seen = new TreeMap<>();
    KAFKA.read("outage").stream()
        .map(r -> r.headers().lastHeader("idempotency-key").value())
        .map(key -> new String(key, StandardCharsets.UTF_8))
        .filter(key -> key.startsWith("AU:" + prefix + "-"))
        .forEach(key -> seen.merge(key, 1, Integer::sum));
    assertThat(seen).hasSize(count);
    Set<String> twice =
        seen.entrySet().stream()
            .filter(e -> e.getValue() > 1)
            .map(Map.Entry::getKey)
            .collect(Collectors.toSet());
    Set<String> possibly =
        new HashSet<>(
            POSTGRES
                .counts(
                    DATABASE,
                    "SELECT DISTINCT sender || ':' || sender_ref, 1 FROM intergov.delivery_status"
                        + " WHERE event = 'possible_duplicate'")
                .keySet());
    assertThat(possibly).containsAll(twice);
  }
}
