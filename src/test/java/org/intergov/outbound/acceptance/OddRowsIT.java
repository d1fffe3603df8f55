package org.intergov.outbound.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Rows that came by SQL and that the gateway or the lake cannot hold. Each is refused by the table,
 * or ends, or waits for an operator who can see why; none costs another message anything.
 */
@Execution(ExecutionMode.SAME_THREAD)
class OddRowsIT {
  private static final PostgresServer POSTGRES = PostgresServer.shared();

  private static final String DATABASE = "odd_rows";

  /** Of a stop with nothing to wait for: far less than it would wait if there were something. */
  private static final Duration STOP = Duration.ofMinutes(2);

  private static final TestChannel CHANNEL = new TestChannel();

  @RegisterExtension
  static final GatewayExtension GATEWAY =
      GatewayExtension.named("odd-rows")
          .with(CHANNEL)
          .setting("INTERGOV_SHUTDOWN_TIMEOUT", "4m")
          .channels(
              """
              defaults:
                timeout: 10s
                poll: { first-after: 100ms, every: 1s }
              channels:
                - { id: sg, match: { receiver: SG }, kind: http, parameters: { url: "%1$s" } }
                - { id: nz, match: { receiver: NZ }, kind: http, parameters: { url: "%1$s" } }
              """
                  .formatted(CHANNEL.url()));

  @TempDir Path directory;

  /** With all that these tests have left: none of it keeps the gateway from ending. */
  @AfterAll
  static void stopsAtLast() {
    stopsSoon();
  }

  @Test
  void no_value_of_any_column_stops_a_lane_and_each_such_row_ends_or_says_what_is_wrong_with_it() {
    List<Sent> odd = new ArrayList<>();
    Map<String, String> values = new LinkedHashMap<>();
    values.put("generation", "0");
    values.put("generation ", "-2147483648");
    values.put("generation  ", "2147483647");
    values.put("attempts", "-1");
    values.put("attempts ", "2147483647");
    values.put("unknowns", "-1");
    values.put("unknowns ", "2147483647");
    values.put("refused_by", "ARRAY['a,b', '', 'sg']");
    values.put("refused_by ", "ARRAY['x', NULL]");
    values.put("refused_by  ", "ARRAY[ARRAY['x', 'y'], ARRAY['z', 'sg']]");
    values.put("due_at", "'infinity'");
    values.put("due_at ", "'-infinity'");
    values.put("expires_at", "'infinity'");
    values.put("expires_at ", "'-infinity'");
    values.put("channel_id", "''");
    values.put("channel_id ", "E'no\\nsuch channel, ' || repeat('x', 5000)");
    values.put("status", "'sending'");
    values.put("locked_until", "'infinity'");
    values.put("created_at", "'-infinity'");
    values.put("updated_at", "'infinity'");
    values.put("last_error", "repeat('x', 1000000)");
    values.put("in_order", "true");
    // in the lane already, as what was claimed and came back; and not routed yet
    for (String lane : List.of("'sg'", "NULL")) {
      values.forEach(
          (column, value) -> {
            if (!column.startsWith("channel_id") || lane.equals("NULL")) {
              Sent message = Sent.to("SG", "odd-" + values.size() + "-" + odd.size());
              if (isTaken(message, column.strip(), value, lane)) {
                odd.add(message);
              }
            }
          });
    }
    List<Sent> good = GATEWAY.api().submit(Sent.many("SG", "beside-them", 50));
    List<Sent> others = GATEWAY.api().submit(Sent.many("NZ", "elsewhere", 50));
    GATEWAY.api().awaitStatus(good, "accepted");
    GATEWAY.api().awaitStatus(others, "accepted");
    odd.forEach(m -> awaitEndOrReason(m));
    assertThat(CHANNEL.repeated()).isEmpty();
    assertThat(GATEWAY.process().readyStatus()).isEqualTo(200);
  }

  /** Whether the table takes it; its constraints may say no, nothing else may. */
  private static boolean isTaken(Sent m, String column, String value, String lane) {
    String columns = "sender, sender_ref, receiver, subject, obj, predicate";
    String row = "'AU', '%s', 'SG', '%s', 'Qm', 'UN.CEFACT.Trade'".formatted(m.ref(), m.subject());
    String laneColumn = column.equals("channel_id") ? "" : ", channel_id";
    String laneValue = column.equals("channel_id") ? "" : ", " + lane;
    try {
      POSTGRES.execute(
          DATABASE,
          "INSERT INTO intergov.delivery_outbox (%s%s, %s) VALUES (%s%s, %s)"
              .formatted(columns, laneColumn, column, row, laneValue, value));
      return true;
    } catch (SQLException e) {
      assertThat(e.getSQLState()).as("%s = %s: %s", column, value, e).startsWith("23");
      return false;
    }
  }

  @Test
  void one_that_fails_on_the_way_to_its_channel_is_held_and_counted_and_its_lane_goes_on()
      throws SQLException {
    double before = faults();
    POSTGRES.execute(
        DATABASE,
        "ALTER TABLE intergov.delivery_outbox"
            + " DROP CONSTRAINT delivery_outbox_generation_is_1_or_more");
    Sent odd = Sent.to("SG", "no-generation");
    assertThat(isTaken(odd, "generation", "0", "'sg'")).isTrue();
    List<Sent> good = GATEWAY.api().submit(Sent.many("SG", "in-the-same-lane", 50));

    GATEWAY.api().awaitStatus(good, "accepted");
    GATEWAY.api().awaitDelivery(odd, "held");
    assertThat(CHANNEL.keys(odd)).isEmpty();
    assertThat(faults()).isEqualTo(before + 1);
  }

  /** Of the stage that sends. */
  private static double faults() {
    String counter = "intergov_faults_total{stage=\"multichannel-router\"} ";
    return GATEWAY
        .process()
        .metrics()
        .lines()
        .filter(line -> line.startsWith(counter))
        .mapToDouble(line -> Double.parseDouble(line.substring(counter.length())))
        .sum();
  }

  @Test
  void a_message_that_the_lake_refuses_costs_the_others_nothing_and_is_held_with_the_reason()
      throws SQLException {
    refuseInTheLake();
    List<Sent> refused = Sent.many("SG", "refused-by-the-lake", 3);
    List<Sent> good = new ArrayList<>();
    for (int i = 0; i < refused.size(); i++) {
      // in one batch with good ones
      good.addAll(Sent.many("SG", "good-a-" + i, 20));
      good.addAll(Sent.many("NZ", "good-b-" + i, 20));
    }
    insert(Stream.concat(refused.stream(), good.stream()).toList());
    GATEWAY.api().awaitStatus(good, "accepted");
    List<Sent> later = GATEWAY.api().submit(Sent.many("NZ", "later", 20));
    GATEWAY.api().awaitStatus(later, "accepted");

    refused.forEach(m -> GATEWAY.api().awaitDelivery(m, "held"));
    refused.forEach(m -> assertThat(error(m)).contains("not with us"));
    assertThat(references(GATEWAY.api().get("/messages?status=held")))
        .containsAll(refused.stream().map(Sent::reference).toList());
    Command.Ended listed =
        Command.run(directory, Map.of(), "dead-letters", "--url", GATEWAY.api().base());
    assertThat(listed.out())
        .as(listed.err())
        .contains(refused.stream().map(Sent::reference).toList())
        .contains("not with us");
    assertThat(Stream.concat(good.stream(), later.stream()))
        .allSatisfy(m -> assertThat(CHANNEL.posts(m)).hasSize(1));
    assertThat(refused).allSatisfy(m -> assertThat(CHANNEL.posts(m)).isEmpty());
    assertThat(GATEWAY.process().readyStatus()).isEqualTo(200);
  }

  @Test
  void good_lines_are_stored_whatever_the_lake_says_of_the_others() throws SQLException {
    refuseInTheLake();
    List<Sent> good = Sent.many("SG", "good-line", 20);
    List<Sent> lines = new ArrayList<>(good);
    Sent refused = Sent.to("SG", "refused-by-the-lake");
    lines.add(7, refused);
    Api.Answer answer = GATEWAY.api().ndjson(Api.lines(lines));
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    List<JsonNode> results = answer.lines();
    assertThat(results).hasSize(lines.size());
    for (int i = 0; i < results.size(); i++) {
      int status = results.get(i).path("status").asInt();
      if (i == 7) {
        assertThat(status).isNotEqualTo(201).isNotEqualTo(200);
      } else {
        assertThat(status).as(answer.body()).isEqualTo(201);
      }
    }
    GATEWAY.api().awaitStatus(good, "accepted");
  }

  @Test
  void a_message_whose_end_the_lake_refuses_costs_the_ends_of_the_others_nothing()
      throws SQLException {
    refuse("UPDATE", "AU.end-refused-by-the-lake");
    List<Sent> good = new ArrayList<>(Sent.many("SG", "good-end", 60));
    good.addAll(Sent.many("NZ", "good-end-too", 60));
    List<Sent> all = new ArrayList<>(good);
    List<Sent> refused = Sent.many("SG", "end-refused-by-the-lake", 3);
    List<Sent> rejected = Sent.many("BR", "end-refused-by-the-lake-and-no-route", 3);
    List<Sent> rejectedToo = Sent.many("BR", "no-route", 20);
    all.addAll(30, refused);
    all.addAll(60, rejected);
    all.addAll(rejectedToo);
    GATEWAY.api().submit(all);
    GATEWAY.api().awaitStatus(good, "accepted");
    GATEWAY.api().awaitStatus(rejectedToo, "rejected");
    List<Sent> next = GATEWAY.api().submit(Sent.many("NZ", "next", 20));
    GATEWAY.api().awaitStatus(next, "accepted");
    assertThat(GATEWAY.process().readyStatus()).isEqualTo(200);
  }

  private static void refuseInTheLake() throws SQLException {
    refuse("INSERT", "AU.refused-by-the-lake");
  }

  /** A rule of whoever owns the lake, as a trigger says it: no constraint, an error of its own. */
  private static void refuse(String what, String subject) throws SQLException {
    POSTGRES.execute(
        DATABASE,
        """
        CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'not with us'; END $$
        """);
    POSTGRES.execute(
        DATABASE,
        """
        CREATE OR REPLACE TRIGGER refusing_%1$s BEFORE %1$s ON intergov.message_lake FOR EACH ROW
        WHEN (NEW.subject LIKE '%2$s%%') EXECUTE FUNCTION refuse()
        """
            .formatted(what, subject));
  }

  /** All in one transaction. */
  private static void insert(List<Sent> messages) throws SQLException {
    POSTGRES.execute(
        DATABASE,
        "INSERT INTO intergov.delivery_outbox (sender, sender_ref, receiver, subject, obj,"
            + " predicate) SELECT 'AU', u.ref, u.receiver, 'AU.' || u.ref, 'Qm',"
            + " 'UN.CEFACT.Trade' FROM unnest(?::text[], ?::text[]) AS u (ref, receiver)",
        array(messages.stream().map(Sent::ref)),
        array(messages.stream().map(Sent::receiver)));
  }

  private static String array(Stream<String> values) {
    return "{" + String.join(",", values.toList()) + "}";
  }

  private static void awaitEndOrReason(Sent message) {
    await(message.reference() + " ends, or is held with a reason")
        .pollInterval(Duration.ofMillis(100))
        .untilAsserted(
            () -> {
              JsonNode now = GATEWAY.api().message(message);
              boolean ended = List.of("accepted", "rejected").contains(now.path("status").asText());
              boolean held = now.path("delivery").path("status").asText().equals("held");
              assertThat(ended || held).as("%s", now).isTrue();
              assertThat(ended || !error(message).isBlank()).as("%s", now).isTrue();
            });
  }

  private static String error(Sent message) {
    return GATEWAY.api().message(message).path("delivery").path("last_error").asText("");
  }

  private static List<String> references(Api.Answer page) {
    assertThat(page.status()).as(page.body()).isEqualTo(200);
    return page.json().findValuesAsText("reference");
  }

  private static void stopsSoon() {
    Instant before = Instant.now();
    GATEWAY.process().terminate();
    assertThat(Duration.between(before, Instant.now())).as("time of the stop").isLessThan(STOP);
  }
}
