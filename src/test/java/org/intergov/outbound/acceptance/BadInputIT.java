package org.intergov.outbound.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.intergov.outbound.message.MessagePath;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the REST interface says to what it cannot take; after each it takes a good message. */
class BadInputIT {
  private static final PostgresServer POSTGRES = PostgresServer.shared();
  private static final String JSON = "application/json";

  private static final TestChannel CHANNEL = new TestChannel();

  @RegisterExtension
  static final GatewayExtension GATEWAY =
      GatewayExtension.named("bad-input")
          .with(CHANNEL)
          .channels(CHANNEL.table("poll: { first-after: 100ms, every: 500ms }"));

  private static final Api API = GATEWAY.api();

  @AfterEach
  void the_gateway_goes_on_working() {
    Sent good = API.submit(Sent.to("SG", "good-" + UUID.randomUUID()));
    API.awaitStatus(good, "accepted");
  }

  private static void assertProblem(Api.Answer answer, int status) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(status);
    assertThat(answer.header("Content-Type")).startsWith("application/problem+json");
    assertThat(answer.json().path("status").asInt()).isEqualTo(status);
    assertThat(answer.json().path("title").asText()).isNotBlank();
    assertThat(answer.json().path("detail").asText()).isNotBlank();
  }

  private static void assertError(Api.Answer answer, String field, String rule) {
    List<String> errors = new ArrayList<>();
    answer
        .json()
        .path("errors")
        .forEach(e -> errors.add(e.path("field").asText() + " " + e.path("rule").asText()));
    assertThat(errors).as(answer.body()).contains(field + " " + rule);
  }

  private static ObjectNode good() {
    return Sent.to("SG", "never-stored-" + UUID.randomUUID()).node();
  }

  private static Stream<Arguments> brokenMessages() {
    return Stream.of(
        Arguments.of("lower-case country", good().put("receiver", "sg"), "receiver", "country"),
        Arguments.of("unknown country", good().put("receiver", "XX"), "receiver", "country"),
        Arguments.of("no country", good().put("receiver", "Singapore"), "receiver", "country"),
        Arguments.of("lower-case sender", good().put("sender", "au"), "sender", "country"),
        Arguments.of("blank subject", good().put("subject", " "), "subject", "blank"),
        Arguments.of("long subject", good().put("subject", "x".repeat(2_049)), "subject", "length"),
        Arguments.of("long obj", good().put("obj", "x".repeat(257)), "obj", "length"),
        Arguments.of("NUL in subject", good().put("subject", "a\u0000b"), "subject", "characters"),
        Arguments.of("space in obj", good().put("obj", "no uri"), "obj", "format"),
        Arguments.of("odd predicate", good().put("predicate", "UN..CEFACT"), "predicate", "format"),
        Arguments.of("unknown field", good().put("priority", 1), "priority", "unknown_field"),
        Arguments.of("number as subject", good().put("subject", 7), "subject", "type"),
        Arguments.of("null as subject", good().putNull("subject"), "subject", "type"),
        Arguments.of("missing subject", without("subject"), "subject", "required"),
        Arguments.of("missing receiver", without("receiver"), "receiver", "required"));
  }

  private static ObjectNode without(String field) {
    ObjectNode message = good();
    message.remove(field);
    return message;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("brokenMessages")
  void a_broken_message_is_refused_naming_field_and_rule(
      String what, JsonNode message, String field, String rule) {
    Api.Answer answer = API.post(message.toString());
    assertProblem(answer, 400);
    assertError(answer, field, rule);
    String reference = "/messages/AU:" + message.path("sender_ref").asText();
    assertProblem(API.get(reference), 404);
  }

  @Test
  void all_errors_of_a_message_come_in_one_answer() {
    ObjectNode message = good();
    message.put("sender", "au").put("receiver", "XX").put("subject", "").put("obj", "a b");
    message.put("predicate", "..").put("sender_ref", "x".repeat(257)).put("extra", true);
    Api.Answer answer = API.post(message.toString());
    assertProblem(answer, 400);
    List<String> fields = new ArrayList<>();
    answer.json().path("errors").forEach(e -> fields.add(e.path("field").asText()));
    assertThat(fields)
        .contains("sender", "receiver", "subject", "obj", "predicate", "sender_ref", "extra");
  }

  @Test
  void a_message_of_another_sender_is_forbidden() {
    Api.Answer answer = API.post(good().put("sender", "NZ").toString());
    assertProblem(answer, 403);
    assertError(answer, "sender", "jurisdiction");
  }

  @Test
  void a_body_of_10_MB_is_too_large() {
    Api.Answer answer =
        API.post(JSON, good().put("obj", "x".repeat(10 << 20)).toString().getBytes());
    assertProblem(answer, 413);
  }

  private static Stream<Arguments> notJson() {
    byte[] text = good().toString().getBytes(StandardCharsets.UTF_8);
    byte[] latin1 =
        good().put("subject", "Zürich").toString().getBytes(StandardCharsets.ISO_8859_1);
    String deep = "[".repeat(20_000) + "]".repeat(20_000);
    return Stream.of(
        Arguments.of("empty", new byte[0]),
        Arguments.of("white space", "  \n".getBytes()),
        Arguments.of("invalid UTF-8", latin1),
        Arguments.of("overlong UTF-8", new byte[] {(byte) 0xc0, (byte) 0x80}),
        Arguments.of("cut off", java.util.Arrays.copyOf(text, text.length / 2)),
        Arguments.of("deep", deep.getBytes()),
        Arguments.of("deep in a field", ("{\"sender\": " + deep + "}").getBytes()),
        Arguments.of("deep in an unknown field", ("{\"x\": " + deep + "}").getBytes()),
        Arguments.of("an array", "[]".getBytes()),
        Arguments.of("a string", "\"AU\"".getBytes()),
        Arguments.of("null", "null".getBytes()),
        Arguments.of("two objects", (good() + " " + good()).getBytes()),
        Arguments.of("NaN", "{\"sender\": NaN}".getBytes()),
        Arguments.of("comment", "/* */ {}".getBytes()),
        Arguments.of("long number", ("{\"x\": " + "9".repeat(50_000) + "}").getBytes()),
        Arguments.of("UTF-16", good().toString().getBytes(StandardCharsets.UTF_16)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("notJson")
  void what_is_no_JSON_object_in_UTF_8_is_a_bad_request(String what, byte[] body) {
    Api.Answer answer = API.post(JSON, body);
    assertProblem(answer, 400);
    assertThat(answer.json().path("errors").size()).isPositive();
  }

  @Test
  void a_field_given_twice_is_refused() {
    String twice = good().toString().replaceFirst("\\{", "{\"receiver\": \"NZ\", ");
    assertProblem(API.post(twice), 400);
  }

  @ParameterizedTest
  @ValueSource(strings = {"text/plain", "application/xml", "multipart/form-data; boundary=x", "x"})
  void another_content_type_is_unsupported(String type) {
    assertProblem(API.post(type, good().toString().getBytes()), 415);
  }

  @Test
  void the_same_message_again_is_known_and_another_one_under_its_reference_is_a_conflict() {
    Sent message = API.submit(Sent.to("SG", "again"));
    Api.Answer again = API.post(message.json());
    assertThat(again.status()).isEqualTo(200);
    assertThat(again.json().path("reference").asText()).isEqualTo(message.reference());
    assertProblem(API.post(message.obj("https://trade.example/other").json()), 409);
    API.awaitStatus(message, "accepted");
    assertThat(API.post(message.json()).status()).as("once it is finished").isEqualTo(200);
    assertThat(API.message(message).path("obj").asText()).isEqualTo(message.obj());
    assertThat(API.events(message)).containsOnlyOnce("submitted", "posted");
    assertThat(CHANNEL.posts(message)).hasSize(1);
  }

  @Test
  void the_same_message_from_20_clients_at_once_is_created_exactly_once() throws Exception {
    ExecutorService clients = Executors.newFixedThreadPool(20);
    try {
      for (int round = 1; round <= 5; round++) {
        Sent message = Sent.to("SG", "at-once-" + round);
        CyclicBarrier together = new CyclicBarrier(20);
        List<Future<Integer>> answers = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
          answers.add(
              clients.submit(
                  () -> {
                    together.await();
                    return API.post(message.json()).status();
                  }));
        }
        List<Integer> statuses = new ArrayList<>();
        for (Future<Integer> answer : answers) {
          statuses.add(answer.get());
        }
        assertThat(statuses).containsOnly(200, 201).containsOnlyOnce(201);
        API.awaitStatus(message, "accepted");
        assertThat(CHANNEL.posts(message)).hasSize(1);
        assertThat(API.events(message))
            .containsExactly("submitted", "posted", "confirmed", "accepted");
      }
    } finally {
      clients.shutdownNow();
    }
  }

  @Test
  void another_content_under_one_reference_from_20_clients_at_once_is_stored_once()
      throws Exception {
    ExecutorService clients = Executors.newFixedThreadPool(20);
    try {
      Sent message = Sent.to("SG", "contested");
      CyclicBarrier together = new CyclicBarrier(20);
      List<Future<Integer>> answers = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        Sent own = message.obj("https://trade.example/" + i);
        answers.add(
            clients.submit(
                () -> {
                  together.await();
                  return API.post(own.json()).status();
                }));
      }
      List<Integer> statuses = new ArrayList<>();
      for (Future<Integer> answer : answers) {
        statuses.add(answer.get());
      }
      assertThat(statuses).containsOnly(201, 409).containsOnlyOnce(201);
      API.awaitStatus(message, "accepted");
      assertThat(CHANNEL.posts(message)).hasSize(1);
    } finally {
      clients.shutdownNow();
    }
  }

  @Test
  void good_lines_of_NDJSON_are_stored_whatever_the_others_are() {
    Sent one = Sent.to("SG", "line-1");
    Sent three = Sent.to("SG", "line-3");
    Sent nine = Sent.to("SG", "line-9");
    String lines =
        String.join(
            "\n",
            one.json(),
            "{ not json",
            three.json(),
            "",
            good().put("receiver", "sg").put("subject", "").toString(),
            good().put("sender", "NZ").toString(),
            one.json(),
            one.obj("https://trade.example/other").json(),
            nine.json());
    Api.Answer answer = API.ndjson(lines);
    assertThat(answer.status()).isEqualTo(200);
    List<JsonNode> results = answer.lines();
    assertThat(results.stream().map(r -> r.path("line").asInt() + " " + r.path("status").asInt()))
        .containsExactly("1 201", "2 400", "3 201", "5 400", "6 403", "7 200", "8 409", "9 201");
    assertThat(results.get(0).path("reference").asText()).isEqualTo(one.reference());
    assertThat(results.get(3).path("errors").size()).isEqualTo(2);
    for (Sent message : List.of(one, three, nine)) {
      API.awaitStatus(message, "accepted");
      assertThat(CHANNEL.posts(message)).hasSize(1);
    }
  }

  @Test
  void a_line_of_1_MB_is_too_large_and_the_lines_around_it_are_stored() {
    Sent before = Sent.to("SG", "before-the-long-line");
    Sent after = Sent.to("SG", "after-the-long-line");
    String lines =
        before.json() + "\n" + good().put("obj", "x".repeat(1 << 20)) + "\n" + after.json();
    List<JsonNode> results = API.ndjson(lines).lines();
    assertThat(results.stream().map(r -> r.path("line").asInt() + " " + r.path("status").asInt()))
        .containsExactly("1 201", "2 413", "3 201");
    API.awaitStatus(before, "accepted");
    API.awaitStatus(after, "accepted");
  }

  @Test
  void a_line_that_is_not_UTF_8_harms_no_other() throws IOException {
    Sent before = Sent.to("SG", "before-latin-1");
    Sent after = Sent.to("SG", "after-latin-1");
    java.io.ByteArrayOutputStream body = new java.io.ByteArrayOutputStream();
    body.write((before.json() + "\r\n").getBytes(StandardCharsets.UTF_8));
    body.write(good().put("subject", "Zürich").toString().getBytes(StandardCharsets.ISO_8859_1));
    body.write(("\n" + after.json() + "\n").getBytes(StandardCharsets.UTF_8));
    List<JsonNode> results = API.post("application/x-ndjson", body.toByteArray()).lines();
    assertThat(results.stream().map(r -> r.path("status").asInt())).containsExactly(201, 400, 201);
  }

  @Test
  void NDJSON_without_a_line_is_answered_without_a_line() {
    Api.Answer answer = API.ndjson("");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.lines()).isEmpty();
  }

  @Test
  void a_message_without_a_reference_gets_one() {
    Sent message = Sent.to("SG", "no-reference");
    ObjectNode node = message.node();
    node.remove("sender_ref");
    Api.Answer answer = API.post(node.toString());
    assertThat(answer.status()).isEqualTo(201);
    String ref = answer.json().path("sender_ref").asText();
    assertThat(UUID.fromString(ref).toString()).isEqualTo(ref);
    assertThat(answer.header("Location")).isEqualTo("/messages/AU:" + ref);
    await().until(() -> CHANNEL.keys(message).equals(List.of("AU:" + ref)));
  }

  @Test
  void the_longest_message_is_taken() {
    Sent message =
        new Sent(
            "r".repeat(256), "SG", "🚢".repeat(2_048), "o".repeat(256), "UN." + "p".repeat(509));
    assertThat(API.post(message.json()).status()).isEqualTo(201);
    API.awaitStatus(message, "accepted");
    assertThat(CHANNEL.posts(message)).hasSize(1);
  }

  @Test
  void what_does_not_exist_is_a_404_and_what_cannot_be_done_a_405_as_problem_JSON() {
    assertProblem(API.get("/messages/AU:nobody"), 404);
    assertProblem(API.get("/messages/AU:nobody/journal"), 404);
    assertProblem(API.call("POST", "/messages/AU:nobody/replay", null, null), 404);
    assertProblem(API.get("/no/such/path"), 404);
    assertProblem(API.get("/"), 404);
    assertProblem(API.call("POST", "/channels/nobody/pause", null, null), 404);
    Api.Answer delete = API.call("DELETE", "/messages", null, null);
    assertProblem(delete, 405);
    assertThat(delete.header("Allow")).contains("POST");
    assertProblem(API.call("PUT", "/messages/AU:nobody", JSON, "{}".getBytes()), 405);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/messages/nobody",
        "/messages/AU:",
        "/messages?status=lost",
        "/messages?limit=0",
        "/messages?limit=many",
        "/messages?colour=blue",
        "/messages?after=-1"
      })
  void a_question_that_makes_no_sense_is_a_bad_request(String path) {
    assertProblem(API.get(path), 400);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "POST /messages HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            + "Content-Length: 1000\r\n\r\n{\"sender\": \"A",
        "POST /messages HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-ndjson\r\n"
            + "Transfer-Encoding: chunked\r\n\r\n5\r\n{\"sen",
        "NONSENSE\r\n\r\n",
        "GET /messages/%zz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
      })
  void a_client_that_hangs_up_in_the_middle_harms_nobody(String request) throws IOException {
    for (int i = 0; i < 20; i++) {
      try (Socket socket =
          new Socket(InetAddress.getLoopbackAddress(), GATEWAY.process().apiPort())) {
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().flush();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Host: 127.0.0.1\r\nOrigin: https://page.example\r\n",
        "Host: 127.0.0.1\r\nOrigin: null\r\n",
        "Host: rebound.example\r\n",
        "Host: rebound.example:8080\r\n"
      })
  void a_web_page_cannot_use_a_gateway_without_tokens(String headers) throws IOException {
    for (int port : List.of(GATEWAY.process().apiPort(), GATEWAY.process().managementPort())) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        socket.setSoTimeout(30_000);
        String request = "GET /channels HTTP/1.1\r\nConnection: close\r\n" + headers + "\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().flush();
        String answer =
            new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        assertThat(answer).startsWith("HTTP/1.1 403 ").contains("Not for web pages");
      }
    }
  }

  /** A request as it stands, and the answer to it, from its first line on. */
  private static String raw(int port, String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
      socket.getOutputStream().flush();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "POST /channels/other/../sg-shared-db/pause",
        "POST /channels/x/%2E%2E/sg-shared-db/pause",
        "POST /channels//sg-shared-db/pause",
        "POST /channels/sg-shared-db%2Fpause",
        "POST /channels/sg%2Dshared-db/pause",
        "POST \\channels\\sg-shared-db\\pause",
        "GET /callbacks/%2e%2e/messages",
        "GET /callbacks/..%5Cmessages",
        "GET /%6Dessages",
        "GET /messages/AU:%2F..%2F..%2Fcallbacks%2Fx"
      })
  void a_path_that_differs_from_its_normal_form_is_not_read_on_any_port(String path)
      throws IOException {
    for (int port : List.of(GATEWAY.process().apiPort(), GATEWAY.process().managementPort())) {
      String answer =
          raw(
              port,
              path
                  + " HTTP/1.1\r\n"
                  + "Host: localhost\r\n"
                  + "Content-Length: 0\r\n"
                  + "Connection: close\r\n\r\n");
      assertThat(answer).startsWith("HTTP/1.1 400 ");
    }
    assertThat(API.get("/channels").json().get(0).path("state").asText()).isNotEqualTo("paused");
  }

  @Test
  void health_is_not_found_by_another_path_either() throws IOException {
    for (String path : List.of("/observe/./health", "/observe//health", "/observe/%68ealth")) {
      String request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
      assertThat(raw(GATEWAY.process().managementPort(), request)).startsWith("HTTP/1.1 400 ");
    }
  }

  @Test
  void whatever_answers_get_answers_head_without_a_body() throws IOException {
    Sent message = API.submit(Sent.to("SG", "head"));
    API.awaitStatus(message, "accepted");
    String rest = " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    for (String path :
        List.of(
            "/messages?limit=1", "/messages/AU:head", "/messages/AU:head/journal", "/channels")) {
      assertThat(raw(GATEWAY.process().apiPort(), "HEAD " + path + rest))
          .as(path)
          .startsWith("HTTP/1.1 200 ")
          .endsWith("\r\n\r\n");
    }
    assertThat(raw(GATEWAY.process().apiPort(), "HEAD /messages/AU:none" + rest))
        .startsWith("HTTP/1.1 404 ")
        .endsWith("\r\n\r\n");
    assertThat(raw(GATEWAY.process().apiPort(), "HEAD /channels/sg-shared-db/pause" + rest))
        .startsWith("HTTP/1.1 405 ");
    for (String path :
        List.of("/observe/health/live", "/observe/health/ready", "/observe/metrics")) {
      assertThat(raw(GATEWAY.process().managementPort(), "HEAD " + path + rest))
          .as(path)
          .startsWith("HTTP/1.1 200 ")
          .endsWith("\r\n\r\n");
    }
    for (String path : List.of("/observe/health/nosuch", "/observe/nosuch", "/", "/messages")) {
      assertThat(raw(GATEWAY.process().managementPort(), "GET " + path + rest))
          .as(path)
          .startsWith("HTTP/1.1 404 ")
          .containsIgnoringCase("content-type: application/problem+json")
          .contains("/observe/health/ready");
    }
    // the connection goes on after it
    String two = "HEAD /channels HTTP/1.1\r\nHost: localhost\r\n\r\nGET /channels" + rest;
    assertThat(raw(GATEWAY.process().apiPort(), two).split("HTTP/1.1 200 ")).hasSize(3);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"AU:one/two+three", "AU:up/../down", "AU:a//b", "AU:back\\slash", "AU:./~*"})
  void every_reference_can_be_looked_up(String reference) {
    Api.Answer taken = API.post(Sent.to("SG", reference.substring(3)).json());
    assertThat(taken.status()).as(taken.body()).isEqualTo(201);

    Api.Answer found = API.get(taken.header("Location"));
    assertThat(found.json().path("reference").asText()).isEqualTo(reference);
    assertThat(API.get(MessagePath.of(reference, "/journal")).json().get(0).path("event").asText())
        .isEqualTo("submitted");
    Api.Answer replayed = API.call("POST", MessagePath.of(reference, "/replay"), null, null);
    assertProblem(replayed, 409);
  }

  @Test
  void one_that_was_inserted_with_a_control_character_can_be_looked_up_and_resolved()
      throws SQLException {
    try (Connection c = POSTGRES.connect("bad_input");
        PreparedStatement s =
            c.prepareStatement(
                "INSERT INTO intergov.delivery_outbox"
                    + " (sender, sender_ref, receiver, subject, obj, predicate)"
                    + " VALUES ('AU', ?, 'SG', 's', 'o', 'p')")) {
      s.setString(1, "tab\there");
      s.executeUpdate();
    }
    String reference = "AU:tab\there";
    await().until(() -> API.get(MessagePath.of(reference, "")).status() == 200);
    assertThat(API.get(MessagePath.of(reference, "/journal")).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Encoding: gzip",
        "Content-Encoding: identity, br",
        "Content-Type: application/json; charset=ISO-8859-1",
        "Content-Type: application/json;Charset=\"utf-16\""
      })
  void what_would_be_read_as_something_else_is_not_read(String header) throws IOException {
    String type = header.startsWith("Content-Type") ? "" : "Content-Type: application/json\r\n";
    for (String path : List.of("/messages", "/explain")) {
      String answer =
          raw(
              GATEWAY.process().apiPort(),
              "POST %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%s%s\r\nContent-Length: 2\r\n\r\n{}"
                  .formatted(path, type, header));
      assertThat(answer).startsWith("HTTP/1.1 415 ").contains("Unsupported c");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Type: application/json; charset=UTF-8",
        "Content-Type: application/json; charset=\"utf-8\"; x=y",
        "Content-Type: application/json\r\nContent-Encoding: identity"
      })
  void what_says_that_it_is_plain_utf_8_is_read(String header) throws IOException {
    String answer =
        raw(
            GATEWAY.process().apiPort(),
            "POST /messages HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%s\r\nContent-Length: 2\r\n\r\n{}"
                .formatted(header));
    assertThat(answer).startsWith("HTTP/1.1 400 ").contains("Invalid message");
  }

  @Test
  void a_body_that_says_that_it_is_too_long_is_refused_before_it_comes() throws IOException {
    try (Socket socket =
        new Socket(InetAddress.getLoopbackAddress(), GATEWAY.process().apiPort())) {
      socket.setSoTimeout(20_000);
      socket
          .getOutputStream()
          .write(
              "POST /messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 5000000\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
      byte[] first = socket.getInputStream().readNBytes(12);
      assertThat(first).asString().isEqualTo("HTTP/1.1 413");
    }
  }
}
