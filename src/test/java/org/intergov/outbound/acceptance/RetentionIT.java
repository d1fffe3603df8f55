package org.intergov.outbound.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Finished rows leave the tables; what they were about stays known. */
class RetentionIT {
  private static final int MESSAGES = 300;
  private static final PostgresServer POSTGRES = PostgresServer.shared();
  private static final String DATABASE = "retention";

  private static final Sent REFUSED = Sent.to("SG", "refused");
  private static final TestChannel CHANNEL = new TestChannel().on(REFUSED, Reply.status(400));

  @RegisterExtension
  static final GatewayExtension GATEWAY =
      GatewayExtension.named(DATABASE)
          .with(CHANNEL)
          .setting("INTERGOV_RETENTION_OUTBOX", "1s")
          .setting("INTERGOV_RETENTION_JOURNAL", "1s")
          .setting("INTERGOV_RETENTION_PERIOD", "1s")
          .channels(CHANNEL.table("poll: { first-after: 100ms, every: 500ms, finality: 0s }"));

  private static List<Sent> messages;

  @BeforeAll
  static void deliverAll() {
    GATEWAY.api().submit(REFUSED);
    messages = GATEWAY.api().submit(Sent.many("SG", "retention", MESSAGES));
    await("all rows have left")
        .pollInterval(Duration.ofMillis(200))
        .untilAsserted(
            () -> {
              assertThat(count(DATABASE, "delivery_outbox")).isZero();
              assertThat(count(DATABASE, "delivery_status")).isZero();
            });
  }

  @Test
  void each_row_is_in_the_archive_once_and_each_story_is_whole() {
    assertThat(count(DATABASE, "delivery_outbox_archive")).isEqualTo(MESSAGES + 1);
    String stories =
        """
        SELECT story, count(*) FROM (
          SELECT string_agg(event, ', ' ORDER BY seq) AS story
          FROM intergov.delivery_status_archive GROUP BY message_id) s
        GROUP BY 1
        """;
    assertThat(POSTGRES.counts(DATABASE, stories))
        .isEqualTo(
            Map.of(
                "submitted, posted, confirmed, accepted",
                (long) MESSAGES,
                "submitted, refused, rejected",
                1L));
    assertThat(GATEWAY.process().log())
        .contains("outbox rows and")
        .contains("journal rows have left in");
  }

  @Test
  void a_message_still_answers_without_its_delivery_and_with_an_empty_journal() {
    Sent message = messages.get(7);
    var answer = GATEWAY.api().message(message);
    assertThat(answer.path("status").asText()).isEqualTo("accepted");
    assertThat(answer.path("channel_txn_id").asText()).isNotEmpty();
    assertThat(answer.has("delivery")).isFalse();
    assertThat(GATEWAY.api().journal(message)).isEmpty();
  }

  @Test
  void the_same_again_is_known_and_another_under_its_reference_is_refused() {
    Sent message = messages.get(8);
    assertThat(GATEWAY.api().post(message.json()).status()).isEqualTo(200);
    assertThat(GATEWAY.api().post(message.obj("https://else.example").json()).status())
        .isEqualTo(409);
    assertThat(CHANNEL.posts(message)).hasSize(1);
  }

  @Test
  void replay_says_that_the_message_has_left() {
    var answer =
        GATEWAY.api().call("POST", "/messages/AU:" + REFUSED.ref() + "/replay", null, null);
    assertThat(answer.status()).isEqualTo(409);
    assertThat(answer.json().path("detail").asText())
        .contains("has left the delivery outbox (intergov.retention.outbox)");
    var none = GATEWAY.api().call("POST", "/messages/AU:never-seen/replay", null, null);
    assertThat(none.status()).isEqualTo(404);
  }

  @Test
  void a_row_inserted_under_a_reference_that_has_left_is_held_where_an_operator_sees_it()
      throws SQLException {
    Sent message = messages.get(9);
    POSTGRES.execute(
        DATABASE,
        "INSERT INTO intergov.delivery_outbox"
            + " (sender, sender_ref, receiver, subject, obj, predicate)"
            + " VALUES ('AU', ?, 'SG', ?, ?, ?)",
        message.ref(),
        message.subject(),
        message.obj(),
        message.predicate());
    await()
        .untilAsserted(
            () ->
                assertThat(GATEWAY.api().get("/messages?status=held").body())
                    .contains("this reference stands in the lake already; nothing was sent"));
    assertThat(GATEWAY.api().status(message)).isEqualTo("accepted");
    assertThat(CHANNEL.posts(message)).hasSize(1);
    POSTGRES.execute(
        DATABASE, "DELETE FROM intergov.delivery_outbox WHERE sender_ref = ?", message.ref());
  }

  @Test
  @Tag("thorough")
  void a_stop_in_the_middle_of_a_sweep_is_prompt_and_the_next_start_goes_on() throws SQLException {
    String database = "retention_stop";
    GatewayProcess sweeping =
        GATEWAY
            .process("stop")
            .database(POSTGRES.create(database))
            .setting("INTERGOV_RETENTION_ARCHIVE", "false")
            .start();
    POSTGRES.execute(
        database,
        "INSERT INTO intergov.delivery_outbox (sender, sender_ref, receiver, subject, obj,"
            + " predicate, status, admitted, created_at, updated_at)"
            + " SELECT 'AU', 'old-' || n, 'SG', 's', 'o', 'p', 'accepted', true,"
            + " now() - interval '1 day', now() - interval '1 day'"
            + " FROM generate_series(1, 100000) n");
    await("a sweep is under way")
        .pollInterval(Duration.ofMillis(20))
        .until(() -> count(database, "delivery_outbox") < 99_000);

    long asked = System.nanoTime();
    assertThat(sweeping.terminate()).isZero();
    assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(Duration.ofSeconds(8));
    assertThat(count(database, "delivery_outbox")).isPositive();

    sweeping.start();
    await("the rest leaves")
        .pollInterval(Duration.ofMillis(500))
        .until(() -> count(database, "delivery_outbox") == 0);
    assertThat(count(database, "delivery_outbox_archive")).isZero();
  }

  private static long count(String database, String table) {
    return POSTGRES.counts(database, "SELECT 'n', count(*) FROM intergov." + table).get("n");
  }
}
