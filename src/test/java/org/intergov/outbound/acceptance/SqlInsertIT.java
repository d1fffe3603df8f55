package org.intergov.outbound.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Another system inserts into the delivery outbox, inside its own transactions. */
@Execution(ExecutionMode.CONCURRENT)
class SqlInsertIT {
  private static final PostgresServer POSTGRES = PostgresServer.shared();
  private static final String DATABASE = "sql_insert";
  private static final String INSERT =
      "INSERT INTO intergov.delivery_outbox"
          + " (sender, sender_ref, receiver, subject, obj, predicate) VALUES (?, ?, ?, ?, ?, ?)";

  private static final TestChannel CHANNEL = new TestChannel();

  @RegisterExtension
  static final GatewayExtension GATEWAY =
      GatewayExtension.named("sql-insert")
          .with(CHANNEL)
          .channels(CHANNEL.table("poll: { first-after: 100ms, every: 500ms }"));

  private static final Api API = GATEWAY.api();

  private static void insert(String sender, Sent m) throws SQLException {
    POSTGRES.execute(
        DATABASE, INSERT, sender, m.ref(), m.receiver(), m.subject(), m.obj(), m.predicate());
  }

  @Test
  void a_row_is_delivered_within_a_second_and_has_lake_entry_and_submitted() throws SQLException {
    Sent message = Sent.to("SG", "by-sql");
    insert("AU", message);
    await("well within a second on an idle machine; this one may be busy")
        .pollInterval(Duration.ofMillis(20))
        .until(() -> CHANNEL.has(message));
    API.awaitStatus(message, "accepted");
    assertThat(API.events(message)).containsExactly("submitted", "posted", "confirmed", "accepted");
    assertThat(CHANNEL.keys(message)).containsExactly(message.reference());
    assertThat(POSTGRES.counts(DATABASE, lakeOf(message))).isEqualTo(Map.of("accepted", 1L));
  }

  private static String lakeOf(Sent message) {
    return "SELECT status, 1 FROM intergov.message_lake WHERE sender_ref = '%s'"
        .formatted(message.ref());
  }

  @Test
  void a_row_without_a_reference_gets_one() throws SQLException {
    Sent message = Sent.to("SG", "by-sql-without-reference");
    POSTGRES.execute(
        DATABASE,
        "INSERT INTO intergov.delivery_outbox (sender, receiver, subject, obj, predicate)"
            + " VALUES ('AU', 'SG', ?, ?, ?)",
        message.subject(),
        message.obj(),
        message.predicate());
    await().until(() -> CHANNEL.has(message));
    assertThat(CHANNEL.keys(message).get(0)).matches("AU:[0-9a-f-]{36}");
  }

  @Test
  void a_thousand_rows_of_one_transaction_are_seen_when_it_commits_and_each_is_posted_once()
      throws SQLException {
    String many =
        "INSERT INTO intergov.delivery_outbox (sender, receiver, subject, obj, predicate)"
            + " SELECT 'AU', 'SG', 'AU.by-sql-many-' || i, 'obj', 'UN.CEFACT.X'"
            + " FROM generate_series(1, 1000) i";
    try (Connection c = POSTGRES.connect(DATABASE);
        PreparedStatement s = c.prepareStatement(many)) {
      c.setAutoCommit(false);
      s.executeUpdate();
      Sent meanwhile = API.submit(Sent.to("SG", "meanwhile"));
      API.awaitStatus(meanwhile, "accepted");
      assertThat(posted()).isZero();
      c.commit();
    }
    await().until(() -> posted() >= 1_000);
    String accepted =
        "SELECT status, count(*) FROM intergov.message_lake"
            + " WHERE subject LIKE 'AU.by-sql-many-%' GROUP BY 1";
    await()
        .untilAsserted(
            () ->
                assertThat(POSTGRES.counts(DATABASE, accepted))
                    .isEqualTo(Map.of("accepted", 1_000L)));
    assertThat(posted()).isEqualTo(1_000);
  }

  private static long posted() {
    return CHANNEL.posts().stream().filter(p -> p.subject().startsWith("AU.by-sql-many-")).count();
  }

  @Test
  void what_is_no_country_code_at_all_is_refused_by_the_table() {
    assertThatThrownBy(() -> insert("au", Sent.to("SG", "by-sql-lower-case")))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("sender_is_two_upper_case_letters");
    assertThatThrownBy(() -> insert("AU", Sent.to("sg", "by-sql-lower-case")))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("receiver_is_two_upper_case_letters");
    assertThatThrownBy(() -> insert("AU", Sent.to("SG", "by-sql-long").obj("x".repeat(257))))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("obj_is_1_to_256_characters");
  }

  private static void assertInvalid(String sender, Sent message) {
    String reference = "/messages/" + sender + ":" + message.ref();
    await(reference)
        .untilAsserted(
            () -> assertThat(API.get(reference).body()).contains("\"reason\":\"invalid\""));
    await()
        .untilAsserted(
            () ->
                assertThat(API.get(reference + "/journal").json().findValuesAsText("event"))
                    .containsExactly("submitted", "rejected"));
    assertThat(API.get(reference).json().path("status").asText()).isEqualTo("rejected");
    assertThat(CHANNEL.posts(message)).isEmpty();
  }

  @Test
  void a_row_of_another_sender_is_rejected_as_invalid() throws SQLException {
    Sent message = Sent.to("SG", "by-sql-wrong-sender");
    insert("NZ", message);
    assertInvalid("NZ", message);
  }

  @Test
  void a_row_for_a_country_that_does_not_exist_is_rejected_as_invalid() throws SQLException {
    Sent message = Sent.to("XX", "by-sql-unknown-country");
    insert("AU", message);
    assertInvalid("AU", message);
  }

  @Test
  void a_row_with_a_predicate_that_is_none_is_rejected_as_invalid() throws SQLException {
    Sent message = Sent.to("SG", "by-sql-odd-predicate").predicate("no predicate");
    insert("AU", message);
    assertInvalid("AU", message);
  }

  @Test
  void a_row_under_a_reference_that_was_submitted_is_refused_by_the_table() {
    Sent message = API.submit(Sent.to("SG", "by-rest-first"));
    assertThatThrownBy(() -> insert("AU", message))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("reference_is_unique");
  }
}
