package org.intergov.outbound.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.intergov.outbound.api.door.AccessToken;
import org.intergov.outbound.api.door.Role;
import org.intergov.outbound.docs.ApiDescription;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Calls every operation of docs/openapi.yaml with and without what it wants; each answer must be as
 * described, and each described status must have been seen.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ApiContractIT {
  /** What takes a broken database, a busy gateway or a client that stalls; other tests do that. */
  private static final Set<Integer> ELSEWHERE = Set.of(408, 422, 429, 503);

  private static final String JSON = "application/json";
  private static final String NDJSON = "application/x-ndjson";
  private static final String DECISION =
      "{\"delivered\": true, \"reason\": \"the channel has it\"}";

  private static final PostgresServer POSTGRES = PostgresServer.shared();
  private static final ApiDescription DESCRIPTION = ApiDescription.read();
  private static final Set<String> ROLES =
      Arrays.stream(Role.values()).map(Role::word).collect(Collectors.toUnmodifiableSet());

  private static final Path TOKENS_FILE =
      Path.of("target", "acceptance", "contract-tokens").toAbsolutePath();
  private static final Map<String, String> TOKENS =
      ROLES.stream().collect(Collectors.toMap(role -> role, role -> AccessToken.random()));
  private static final TestChannel CHANNEL = new TestChannel();

  @RegisterExtension
  static final GatewayExtension GATEWAY =
      GatewayExtension.named("contract")
          .with(CHANNEL)
          .before(ApiContractIT::writeTokens)
          .setting("INTERGOV_API_TOKENS_FILE", TOKENS_FILE.toString())
          .setting("INTERGOV_CHANNELS_WATCH", "false")
          .channels(table("http", "subject"));

  private static final ContractCalls CALLS =
      new ContractCalls(DESCRIPTION, GATEWAY.api().base(), TOKENS);

  private static void writeTokens() {
    StringBuilder lines = new StringBuilder();
    for (Role role : Role.values()) {
      String digest = AccessToken.digest(TOKENS.get(role.word()));
      lines.append(new AccessToken(role.word(), Set.of(role), digest).line()).append('\n');
    }
    GatewayProcess.write(TOKENS_FILE, lines.toString());
  }

  private static String table(String kind, String ordering) {
    return """
        channels:
          - id: sg
            match: { receiver: SG }
            ordering: %s
            on-unknown: hold
            kind: %s
            parameters: { url: "%s" }
            poll: { first-after: 100ms, every: 500ms }
        """
        .formatted(ordering, kind, CHANNEL.url());
  }

  private static Api.Answer expect(
      int status, String operation, String path, String type, String body) {
    String role = DESCRIPTION.roles(operation).stream().findFirst().orElse(null);
    Api.Answer answer = CALLS.call(role, operation, path, type, body);
    assertThat(answer.status()).as("%s: %s", path, answer).isEqualTo(status);
    return answer;
  }

  private static Api.Answer expect(int status, String operation, String path) {
    return expect(status, operation, path, null, null);
  }

  private static void awaitDelivery(String path, String status) {
    awaitDelivery(path, "status", status);
  }

  private static void awaitDelivery(String path, String field, String value) {
    await(path + ": " + field + " " + value)
        .until(
            () ->
                expect(200, "GET /messages/{reference}", path)
                    .json()
                    .path("delivery")
                    .path(field)
                    .asText()
                    .equals(value));
  }

  private static String submitted(String receiver, String name) {
    Sent message = Sent.to(receiver, name);
    expect(201, "POST /messages", "/messages", JSON, message.json());
    return "/messages/" + message.reference();
  }

  @Test
  @Order(1)
  void messages_are_handed_in_one_and_many() {
    Sent first = Sent.to("SG", "first");
    String submit = "POST /messages";
    expect(201, submit, "/messages", JSON, first.json());
    expect(200, submit, "/messages", JSON, first.json());
    expect(409, submit, "/messages", JSON, first.obj("https://other.example").json());
    expect(400, submit, "/messages", JSON, "{\"sender\": \"au\", \"more\": 1}");
    expect(400, submit, "/messages", JSON, "[");
    expect(403, submit, "/messages", JSON, first.node().put("sender", "NZ").toString());
    expect(413, submit, "/messages", JSON, " ".repeat(70_000));
    expect(415, submit, "/messages", "text/plain", first.json());
    String lines =
        String.join(
            "\n",
            Sent.to("SG", "second").json(),
            first.json(),
            first.obj("https://other.example").json(),
            "{}",
            first.node().put("sender", "NZ").toString(),
            " ".repeat(70_000) + "x");
    Api.Answer many = expect(200, submit, "/messages", NDJSON, lines);
    assertThat(many.lines())
        .extracting(line -> line.path("status").asInt())
        .containsExactly(201, 200, 409, 400, 403, 413);
  }

  @Test
  @Order(2)
  void messages_and_journals_are_read() {
    String path = submitted("SG", "to-be-read");
    awaitDelivery(path, "accepted");
    for (String below : new String[] {"", "/journal"}) {
      String operation = "GET /messages/{reference}" + below;
      expect(200, operation, path + below);
      expect(404, operation, "/messages/AU:nobody" + below);
      expect(400, operation, "/messages/nobody" + below);
    }
    String pages = "GET /messages";
    Api.Answer page = expect(200, pages, "/messages?limit=1&receiver=SG&status=accepted");
    expect(200, pages, "/messages?channel=sg&after=" + page.json().path("next").asText());
    for (String bad : new String[] {"status=lost", "limit=0", "after=x", "colour=red"}) {
      expect(400, pages, "/messages?" + bad);
    }
  }

  @Test
  @Order(3)
  void what_is_stuck_is_replayed_and_resolved() throws SQLException {
    CHANNEL.always(Sent.to("SG", "stuck"), Reply.storeThenReset());
    String held = submitted("SG", "stuck");
    awaitDelivery(held, "held");
    Sent behind = new Sent("behind", "SG", "AU.stuck", "urn:behind", "UN.CEFACT.Trade");
    expect(201, "POST /messages", "/messages", JSON, behind.json());
    awaitDelivery("/messages/AU:behind", "waits_for", "AU:stuck (held)");
    expect(200, "GET /messages", "/messages?status=held");
    String resolve = "POST /messages/{reference}/resolve";
    String replay = "POST /messages/{reference}/replay";
    expect(400, resolve, held + "/resolve", JSON, "{\"delivered\": \"yes\", \"why\": 1}");
    expect(413, resolve, held + "/resolve", JSON, " ".repeat(9_000));
    expect(202, replay, held + "/replay");
    awaitDelivery(held, "held");
    expect(200, resolve, held + "/resolve", JSON, DECISION);
    expect(409, resolve, held + "/resolve", JSON, DECISION);
    expect(409, replay, held + "/replay");
    for (String nobody : new String[] {"404 AU:nobody", "400 nobody"}) {
      String path = "/messages/" + nobody.substring(4);
      int status = Integer.parseInt(nobody.substring(0, 3));
      expect(status, replay, path + "/replay");
      expect(status, resolve, path + "/resolve", JSON, DECISION);
    }
    String rejected = submitted("FJ", "no-route");
    awaitDelivery(rejected, "rejected");
    expect(200, "GET /messages/{reference}/journal", rejected + "/journal");
  }

  @Test
  @Order(3)
  void what_is_parked_goes_again() throws SQLException {
    awaitDelivery(submitted("SG", "parked"), "accepted");
    POSTGRES.execute(
        "contract",
        """
        INSERT INTO intergov.message_updates
          (sender, sender_ref, message_id, patch, attempts, last_error, parked_at)
        SELECT sender, sender_ref, id, '{}', 10, 'the lake did not take it', now()
        FROM intergov.delivery_outbox WHERE sender_ref = 'parked'
        """);
    var page = expect(200, "GET /parked", "/parked?limit=1").json();
    String again = "POST /parked/{queue}/{seq}/replay";
    String path = "/parked/message_updates/" + page.at("/parked/0/seq").asText() + "/replay";
    expect(202, again, path);
    expect(404, again, path);
    CALLS.expectBadEscape(again, "/parked/%zz/1/replay");
    expect(400, "GET /parked", "/parked?limit=many");
  }

  @Test
  @Order(3)
  void lanes_are_shown_paused_and_resumed() {
    for (String to : new String[] {"pause", "resume"}) {
      String operation = "POST /channels/{channel}/" + to;
      expect(200, operation, "/channels/sg/" + to + "?reason=looking%20at%20it");
      expect(404, operation, "/channels/nobody/" + to);
      CALLS.expectBadEscape(operation, "/channels/%zz/" + to);
      expect(200, "GET /channels", "/channels");
    }
  }

  @Test
  @Order(3)
  void receipts_that_were_put_aside_are_shown() throws SQLException {
    POSTGRES.execute(
        "contract",
        "INSERT INTO intergov.channel_receipts (channel_id, receipt_id, content, error)"
            + " VALUES ('sg', 'm-1', 'nonsense', 'not JSON'), ('sg', 'm-2', '{}', 'no status')");
    Api.Answer first = expect(200, "GET /receipts", "/receipts?limit=1");
    assertThat(first.json().at("/receipts/0/receipt_id").asText()).isEqualTo("m-1");
    String after = first.json().path("next").asText();
    Api.Answer second = expect(200, "GET /receipts", "/receipts?after=" + after);
    assertThat(second.json().at("/receipts/0/receipt_id").asText()).isEqualTo("m-2");
    expect(400, "GET /receipts", "/receipts?limit=0");
  }

  @Test
  @Order(3)
  void the_table_is_read_anew() {
    String reload = "POST /channels/reload";
    GATEWAY.process().channels(table("carrier-pigeon", "subject"));
    Api.Answer unusable = expect(422, reload, "/channels/reload");
    assertThat(unusable.json().at("/errors/0/found").asText()).contains("carrier-pigeon");
    GATEWAY.process().channels(table("http", "none") + "    description: Another one\n");
    Api.Answer edited = expect(200, reload, "/channels/reload");
    assertThat(edited.json().at("/changed/0").asText()).isEqualTo("sg");
    GATEWAY.process().channels(table("http", "subject"));
    expect(200, reload, "/channels/reload");
  }

  @Test
  @Order(3)
  void another_method_is_told_which_ones_there_are() {
    Map<String, Set<String>> methods = new TreeMap<>();
    for (String operation : DESCRIPTION.operations().keySet()) {
      String[] parts = operation.split(" ", 2);
      methods.computeIfAbsent(parts[1], path -> new TreeSet<>()).add(parts[0]);
    }
    methods.forEach(
        (described, allowed) -> {
          String path = described.replaceAll("\\{[^}]+}", "1");
          Api.Answer answer = CALLS.sent("DELETE", path, "operate", null, null);
          assertThat(answer.status()).as("DELETE %s", path).isEqualTo(405);
          assertThat(answer.header("Allow")).as(path).isEqualTo(String.join(", ", allowed));
          assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        });
  }

  @Test
  @Order(3)
  void a_routing_is_explained() {
    String message = Sent.to("SG", "explained").json();
    expect(200, "POST /explain", "/explain", JSON, message);
    expect(200, "POST /explain", "/explain?at=2026-12-01T02:00:00Z", JSON, message);
    expect(200, "POST /explain", "/explain", JSON, Sent.to("FJ", "explained").json());
    expect(400, "POST /explain", "/explain?at=noon", JSON, message);
    expect(400, "POST /explain", "/explain", JSON, "{}");
    expect(415, "POST /explain", "/explain", JSON + "; charset=utf-16", message);
  }

  @Test
  @Order(3)
  void callbacks_are_answered() throws SQLException {
    String id = "6f1c3f0e-9f57-4a3a-8b7e-0c6a3e1f2d4b";
    POSTGRES.execute(
        "contract",
        "INSERT INTO intergov.channel_subscription"
            + " (message_id, channel_id, channel_txn_id, callback_id)"
            + " VALUES (0, 'sg', 'txn', '%s')".formatted(id));
    String verify = "GET /callbacks/{channel}/{subscription}";
    String changed = "POST /callbacks/{channel}/{subscription}";
    String path = "/callbacks/sg/" + id;
    String query = "?hub.mode=subscribe&hub.topic=txn&hub.challenge=c&hub.lease_seconds=60";
    Api.Answer verified = expect(200, verify, path + query);
    assertThat(verified.body()).isEqualTo("c");
    expect(204, verify, path + "?hub.mode=denied");
    expect(404, verify, path);
    CALLS.expectBadEscape(verify, "/callbacks/sg/%zz");
    CALLS.expectBadEscape(verify, path + "?x=%zz");
    expect(204, changed, path);
    CALLS.expectBadEscape(changed, "/callbacks/sg/%zz");
    expect(404, changed, "/callbacks/sg/" + id.replace('6', '7'));
  }

  @Test
  @Order(4)
  void nothing_is_answered_without_a_token_of_the_right_role() {
    for (String operation : DESCRIPTION.operations().keySet()) {
      Set<String> roles = DESCRIPTION.roles(operation);
      if (roles.isEmpty()) {
        continue;
      }
      String path = operation.substring(operation.indexOf(' ') + 1);
      path = path.replace("{reference}", "AU:first").replaceAll("\\{[^}]+}", "1");
      assertThat(CALLS.call(null, operation, path, null, null).status())
          .as(operation)
          .isEqualTo(401);
      assertThat(CALLS.call("guessed", operation, path, null, null).status()).isEqualTo(401);
      for (String role : ROLES) {
        boolean may = roles.contains(role) || role.equals("operate") && roles.contains("read");
        int status = CALLS.call(role, operation, path, null, null).status();
        assertThat(status == 403).as("%s as %s: %s", operation, role, status).isEqualTo(!may);
      }
    }
  }

  @Test
  @Order(5)
  void every_status_that_is_described_was_seen() {
    for (String operation : DESCRIPTION.operations().keySet()) {
      Set<Integer> described = new TreeSet<>(DESCRIPTION.statuses(operation));
      described.removeAll(ELSEWHERE);
      assertThat(CALLS.seen(operation)).as(operation).containsAll(described);
    }
  }

  @Test
  @Order(5)
  void nothing_of_all_that_was_asked_made_the_gateway_fail() {
    assertThat(GATEWAY.process().log()).doesNotContain("Unhandled exception", "ERROR Call");
  }
}
