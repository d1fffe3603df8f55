package org.intergov.outbound.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;

/** Channels of kind kafka, and intake from a topic, with a cluster that is well. */
@Execution(ExecutionMode.CONCURRENT)
@ResourceLock(value = KafkaCluster.LOCK, mode = ResourceAccessMode.READ)
class KafkaChannelIT {
  private static final String DATABASE = "kafka_channel";
  private static final PostgresServer POSTGRES = PostgresServer.shared();
  private static final KafkaCluster KAFKA = KafkaCluster.shared();

  @RegisterExtension
  static final GatewayExtension GATEWAY =
      GatewayExtension.named("kafka-channel")
          .before(KafkaChannelIT::topics)
          .setting("KAFKA_PASSWORD", KafkaNode.PASSWORD)
          .setting("INTERGOV_INTAKE_KAFKA_BROKERS", KAFKA.brokers())
          .setting("INTERGOV_INTAKE_KAFKA_TOPIC", "gb-intake")
          .setting("INTERGOV_INTAKE_KAFKA_DEAD_LETTER_TOPIC", "gb-dead")
          .setting("INTERGOV_LOG_LEVEL", "DEBUG")
          .channels(
              """
              defaults:
                timeout: 15s
                retry: { attempts: 2, first-delay: 100ms }
              channels:
                - id: fr-topic
                  match: { receiver: FR }
                  kind: kafka
                  parameters: { brokers: "%1$s", topic: fr-outbound }
                - id: de-secure
                  match: { receiver: DE }
                  kind: kafka
                  parameters:
                    brokers: "%2$s"
                    topic: de-secure
                    key-by: receiver
                    security-protocol: SASL_SSL
                    sasl-mechanism: PLAIN
                    auth: { username: gateway, password: "{{env:KAFKA_PASSWORD}}" }
                    tls: { ca: "%3$s", certificate: "%3$s", key: "%4$s" }
                - id: es-wrong-password
                  match: { receiver: ES }
                  kind: kafka
                  parameters:
                    brokers: "%2$s"
                    topic: de-secure
                    security-protocol: SASL_SSL
                    sasl-mechanism: PLAIN
                    auth: { username: gateway, password: not-the-password }
                    tls: { ca: "%3$s", certificate: "%3$s", key: "%4$s" }
                - id: it-small
                  match: { receiver: IT }
                  kind: kafka
                  retry: { attempts: 20 }
                  parameters: { brokers: "%1$s", topic: it-small }
                - id: no-topic
                  match: { receiver: NO }
                  kind: kafka
                  retry: { attempts: 20 }
                  parameters:
                    brokers: "%1$s"
                    topic: no-outbound
                    receipts-topic: no-receipts
                - id: second
                  match: { receiver: [ ES, IT, PT, NO ] }
                  kind: kafka
                  parameters: { brokers: "%1$s", topic: fr-outbound }
              """
                  .formatted(
                      KAFKA.brokers(),
                      KAFKA.secureBrokers(),
                      KAFKA.certificates().certificate(),
                      KAFKA.certificates().key()));

  private static void topics() {
    KAFKA.topic("fr-outbound", 4);
    KAFKA.topic("de-secure", 1);
    KAFKA.topic("it-small", 1, Map.of("max.message.bytes", "300"));
    KAFKA.topic("no-outbound", 2);
    KAFKA.topic("no-receipts", 2);
    KAFKA.topic("gb-intake", 2);
    KAFKA.topic("gb-dead", 1);
  }

  @Test
  void each_message_is_one_record_with_key_two_headers_and_the_channels_json() {
    int count = 500;
    // the first waits for the producer to find its brokers, for longer than it may on a busy
    // machine
    GATEWAY.api().awaitStatus(GATEWAY.api().submit(Sent.to("FR", "kafka-first")), "accepted");
    List<Sent> messages = GATEWAY.api().submit(Sent.many("FR", "kafka-smooth", count));
    awaitAccepted("AU.kafka-smooth%", count);

    Map<String, ConsumerRecord<String, String>> records =
        byReference("fr-outbound", "kafka-smooth");
    assertThat(records).hasSize(count);
    for (Sent m : messages) {
      ConsumerRecord<String, String> r = records.get(m.reference());
      var body = m.node();
      body.remove("sender_ref");
      assertThat(r.value()).isEqualTo(body.toString());
      assertThat(r.key()).isEqualTo(m.subject());
      assertThat(headers(r))
          .isEqualTo(Map.of("reference", m.reference(), "idempotency-key", m.reference()));
    }
    // the id in the lake is where the record is
    Map<String, Long> ids =
        POSTGRES.counts(
            DATABASE,
            "SELECT sender || ':' || sender_ref || ' ' || channel_txn_id, 1"
                + " FROM intergov.message_lake WHERE subject LIKE 'AU.kafka-smooth%'");
    records.forEach(
        (reference, r) ->
            assertThat(ids)
                .containsKey(reference + " fr-outbound-" + r.partition() + "-" + r.offset()));
    assertThat(GATEWAY.api().events(messages.get(0)))
        .containsExactly("submitted", "posted", "confirmed", "accepted");
  }

  @Test
  void
      a_cluster_that_asks_for_tls_a_certificate_and_a_login_is_spoken_to_and_no_secret_is_logged() {
    Sent message = GATEWAY.api().submit(Sent.to("DE", "kafka-secure"));
    GATEWAY.api().awaitStatus(message, "accepted");

    assertThat(KAFKA.read("de-secure"))
        .singleElement()
        .satisfies(r -> assertThat(r.key()).isEqualTo("DE"));
    assertThat(GATEWAY.process().log()).doesNotContain("let-", "not-the-password");
  }

  @Test
  void a_login_that_is_refused_is_no_delivery_and_the_next_channel_takes_the_message() {
    Sent message = GATEWAY.api().submit(Sent.to("ES", "kafka-no-login"));
    GATEWAY.api().awaitStatus(message, "accepted");

    assertThat(GATEWAY.api().events(message))
        .startsWith("submitted", "unavailable", "retry_scheduled", "unavailable", "failed_over")
        .endsWith("posted", "confirmed", "accepted");
    assertThat(GATEWAY.api().event(message, "unavailable").path("detail").asText())
        .contains("Authentication")
        .doesNotContain("not-the-password");
    assertThat(byReference("fr-outbound", "kafka-no-login")).hasSize(1);
  }

  @Test
  void a_message_that_the_topic_does_not_hold_is_refused() {
    Sent message =
        GATEWAY
            .api()
            .submit(Sent.to("IT", "kafka-large").obj("https://trade.example/" + "x".repeat(220)));
    GATEWAY.api().awaitStatus(message, "accepted");

    assertThat(story(message))
        .containsExactly("submitted", "refused", "failed_over", "posted", "confirmed", "accepted");
    assertThat(GATEWAY.api().event(message, "refused").path("detail").asText())
        .contains("larger than the max message size");
  }

  @Test
  void receipts_confirm_by_reference_or_id_move_on_what_is_undeliverable_and_leave_poison_aside() {
    List<Sent> messages = GATEWAY.api().submit(Sent.many("NO", "receipts", 40));
    Sent undeliverable = GATEWAY.api().submit(Sent.to("NO", "receipts-lost"));
    messages.forEach(m -> GATEWAY.api().awaitEvent(m, "posted"));
    GATEWAY.api().awaitEvent(undeliverable, "posted");
    assertThat(GATEWAY.api().status(messages.get(0))).isEqualTo("pending");
    try (KafkaProducer<String, String> producer = KAFKA.producer()) {
      producer.send(new ProducerRecord<>("no-receipts", "poison"));
      for (Sent m : messages) {
        String id = GATEWAY.api().message(m).path("channel_txn_id").asText();
        boolean byId = m.ref().endsWith("0");
        String which = byId ? "\"id\":\"" + id : "\"reference\":\"" + m.reference();
        String receipt = "{" + which + "\",\"status\":\"confirmed\"}";
        producer.send(new ProducerRecord<>("no-receipts", m.ref(), receipt));
      }
      String lost =
          "{\"reference\":\"%s\",\"status\":\"undeliverable\"}"
              .formatted(undeliverable.reference());
      producer.send(new ProducerRecord<>("no-receipts", "lost", lost));
    }
    awaitAccepted("AU.receipts%", 41);
    KAFKA.awaitCommitted("intergov-AU-no-topic", "no-receipts");

    assertThat(story(messages.get(0)))
        .containsExactly("submitted", "posted", "confirmed", "accepted");
    assertThat(story(undeliverable))
        .containsExactly(
            "submitted",
            "posted",
            "undeliverable",
            "failed_over",
            "posted",
            "confirmed",
            "accepted");
    assertThat(
            POSTGRES.counts(
                DATABASE,
                "SELECT channel_id, count(*) FROM intergov.channel_receipts"
                    + " WHERE due_at IS NULL GROUP BY 1"))
        .isEqualTo(Map.of("no-topic", 1L));
  }

  @Test
  void what_comes_from_the_intake_topic_is_stored_and_what_is_no_message_goes_aside() {
    int count = 300;
    Sent conflict = GATEWAY.api().submit(Sent.to("PT", "intake-conflict"));
    try (KafkaProducer<String, String> producer = KAFKA.producer()) {
      for (Sent m : Sent.many("PT", "intake", count)) {
        producer.send(new ProducerRecord<>("gb-intake", m.ref(), m.json()));
        if (m.ref().endsWith("00")) {
          producer.send(new ProducerRecord<>("gb-intake", m.ref(), m.json()));
        }
      }
      producer.send(new ProducerRecord<>("gb-intake", "k1", "{\"sender\":"));
      producer.send(new ProducerRecord<>("gb-intake", "k2", null));
      producer.send(new ProducerRecord<>("gb-intake", "k3", "x".repeat(70_000)));
      producer.send(new ProducerRecord<>("gb-intake", "k4", conflict.predicate("UN.Other").json()));
      String foreign = Sent.to("PT", "intake-foreign").json().replace("\"AU\"", "\"NZ\"");
      producer.send(new ProducerRecord<>("gb-intake", "k5", foreign));
    }
    awaitAccepted("AU.intake-%", count + 1);
    KAFKA.awaitCommitted("intergov-outbound", "gb-intake");

    assertThat(byReference("fr-outbound", "intake")).hasSize(count + 1);
    Map<String, String> errors =
        KAFKA.read("gb-dead").stream()
            .collect(Collectors.toMap(ConsumerRecord::key, r -> headers(r).get("error")));
    assertThat(errors.keySet()).containsExactlyInAnyOrder("k1", "k2", "k3", "k4", "k5");
    assertThat(errors.get("k1")).contains("not JSON");
    assertThat(errors.get("k2")).contains("no value");
    assertThat(errors.get("k3")).contains("at most 65536");
    assertThat(errors.get("k4")).contains("used the reference");
    assertThat(errors.get("k5")).contains("expected \"AU\"");
    assertThat(KAFKA.read("gb-dead"))
        .allSatisfy(r -> assertThat(headers(r).get("source")).matches("gb-intake-[01]-[0-9]+"));
  }

  @Test
  void a_record_without_reference_gets_one_made_of_where_it_stands() throws Exception {
    var nameless = Sent.to("PT", "nameless").node();
    nameless.remove("sender_ref");
    RecordMetadata at;
    try (KafkaProducer<String, String> producer = KAFKA.producer()) {
      at = producer.send(new ProducerRecord<>("gb-intake", nameless.toString())).get();
    }
    awaitAccepted("AU.nameless%", 1);

    String name = "kafka gb-intake-%d-%d %d".formatted(at.partition(), at.offset(), at.timestamp());
    assertThat(
            POSTGRES.counts(
                DATABASE,
                "SELECT sender_ref, count(*) FROM intergov.message_lake"
                    + " WHERE subject LIKE 'AU.nameless%' GROUP BY 1"))
        .containsOnlyKeys(UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString());
  }

  /**
   * Without the first tries of a producer that, on a busy machine, has not found its brokers yet.
   */
  private static List<String> story(Sent message) {
    return GATEWAY.api().events(message).stream()
        .filter(word -> !word.equals("unavailable") && !word.equals("retry_scheduled"))
        .toList();
  }

  private static void awaitAccepted(String subjects, long count) {
    String sql =
        "SELECT status, count(*) FROM intergov.message_lake WHERE subject LIKE '%s' GROUP BY 1"
            .formatted(subjects);
    await(subjects + " are accepted")
        .pollInterval(Duration.ofMillis(100))
        .untilAsserted(
            () -> assertThat(POSTGRES.counts(DATABASE, sql)).isEqualTo(Map.of("accepted", count)));
  }

  /** Records whose reference begins so; none is there twice. */
  private static Map<String, ConsumerRecord<String, String>> byReference(
      String topic, String prefix) {
    return KAFKA.read(topic).stream()
        .filter(r -> headers(r).get("reference").startsWith("AU:" + prefix))
        .collect(Collectors.toMap(r -> headers(r).get("reference"), r -> r));
  }

  private static Map<String, String> headers(ConsumerRecord<String, String> r) {
    Map<String, String> headers = new HashMap<>();
    StreamSupport.stream(r.headers().spliterator(), false)
        .forEach(h -> headers.put(h.key(), new String(h.value(), StandardCharsets.UTF_8)));
    return headers;
  }
}
