package org.intergov.outbound.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.intergov.outbound.channel.sqs.ElasticMq;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;

/** Channels of kind sqs, their receipts, and intake from a queue, with a server that is well. */
@Execution(ExecutionMode.CONCURRENT)
class SqsChannelIT {
  private static final String DATABASE = "sqs_channel";
  private static final PostgresServer POSTGRES = PostgresServer.shared();
  private static final ElasticMq MQ = QueueServer.shared();

  private static final List<String> QUEUES =
      List.of(
          "gb-outbound",
          "pt-outbound",
          "fr-outbound.fifo",
          "fr-receipts",
          "de-outbound",
          "de-receipts",
          "it-outbound",
          "it-receipts",
          "sqs-intake",
          "sqs-dead");

  @RegisterExtension
  static final GatewayExtension GATEWAY =
      GatewayExtension.named("sqs-channel")
          .before(() -> QUEUES.forEach(MQ::create))
          .setting("AWS_ACCESS_KEY_ID", "from-the-environment")
          .setting("AWS_SECRET_ACCESS_KEY", "not-to-be-logged")
          .setting("INTERGOV_INTAKE_SQS_QUEUE", MQ.url() + "/000000000000/sqs-intake")
          .setting("INTERGOV_INTAKE_SQS_DEAD_LETTER_QUEUE", "sqs-dead")
          .setting("INTERGOV_INTAKE_SQS_ENDPOINT", MQ.url())
          .setting("INTERGOV_LOG_LEVEL", "DEBUG")
          .channels(
              """
              channels:
                - id: gb-queue
                  match: { receiver: GB }
                  kind: sqs
                  concurrency: 100
                  parameters: { queue: gb-outbound, endpoint: "%1$s" }
                - id: pt-queue
                  match: { receiver: PT }
                  kind: sqs
                  parameters: { queue: pt-outbound, endpoint: "%1$s" }
                - id: fr-queue
                  match: { receiver: FR }
                  kind: sqs
                  on-revoked: resend
                  parameters:
                    queue: fr-outbound.fifo
                    receipts-queue: fr-receipts
                    group-by: receiver
                    endpoint: "%1$s"
                    auth: { access-key-id: other, secret-access-key: "{{env:AWS_SECRET_ACCESS_KEY}}" }
                - id: de-queue
                  match: { receiver: DE }
                  kind: sqs
                  on-revoked: reject
                  concurrency: 100
                  parameters: { queue: de-outbound, receipts-queue: de-receipts, endpoint: "%1$s" }
                - id: it-queue
                  match: { receiver: IT }
                  kind: sqs
                  poll: { first-after: 1s, give-up-after: 2s }
                  parameters: { queue: it-outbound, receipts-queue: it-receipts, endpoint: "%1$s" }
              """
                  .formatted(MQ.url()));

  @BeforeAll
  static void start() {
    // the first of a process waits until the client is made, on a busy machine for long
    GATEWAY.api().awaitStatus(GATEWAY.api().submit(Sent.to("GB", "sqs-first")), "accepted");
  }

  @Test
  void each_message_is_one_of_the_queue_and_the_acknowledgement_confirms_it() {
    int count = 1_000;
    List<Sent> messages = GATEWAY.api().submit(Sent.many("GB", "sqs-smooth", count));
    awaitStatus("AU.sqs-smooth%", "accepted", count);

    Map<String, Message> there =
        MQ.drain("gb-outbound").stream()
            .filter(m -> !ElasticMq.attributes(m).get("reference").equals("AU:sqs-first"))
            .collect(Collectors.toMap(m -> ElasticMq.attributes(m).get("reference"), m -> m));
    assertThat(there).hasSize(count);
    for (Sent sent : messages) {
      Message m = there.get(sent.reference());
      var body = sent.node();
      body.remove("sender_ref");
      assertThat(m.body()).isEqualTo(body.toString());
      assertThat(ElasticMq.attributes(m))
          .isEqualTo(Map.of("reference", sent.reference(), "idempotency-key", sent.reference()));
    }
    assertThat(GATEWAY.api().events(messages.get(0)))
        .containsExactly("submitted", "posted", "confirmed", "accepted");
    assertThat(GATEWAY.api().event(messages.get(0), "posted").path("channel_txn_id").asText())
        .isEqualTo(there.get(messages.get(0).reference()).messageId());
    assertThat(GATEWAY.process().log()).doesNotContain("not-to-be-logged");
  }

  @Test
  void receipts_by_id_and_by_reference_confirm_and_repeated_or_poison_ones_do_no_harm() {
    int count = 500;
    List<Sent> messages = GATEWAY.api().submit(Sent.many("DE", "sqs-told", count));
    Map<String, String> ids = posted("de-outbound", "AU:sqs-told-", count);
    List<String> receipts = new ArrayList<>();
    receipts.add("no receipt");
    receipts.add("{\"reference\":\"AU:sqs-told-1\",\"status\":\"lost\"}");
    receipts.add("{\"reference\":\"AU:never-heard-of\",\"status\":\"confirmed\"}");
    for (Sent m : messages) {
      String who =
          m.ref().endsWith("1")
              ? "\"id\":\"" + ids.get(m.reference()) + "\""
              : "\"reference\":\"" + m.reference() + "\"";
      receipts.add("{" + who + ",\"status\":\"received\"}");
      receipts.add("{" + who + ",\"status\":\"confirmed\"}");
      receipts.add("{" + who + ",\"status\":\"confirmed\"}");
    }
    MQ.send("de-receipts", receipts);
    awaitStatus("AU.sqs-told%", "accepted", count);
    awaitEmpty("de-receipts");

    assertThat(GATEWAY.api().events(messages.get(1)))
        .containsExactly("submitted", "posted", "confirmed", "accepted");
    assertThat(GATEWAY.api().event(messages.get(0), "unknown").path("detail").asText())
        .contains("was put aside: status is not received, confirmed");
    assertThat(
            POSTGRES.counts(
                DATABASE,
                "SELECT event, count(*) FROM intergov.delivery_status WHERE sender_ref LIKE"
                    + " 'sqs-told-%' GROUP BY 1"))
        .isEqualTo(
            Map.of(
                "submitted",
                500L,
                "posted",
                500L,
                "confirmed",
                500L,
                "accepted",
                500L,
                "unknown",
                1L));
    List<String> listed = new ArrayList<>();
    GATEWAY
        .api()
        .get("/receipts")
        .json()
        .path("receipts")
        .forEach(r -> listed.add(r.path("channel_id").asText() + ": " + r.path("error").asText()));
    assertThat(listed).contains("de-queue: no message has this reference");
    assertThat(aside("de-queue"))
        .containsExactlyInAnyOrder(
            "not JSON, or a field is given twice",
            "status is not received, confirmed, undeliverable or revoked",
            "no message has this reference");
    await("so many and perhaps others, of all channels")
        .until(
            () ->
                GATEWAY
                    .process()
                    .metrics()
                    .matches("(?s).*\nintergov_receipts_aside [3-9]\\.0\n.*"));
  }

  @Test
  void what_is_revoked_after_its_confirmation_is_sent_again_under_a_new_key() {
    Sent message = GATEWAY.api().submit(Sent.to("FR", "sqs-revoked"));
    Map<String, String> first = posted("fr-outbound.fifo", "AU:sqs-revoked", 1);
    // a receipt for a message that is nobody's, first of all
    MQ.send("fr-receipts", List.of(receipt(first, message, "confirmed")));
    GATEWAY.api().awaitStatus(message, "accepted");
    MQ.send("fr-receipts", List.of(receipt(first, message, "revoked")));

    List<Message> again = new ArrayList<>();
    await("it is sent again")
        .until(
            () -> {
              again.addAll(MQ.drain("fr-outbound.fifo"));
              return !again.isEmpty();
            });
    assertThat(ElasticMq.attributes(again.get(0)))
        .containsEntry("idempotency-key", "AU:sqs-revoked#2");
    assertThat(again.get(0).attributes())
        .containsEntry(MessageSystemAttributeName.MESSAGE_GROUP_ID, "FR")
        .containsEntry(MessageSystemAttributeName.MESSAGE_DEDUPLICATION_ID, "AU:sqs-revoked#2");
    Map<String, String> second = Map.of(message.reference(), again.get(0).messageId());
    // the old delivery's receipts come again, then the new one's
    MQ.send(
        "fr-receipts",
        List.of(
            receipt(first, message, "revoked"),
            receipt(first, message, "confirmed"),
            receipt(second, message, "confirmed")));
    await("it is accepted again")
        .until(() -> GATEWAY.api().events(message).lastIndexOf("accepted") > 4);
    assertThat(GATEWAY.api().events(message))
        .containsExactly(
            "submitted",
            "posted",
            "confirmed",
            "accepted",
            "revoked",
            "retry_scheduled",
            "posted",
            "confirmed",
            "accepted");
  }

  @Test
  void an_undeliverable_one_is_rejected_where_no_other_channel_is_left() {
    Sent message = GATEWAY.api().submit(Sent.to("DE", "sqs-undeliverable"));
    Map<String, String> ids = posted("de-outbound", "AU:sqs-undeliverable", 1);
    MQ.send("de-receipts", List.of(receipt(ids, message, "undeliverable")));

    GATEWAY.api().awaitStatus(message, "rejected");
    assertThat(GATEWAY.api().events(message))
        .containsExactly("submitted", "posted", "undeliverable", "rejected");
  }

  @Test
  void a_channel_that_never_tells_is_given_up_and_an_operator_decides() {
    Sent message = GATEWAY.api().submit(Sent.to("IT", "sqs-silent"));

    await("it is held").until(() -> GATEWAY.api().events(message).contains("held"));
    assertThat(GATEWAY.api().events(message))
        .containsExactly("submitted", "posted", "gave_up", "held");
  }

  @Test
  void what_comes_from_the_intake_queue_is_stored_and_what_is_no_message_goes_aside() {
    int count = 500;
    Sent conflict = GATEWAY.api().submit(Sent.to("PT", "sqs-in-conflict"));
    List<String> bodies = new ArrayList<>();
    for (Sent m : Sent.many("PT", "sqs-in", count)) {
      bodies.add(m.json());
      if (m.ref().endsWith("00")) {
        bodies.add(m.json());
      }
    }
    bodies.add("{\"sender\":");
    bodies.add("x".repeat(70_000));
    bodies.add(conflict.predicate("UN.Other").json());
    bodies.add(Sent.to("PT", "sqs-in-foreign").json().replace("\"AU\"", "\"NZ\""));
    MQ.send("sqs-intake", bodies);
    awaitStatus("AU.sqs-in-%", "accepted", count + 1);
    awaitEmpty("sqs-intake");

    assertThat(
            MQ.drain("pt-outbound").stream()
                .map(m -> ElasticMq.attributes(m).get("reference"))
                .filter(r -> r.startsWith("AU:sqs-in-")))
        .hasSize(count + 1)
        .doesNotHaveDuplicates();
    List<Message> dead = MQ.drain("sqs-dead");
    assertThat(dead)
        .extracting(m -> ElasticMq.attributes(m).get("error"))
        .satisfiesExactlyInAnyOrder(
            e -> assertThat(e).contains("not JSON"),
            e -> assertThat(e).contains("at most 65536"),
            e -> assertThat(e).contains("used the reference"),
            e -> assertThat(e).contains("expected \"AU\""));
    assertThat(dead).allSatisfy(m -> assertThat(bodies).contains(m.body()));
  }

  @Test
  void a_message_without_reference_gets_one_made_of_what_the_queue_calls_it() {
    var nameless = Sent.to("PT", "sqs-nameless").node();
    nameless.remove("sender_ref");
    String id = MQ.send("sqs-intake", nameless.toString());
    awaitStatus("AU.sqs-nameless%", "accepted", 1);

    String name = "sqs sqs-intake " + id;
    assertThat(
            POSTGRES.counts(
                DATABASE,
                "SELECT sender_ref, count(*) FROM intergov.message_lake"
                    + " WHERE subject LIKE 'AU.sqs-nameless%' GROUP BY 1"))
        .containsOnlyKeys(UUID.nameUUIDFromBytes(name.getBytes(UTF_8)).toString());
  }

  private static String receipt(Map<String, String> ids, Sent message, String status) {
    return "{\"id\":\"%s\",\"reference\":\"%s\",\"status\":\"%s\"}"
        .formatted(ids.get(message.reference()), message.reference(), status);
  }

  /** Waits for messages of these references; their ids by reference. */
  private static Map<String, String> posted(String queue, String prefix, int count) {
    Map<String, String> ids = new java.util.HashMap<>();
    await(count + " messages are in " + queue)
        .until(
            () -> {
              for (Message m : MQ.drain(queue)) {
                String reference = ElasticMq.attributes(m).get("reference");
                if (reference.startsWith(prefix)) {
                  ids.put(reference, m.messageId());
                }
              }
              return ids.size() == count;
            });
    return ids;
  }

  private static List<String> aside(String channel) {
    return List.copyOf(
        POSTGRES
            .counts(
                DATABASE,
                "SELECT error, 1 FROM intergov.channel_receipts WHERE due_at IS NULL AND"
                    + " channel_id = '"
                    + channel
                    + "'")
            .keySet());
  }

  private static void awaitEmpty(String queue) {
    await(queue + " is empty").until(() -> MQ.size(queue) == 0);
  }

  private static void awaitStatus(String subjects, String status, long count) {
    String sql =
        "SELECT status, count(*) FROM intergov.message_lake WHERE subject LIKE '%s' GROUP BY 1"
            .formatted(subjects);
    await(subjects + " are " + status)
        .pollInterval(Duration.ofMillis(100))
        .untilAsserted(
            () -> assertThat(POSTGRES.counts(DATABASE, sql)).isEqualTo(Map.of(status, count)));
  }
}
