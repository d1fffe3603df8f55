package org.intergov.outbound.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.intergov.outbound.api.door.AccessToken;
import org.intergov.outbound.channel.kafka.TestCertificates;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** Who may do what over the network: tokens, roles, TLS, and what attackers get. */
class AccessIT {
  private static final Path FILES = Path.of("target", "acceptance", "access").toAbsolutePath();
  private static final Path TOKENS = FILES.resolve("tokens");
  private static final String UNKNOWN = AccessToken.random();
  private static final Map<String, String> HOLDERS =
      Map.of(
          "portal", AccessToken.random(),
          "auditor", AccessToken.random(),
          "night-shift", AccessToken.random(),
          "hasty", AccessToken.random());
  private static final TestChannel CHANNEL = new TestChannel();

  @RegisterExtension
  static final GatewayExtension GATEWAY =
      GatewayExtension.named("access")
          .with(CHANNEL)
          .startedLater()
          .setting("INTERGOV_API_TOKENS_FILE", TOKENS.toString())
          .setting("INTERGOV_API_TLS_CERTIFICATE", FILES.resolve("shown.crt").toString())
          .setting("INTERGOV_API_TLS_KEY", FILES.resolve("shown.key").toString())
          .setting("INTERGOV_API_RATE", "50")
          .setting("INTERGOV_MANAGEMENT_JOLOKIA", "true")
          .channels(
              """
              channels:
                - id: sg
                  match: { receiver: SG }
                  kind: http
                  parameters: { url: "%s" }
                  poll: { first-after: 100ms, every: 500ms }
              """
                  .formatted(CHANNEL.url()));

  private static SecureClient client;

  /** A path of the API and a method it takes. */
  private record Endpoint(String method, String path) {}

  @BeforeAll
  static void start() throws IOException {
    Directories.delete(FILES);
    TestCertificates.make(FILES, "first");
    TestCertificates.make(FILES, "second");
    show("first");
    writeTokens("portal submit", "auditor read", "night-shift operate", "hasty read,submit");
    client = new SecureClient(FILES.resolve("first.crt"), FILES.resolve("second.crt"));
    GATEWAY.process().launch();
    client.awaitReady(GATEWAY.process());
    // the answers to paths that are none are the last to be installed
    await().until(() -> GATEWAY.process().log().contains("ready in"));
  }

  private static void show(String name) throws IOException {
    for (String end : List.of(".key", ".crt")) {
      Path next = Files.copy(FILES.resolve(name + end), FILES.resolve("next" + end));
      Files.move(next, FILES.resolve("shown" + end), StandardCopyOption.ATOMIC_MOVE);
    }
  }

  private static void writeTokens(String... holders) throws IOException {
    List<String> lines = new ArrayList<>();
    for (String holder : holders) {
      String token = HOLDERS.get(holder.substring(0, holder.indexOf(' ')));
      lines.add(holder + " sha256:" + AccessToken.digest(token));
    }
    Path next = Files.write(FILES.resolve("tokens.next"), lines);
    Files.move(next, TOKENS, StandardCopyOption.ATOMIC_MOVE);
  }

  private static Api.Answer call(String holder, String method, String path) {
    return call(holder, method, path, "");
  }

  private static Api.Answer call(String holder, String method, String path, String body) {
    return client.call(HOLDERS.get(holder), method, GATEWAY.process().apiPort(), path, body);
  }

  private static Api.Answer management(String token, String path) {
    return client.call(token, "GET", GATEWAY.process().managementPort(), path, "");
  }

  /** What the route files offer, but the callbacks, so that none is forgotten here. */
  private static List<Endpoint> endpoints() throws IOException {
    List<Endpoint> endpoints = new ArrayList<>();
    try (Stream<Path> files = Files.list(Path.of("src/main/resources/routes"))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".yaml")).toList()) {
        JsonNode routes =
            Api.JSON.valueToTree(
                new Load(LoadSettings.builder().build()).loadFromString(Files.readString(file)));
        for (JsonNode rest : routes.findValues("rest")) {
          for (String method : List.of("get", "post")) {
            for (JsonNode verb : rest.path(method)) {
              String path = verb.path("path").asText();
              if (!path.startsWith("/callbacks/")) {
                endpoints.add(
                    new Endpoint(
                        method.toUpperCase(Locale.ROOT), path.replaceAll("\\{[a-z]+}", "1")));
              }
            }
          }
        }
      }
    }
    assertThat(endpoints).hasSizeGreaterThan(10);
    return endpoints;
  }

  @Test
  void nobody_comes_in_without_a_token_that_is_known() throws IOException {
    List<Endpoint> all = new ArrayList<>(endpoints());
    all.add(new Endpoint("GET", "/no-such-path"));
    all.add(new Endpoint("DELETE", "/messages"));
    assertThat(call("nobody", "GET", "/callbacks/../messages").status()).isEqualTo(400);
    for (Endpoint endpoint : all) {
      Api.Answer without = call("nobody", endpoint.method(), endpoint.path());
      assertThat(without.status()).as(endpoint + " " + without).isEqualTo(401);
      assertThat(without.header("WWW-Authenticate")).startsWith("Bearer realm=");
      assertThat(without.header("Content-Type")).isEqualTo("application/problem+json");
      Api.Answer unknown =
          client.call(
              UNKNOWN, endpoint.method(), GATEWAY.process().apiPort(), endpoint.path(), "{}");
      assertThat(unknown.status()).as(endpoint.toString()).isEqualTo(401);
      assertThat(unknown.header("WWW-Authenticate")).contains("error=\"invalid_token\"");
      assertThat(unknown.body()).doesNotContain(UNKNOWN);
    }
  }

  @Test
  void a_token_without_the_role_does_nothing() throws IOException {
    for (Endpoint endpoint : endpoints()) {
      boolean intake = endpoint.equals(new Endpoint("POST", "/messages"));
      Api.Answer answer =
          call(
              intake ? "auditor" : "portal",
              endpoint.method(),
              endpoint.path(),
              Sent.to("SG", "not-allowed").json());
      assertThat(answer.status()).as(endpoint + " " + answer).isEqualTo(403);
      assertThat(answer.json().path("detail").asText())
          .matches("The token of (auditor|portal) lacks the role (submit|read|operate)\\.");
      assertThat(answer.header("WWW-Authenticate")).contains("insufficient_scope");
    }
    List<Endpoint> acting =
        endpoints().stream()
            .filter(e -> !e.method().equals("GET"))
            .filter(e -> !List.of("/messages", "/explain").contains(e.path()))
            .map(e -> new Endpoint(e.method(), e.path().replace("/channels/1/", "/channels/sg/")))
            .toList();
    assertThat(acting).hasSizeGreaterThan(5);
    for (Endpoint endpoint : acting) {
      Api.Answer answer = call("auditor", endpoint.method(), endpoint.path());
      assertThat(answer.status()).as(endpoint + " " + answer).isEqualTo(403);
      assertThat(answer.json().path("detail").asText())
          .isEqualTo("The token of auditor lacks the role operate.");
    }
    assertThat(call("auditor", "GET", "/messages/AU:not-allowed").status()).isEqualTo(404);
    assertThat(call("auditor", "GET", "/channels").body()).doesNotContain("\"paused\":true");
  }

  @Test
  void a_token_with_the_role_does_and_the_journal_names_its_holder() {
    Sent sent = Sent.to("SG", "allowed");
    assertThat(call("portal", "POST", "/messages", sent.json()).status()).isEqualTo(201);
    String path = "/messages/" + sent.reference();
    await()
        .untilAsserted(() -> assertThat(call("auditor", "GET", path).body()).contains("accepted"));
    assertThat(call("night-shift", "GET", path).status()).as("operate reads").isEqualTo(200);
    assertThat(call("auditor", "GET", "/messages?limit=1").status()).isEqualTo(200);
    assertThat(call("auditor", "POST", "/explain", sent.json()).status()).isEqualTo(200);

    assertThat(call("night-shift", "POST", "/channels/sg/pause").status()).isEqualTo(200);
    assertThat(call("auditor", "GET", "/channels").body()).contains("night-shift 127.0.0.1");
    assertThat(call("night-shift", "POST", "/channels/sg/resume").status()).isEqualTo(200);
    assertThat(call("night-shift", "POST", "/channels/reload").status()).isEqualTo(200);
    assertThat(
            PostgresServer.shared()
                .counts(
                    "access",
                    "SELECT action, count(*) FROM intergov.channel_journal"
                        + " WHERE who LIKE 'night-shift %' GROUP BY 1"))
        .containsKeys("paused", "resumed", "reloaded");

    Sent lost = Sent.to("NZ", "no-channel");
    call("portal", "POST", "/messages", lost.json());
    String lostPath = "/messages/" + lost.reference();
    await()
        .untilAsserted(
            () -> assertThat(call("auditor", "GET", lostPath).body()).contains("rejected"));
    assertThat(call("night-shift", "POST", lostPath + "/replay").status()).isLessThan(300);
    assertThat(call("auditor", "GET", lostPath + "/journal").body())
        .contains("\"replayed\"", "night-shift 127.0.0.1");
  }

  @Test
  void of_the_management_port_only_health_is_for_everybody() {
    assertThat(management(null, "/observe/health").status()).isEqualTo(200);
    assertThat(management(null, "/observe/health/live").status()).isEqualTo(200);
    for (String path : List.of("/observe/metrics", "/", "/observe/health?data=true")) {
      assertThat(management(null, path).status()).as(path).isEqualTo(401);
      assertThat(management(UNKNOWN, path).status()).as(path).isEqualTo(401);
    }
    for (String path : List.of("/observe/health/../metrics", "/observe/health/%2e%2e/metrics")) {
      assertThat(management(null, path).status()).as(path).isEqualTo(400);
    }
    await("those who came without a known token left a trace")
        .untilAsserted(
            () -> {
              assertThat(GATEWAY.process().log())
                  .contains(
                      "refused GET \"/observe/metrics\" from 127.0.0.1: The token is not known")
                  .doesNotContain(UNKNOWN);
              assertThat(management(HOLDERS.get("auditor"), "/observe/metrics").body())
                  .containsPattern("intergov_api_unauthorized_total [1-9]");
            });
    assertThat(management(HOLDERS.get("portal"), "/observe/metrics").status()).isEqualTo(403);
    Api.Answer metrics = management(HOLDERS.get("auditor"), "/observe/metrics");
    assertThat(metrics.status()).isEqualTo(200);
    assertThat(metrics.body()).contains("# TYPE intergov_");
  }

  @Test
  void jmx_over_http_reads_with_one_role_and_does_with_another() {
    String bean = "org.intergov.outbound:type=Channel,id=sg";
    String read = "/observe/jolokia/read/" + bean + "/Circuit";
    assertThat(management(null, read).status()).isEqualTo(401);
    assertThat(management(HOLDERS.get("portal"), read).status()).isEqualTo(403);
    await()
        .untilAsserted(
            () ->
                assertThat(management(HOLDERS.get("auditor"), read).json().path("value").asText())
                    .isEqualTo("closed"));

    String pause = "/observe/jolokia/exec/" + bean + "/pause/x";
    for (String path :
        List.of(
            pause,
            "/observe/jolokia?p=" + pause.substring("/observe/jolokia".length()),
            "/observe/jolokia/write/java.lang:type=Memory/Verbose/true")) {
      assertThat(management(HOLDERS.get("auditor"), path).status()).as(path).isEqualTo(403);
    }
    for (String path :
        List.of(
            "/observe/metrics/../jolokia/exec/" + bean + "/pause/x",
            "/observe/jolokia/read/../exec/" + bean + "/pause/x",
            "/observe/%6aolokia/exec/" + bean + "/pause/x")) {
      assertThat(management(HOLDERS.get("auditor"), path).status()).as(path).isEqualTo(400);
    }
    String body = "{\"type\":\"exec\",\"mbean\":\"%s\",\"operation\":\"%s\",\"arguments\":[%s]}";
    String pausing = body.formatted(bean, "pause", "\"over http\"");
    assertThat(jolokia("auditor", pausing).status()).isEqualTo(403);
    assertThat(call("auditor", "GET", "/channels").body()).doesNotContain("\"paused\"");
    assertThat(jolokia("night-shift", pausing).json().path("status").asInt()).isEqualTo(200);
    assertThat(call("auditor", "GET", "/channels").body())
        .contains("over http", "\"paused\"", "\"paused_by\":\"night-shift 127.0.0.1\"");
    assertThat(GATEWAY.process().log())
        .contains("channel sg: paused by night-shift 127.0.0.1: over http");
    assertThat(jolokia("night-shift", body.formatted(bean, "resume", "")).body())
        .contains("\"status\":200");
    for (String forbidden :
        List.of(
            body.formatted("java.lang:type=Memory", "gc", ""),
            body.formatted(
                "org.apache.camel:context=intergov-outbound,type=context,name=\\\"intergov-outbound\\\"",
                "stop",
                ""),
            "{\"type\":\"read\",\"mbean\":\"java.lang:type=Runtime\","
                + "\"attribute\":\"SystemProperties\"}")) {
      Api.Answer answer = jolokia("night-shift", forbidden);
      assertThat(answer.json().path("status").asInt()).as(answer.toString()).isEqualTo(403);
    }
  }

  private static Api.Answer jolokia(String holder, String body) {
    return client.call(
        HOLDERS.get(holder), "POST", GATEWAY.process().managementPort(), "/observe/jolokia", body);
  }

  @Test
  void a_certificate_that_is_replaced_is_shown_from_then_on_and_a_broken_one_is_not()
      throws IOException {
    assertShown("CN=first");
    show("second");
    // a handshake under way while the certificate is exchanged may fail
    await()
        .ignoreExceptionsInstanceOf(IOException.class)
        .untilAsserted(() -> assertShown("CN=second"));

    Files.writeString(FILES.resolve("shown.crt"), "no certificate");
    await()
        .until(() -> GATEWAY.process().log().contains("the certificate read before stays in use"));
    assertShown("CN=second");
    show("first");
    await()
        .ignoreExceptionsInstanceOf(IOException.class)
        .untilAsserted(() -> assertShown("CN=first"));
  }

  private static void assertShown(String name) throws IOException {
    assertThat(client.shown(GATEWAY.process().apiPort())).isEqualTo(name);
    assertThat(client.shown(GATEWAY.process().managementPort())).isEqualTo(name);
  }

  @Test
  void a_token_that_is_taken_away_opens_nothing_and_a_broken_file_changes_nothing()
      throws IOException {
    writeTokens("portal submit", "night-shift operate", "hasty read,submit");
    await().until(() -> call("auditor", "GET", "/channels").status() == 401);

    Files.writeString(TOKENS, "auditor read " + HOLDERS.get("auditor") + "\n");
    await().until(() -> GATEWAY.process().log().contains("the tokens read before stay valid"));
    assertThat(call("auditor", "GET", "/channels").status()).isEqualTo(401);
    assertThat(call("night-shift", "GET", "/channels").status()).isEqualTo(200);
    assertThat(GATEWAY.process().log()).doesNotContain(HOLDERS.get("auditor"));

    writeTokens("portal submit", "auditor read", "night-shift operate", "hasty read,submit");
    await().until(() -> call("auditor", "GET", "/channels").status() == 200);
  }

  @Test
  void who_asks_too_often_waits_and_others_do_not() throws IOException {
    // one after the other, without waiting for answers: faster than any machine is allowed to be
    String request =
        "GET /none HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\n"
            .formatted(HOLDERS.get("hasty"));
    String answers =
        client.raw(
            GATEWAY.process().apiPort(),
            (request + "\r\n").repeat(1_000) + request + "Connection: close\r\n\r\n");
    assertThat(
            Pattern.compile("HTTP/1\\.1 (\\d{3})")
                .matcher(answers)
                .results()
                .map(found -> found.group(1))
                .distinct())
        .containsExactlyInAnyOrder("404", "429");
    assertThat(answers)
        .contains("hasty may make 50 requests a second. Try again.")
        .containsIgnoringCase("Retry-After: 1");
    assertThat(call("auditor", "GET", "/channels").status()).isEqualTo(200);
    await().until(() -> call("hasty", "GET", "/channels").status() == 200);
  }

  @Test
  void what_is_oversize_or_malformed_is_refused_and_costs_nobody_else() throws IOException {
    for (int port : List.of(GATEWAY.process().apiPort(), GATEWAY.process().managementPort())) {
      String close = "Host: x\r\nConnection: close\r\n";
      assertThat(client.raw(port, "GET /" + "x".repeat(5_000) + " HTTP/1.1\r\n" + close + "\r\n"))
          .matches("(?s)HTTP/1\\.[01] 414 .*");
      assertThat(
              client.raw(
                  port, "GET / HTTP/1.1\r\n" + close + "X: " + "x".repeat(9_000) + "\r\n\r\n"))
          .matches("(?s)HTTP/1\\.[01] 431 .*");
      assertThat(client.raw(port, "\u0016\u0003\u0001 nonsense\r\n\r\n"))
          .matches("(?s)HTTP/1\\.[01] 400 .*");
      assertThat(
              client.raw(
                  port,
                  "POST / HTTP/1.1\r\n" + close + "Content-Length: 5\r\nContent-Length: 6\r\n\r\n"))
          .matches("(?s)HTTP/1\\.[01] 400 .*");
      assertThat(client.raw(port, "GET http://other/messages HTTP/1.1\r\n" + close + "\r\n"))
          .matches("(?s)HTTP/1\\.[01] 401 .*");
      assertThat(client.raw(port, "OPTIONS * HTTP/1.1\r\n" + close + "\r\n"))
          .matches("(?s)HTTP/1\\.[01] 4.*");
    }
    assertThat(call("portal", "POST", "/messages", "{".repeat(100_000)).status()).isIn(400, 413);
    for (String path : List.of("/messages?receiver=%00", "/messages/AU:%00", "/explain?at=%00")) {
      String method = path.startsWith("/explain") ? "POST" : "GET";
      assertThat(call("auditor", method, path, Sent.to("SG", "x").json()).status())
          .as(path)
          .isEqualTo(400);
    }
    String callback = "/callbacks/sg/00000000-0000-0000-0000-000000000000";
    String nul = "?hub.mode=subscribe&hub.challenge=a&hub.topic=%00";
    assertThat(call("nobody", "GET", callback + nul).status()).isEqualTo(400);
    assertThat(GATEWAY.process().log()).doesNotContain(" failed");
    assertThat(call("auditor", "GET", "/channels").status()).isEqualTo(200);
  }

  @Test
  void who_sends_headers_a_byte_at_a_time_is_hung_up_on() throws IOException {
    int api = GATEWAY.process().apiPort();
    int management = GATEWAY.process().managementPort();
    try (Socket slow = client.connect(api);
        Socket slowToo = client.connect(management);
        Socket silent = new Socket("127.0.0.1", api);
        Socket silentToo = new Socket("127.0.0.1", management)) {
      List<Socket> open = List.of(slow, slowToo);
      for (Socket socket : open) {
        socket.getOutputStream().write("GET / HTTP/1.1\r\n".getBytes(StandardCharsets.US_ASCII));
      }
      byte[] more = "X".getBytes(StandardCharsets.US_ASCII);
      await().until(() -> open.stream().filter(s -> isHungUp(s, more)).count() == open.size());
      for (Socket socket : List.of(silent, silentToo)) {
        socket.setSoTimeout(30_000);
        assertThat(socket.getInputStream().read()).as("no handshake: hung up").isEqualTo(-1);
      }
    }
  }

  private static boolean isHungUp(Socket socket, byte[] more) {
    try {
      socket.getOutputStream().write(more);
      socket.getOutputStream().flush();
      socket.setSoTimeout(50);
      return socket.getInputStream().read() < 0;
    } catch (java.net.SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  @Test
  void commands_go_over_https_with_a_token_and_say_what_is_missing() throws IOException {
    Path token = Files.writeString(FILES.resolve("auditor.token"), HOLDERS.get("auditor") + "\n");
    Path ca = Files.copy(FILES.resolve("first.crt"), FILES.resolve("ca.crt"));
    String url = "https://127.0.0.1:" + GATEWAY.process().apiPort();

    Command.Ended known =
        command("status", "--url", url, "--ca", "" + ca, "--token-file", "" + token);
    assertThat(known.code()).as(known.err()).isZero();
    assertThat(known.out()).contains("sg");
    Command.Ended without = command("status", "--url", url, "--ca", "" + ca);
    assertThat(without.code()).isEqualTo(1);
    assertThat(without.err()).contains("401", "--token-file").doesNotContain("\tat ");
    Command.Ended lacking =
        command("replay", "--url", url, "--ca", "" + ca, "--token-file", "" + token, "AU:1");
    assertThat(lacking.code()).isEqualTo(1);
    assertThat(lacking.err() + lacking.out()).contains("auditor lacks the role operate");
    Command.Ended untrusted = command("status", "--url", url, "--token-file", "" + token);
    assertThat(untrusted.code()).isEqualTo(1);
    assertThat(untrusted.err()).contains("TLS", "--ca").doesNotContain("\tat ");
  }

  private static Command.Ended command(String... arguments) {
    return Command.run(FILES, Map.of(), arguments);
  }
}
