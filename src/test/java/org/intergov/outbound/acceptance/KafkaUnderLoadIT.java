package org.intergov.outbound.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;

/** Two replicas take messages from a topic, post them to another and follow receipts. */
@Tag("long")
@ResourceLock(value = KafkaCluster.LOCK, mode = ResourceAccessMode.READ_WRITE)
class KafkaUnderLoadIT {
  private static final String DATABASE = "kafka_load";
  private static final String GROUP = "load";
  private static final String INTAKE = "load-intake";
  private static final String OUTBOUND = "load-outbound";
  private static final String RECEIPTS = "load-receipts";
  private static final int PER_SECOND = 150;
  private static final PostgresServer POSTGRES = PostgresServer.shared();
  private static final KafkaCluster KAFKA = KafkaCluster.shared();

  private final Queue<Exception> notProduced = new ConcurrentLinkedQueue<>();

  @RegisterExtension
  final GatewayExtension gateways =
      GatewayExtension.named("kafka-load")
          .replicas("a", "b")
          .before(
              () ->
                  List.of(INTAKE, OUTBOUND, RECEIPTS, "load-dead")
                      .forEach(topic -> KAFKA.topic(topic, 4)))
          .setting("INTERGOV_INTAKE_KAFKA_BROKERS", KAFKA.brokers())
          .setting("INTERGOV_INTAKE_KAFKA_TOPIC", INTAKE)
          .setting("INTERGOV_INTAKE_KAFKA_GROUP", GROUP)
          .setting("INTERGOV_INTAKE_KAFKA_DEAD_LETTER_TOPIC", "load-dead")
          .channels(
              """
              channels:
                - id: fr-topic
                  match: { receiver: FR }
                  kind: kafka
                  timeout: 5s
                  retry: { attempts: 100, first-delay: 100ms, max-delay: 1s }
                  parameters:
                    brokers: "%s"
                    topic: load-outbound
                    receipts-topic: load-receipts
              """
                  .formatted(KAFKA.brokers()));

  @Test
  void each_broker_killed_twice_in_turn_loses_nothing_and_confirms_everything_once() {
    int count;
    try (OtherSide other = new OtherSide();
        KafkaProducer<String, String> producer = KAFKA.producer();
        SteadyLoad load =
            new SteadyLoad("load", List.of("FR"), PER_SECOND, m -> produce(producer, m))) {
      for (int round = 0; round < 6; round++) {
        awaitAnother(2 * PER_SECOND);
        KAFKA.node(round % 3).kill();
        awaitAnother(4 * PER_SECOND);
        KAFKA.startAll();
        List.of(INTAKE, OUTBOUND, RECEIPTS).forEach(KAFKA::awaitInSync);
      }
      count = load.stop();
      awaitAccepted(count);
      KAFKA.awaitCommitted(GROUP, INTAKE);
      other.isWell();
    }
    KAFKA.awaitCommitted("intergov-AU-fr-topic", RECEIPTS);
    assertThat(notProduced).isEmpty();
    assertNothingLostAndDuplicatesOnlyWhereTheJournalSaysSo(count);
  }

  private void produce(KafkaProducer<String, String> producer, List<Sent> messages) {
    for (Sent m : messages) {
      producer.send(
          new ProducerRecord<>(INTAKE, m.ref(), m.json()),
          (where, failure) -> {
            if (failure != null) {
              notProduced.add(failure);
            }
          });
    }
  }

  /** Answers each record with a receipt, by id or by reference, every tenth one twice. */
  private final class OtherSide implements AutoCloseable {
    private final Thread thread = new Thread(this::run, "other-side");
    private volatile boolean stopping;

    OtherSide() {
      thread.start();
    }

    private void run() {
      try (KafkaConsumer<String, String> consumer = KAFKA.consumer("other-side");
          KafkaProducer<String, String> producer = KAFKA.producer()) {
        consumer.subscribe(List.of(OUTBOUND));
        while (!stopping) {
          for (ConsumerRecord<String, String> r : consumer.poll(Duration.ofMillis(100))) {
            String id = r.topic() + "-" + r.partition() + "-" + r.offset();
            boolean byId = r.offset() % 2 == 0;
            String receipt =
                byId
                    ? "{\"id\":\"%s\",\"status\":\"confirmed\"}".formatted(id)
                    : "{\"reference\":\"%s\",\"status\":\"confirmed\"}"
                        .formatted(header(r, "reference"));
            for (int times = r.offset() % 10 == 0 ? 2 : 1; times > 0; times--) {
              producer.send(
                  new ProducerRecord<>(RECEIPTS, header(r, "reference"), receipt),
                  (where, failure) -> {
                    if (failure != null) {
                      notProduced.add(failure);
                    }
                  });
            }
          }
        }
      }
    }

    void isWell() {
      assertThat(thread.isAlive()).as("the other side answers").isTrue();
    }

    @Override
    public void close() {
      stopping = true;
      try {
        thread.join();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static long accepted() {
    return POSTGRES.lake(DATABASE).getOrDefault("accepted", 0L);
  }

  private static void awaitAnother(int count) {
    long before = accepted();
    await(count + " more are accepted")
        .pollInterval(Duration.ofMillis(100))
        .until(() -> accepted() >= before + count);
  }

  private static void awaitAccepted(long count) {
    await("all are accepted")
        .pollInterval(Duration.ofMillis(500))
        .untilAsserted(
            () -> assertThat(POSTGRES.lake(DATABASE)).isEqualTo(Map.of("accepted", count)));
  }

  private static void assertNothingLostAndDuplicatesOnlyWhereTheJournalSaysSo(int count) {
    Map<String, Integer> seen = new TreeMap<>();
    KAFKA.read(OUTBOUND).forEach(r -> seen.merge(header(r, "idempotency-key"), 1, Integer::sum));
    assertThat(seen).hasSize(count);
    Set<String> twice =
        seen.entrySet().stream()
            .filter(e -> e.getValue() > 1)
            .map(Map.Entry::getKey)
            .collect(Collectors.toSet());
    String sql =
        "SELECT DISTINCT sender || ':' || sender_ref, 1 FROM intergov.delivery_status"
            + " WHERE event = 'possible_duplicate'";
    assertThat(POSTGRES.counts(DATABASE, sql).keySet()).containsAll(twice);
    assertThat(POSTGRES.journal(DATABASE))
        .containsEntry("submitted", (long) count)
        .containsEntry("posted", (long) count)
        .containsEntry("confirmed", (long) count)
        .containsEntry("accepted", (long) count)
        .doesNotContainKeys("held", "rejected", "undeliverable");
    assertThat(KAFKA.size("load-dead")).isZero();
    System.out.printf(
        "kafka_load: %d messages, %d of them twice in the topic; %s%n",
        count, twice.size(), POSTGRES.journal(DATABASE));
  }

  private static String header(ConsumerRecord<String, String> r, String name) {
    return new String(r.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
  }
}
