package org.intergov.outbound.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.intergov.outbound.acceptance.PlantedGateway.OPERATOR;
import static org.intergov.outbound.acceptance.PlantedGateway.PORTAL;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A secret in every place that takes one, and then every output is read for them. */
@Execution(ExecutionMode.CONCURRENT)
class SecretsIT {
  private static final Path FILES = Path.of("target", "acceptance", "secrets").toAbsolutePath();
  private static final PostgresServer POSTGRES = PostgresServer.shared();

  @RegisterExtension static final GatewayExtension GATEWAYS = GatewayExtension.onDemand();

  private static PlantedGateway planted;
  private static GatewayProcess gateway;

  @BeforeAll
  static void start() throws Exception {
    planted = new PlantedGateway(FILES, GATEWAYS);
    gateway = planted.gateway;
  }

  private static void assertTellsNothing(String what, String text) {
    assertThat(text).as(what).isNotEmpty();
    for (String secret : PlantedGateway.secrets()) {
      List<String> telling = text.lines().filter(line -> line.contains(secret)).limit(3).toList();
      assertThat(telling).as("%s tells %s", what, secret).isEmpty();
    }
  }

  @Test
  void no_output_of_a_run_tells_a_secret() throws Exception {
    run("text");
    try (Jmx jmx = Jmx.of(gateway)) {
      String all = jmx.everything();
      assertThat(all).contains("org.apache.camel", "java.lang:type=Runtime", "to-own-post");
      assertTellsNothing("JMX", all);
    }
    assertTellsNothing("JMX over HTTP", jolokia());
    commands();
    assertThat(gateway.terminate()).isZero();
    gateway.setting("INTERGOV_LOG_FORMAT", "json").launch();
    planted.client.awaitReady(gateway);
    run("json");
    assertThat(gateway.log().lines()).anyMatch(line -> line.startsWith("{\"time\":"));
    assertTellsNothing("the log", gateway.log());
    for (String id : callbacks()) {
      assertThat(gateway.log()).as("addresses for callbacks").doesNotContain(id);
    }
  }

  /** Everything is used; then all that a gateway says is read. */
  private static void run(String name) throws SQLException {
    StringBuilder answers =
        new StringBuilder(api(OPERATOR, "POST", "/channels/sg-oauth/resume", ""));
    for (String receiver : PlantedGateway.RECEIVERS) {
      Sent sent = Sent.to(receiver, name + "-" + receiver);
      answers.append(api(PORTAL, "POST", "/messages", sent.json()));
      answers.append(api(PORTAL, "POST", "/explain", sent.json()));
    }
    planted.sendPoison();
    awaitOutcomes(name);
    assertThat(planted.tokens.asked()).as("the secret was used").isNotEmpty();
    assertThat(planted.formTokens.asked()).as("the secret was sent").isNotEmpty();
    for (String path :
        List.of(
            "/messages/AU:" + name + "-FJ",
            "/messages/AU:" + name + "-FJ/journal",
            "/messages/AU:" + name + "-DE/journal",
            "/messages?access_token=planted-query",
            "/channels",
            "/parked",
            "/receipts",
            "/no-such-path?planted-query")) {
      answers.append(api(PORTAL, "GET", path, ""));
    }
    answers.append(api("planted-bearer", "GET", "/channels", ""));
    answers.append(api(PORTAL, "POST", "/channels/sg-oauth/pause", ""));
    answers.append(api(OPERATOR, "POST", "/channels/sg-oauth/pause", ""));
    answers.append(api(OPERATOR, "POST", "/messages/AU:" + name + "-US/replay", ""));
    answers.append(reloads());
    assertThat(answers)
        .contains("no message has this reference", "unknown key", "unsupported charset: ***");
    assertTellsNothing("an answer of the API", answers.toString());
    for (String path :
        List.of("/observe/metrics", "/observe/health", "/observe/health?data=true")) {
      assertTellsNothing(path, management(path));
    }
    for (String table :
        List.of(
            "delivery_outbox",
            "delivery_status",
            "channel_state",
            "channel_journal",
            "channel_receipts",
            "channel_subscription")) {
      assertTellsNothing(table, rows("secrets", table));
    }
    assertTellsNothing("the lake", rows("secrets_lake", "message_lake"));
    for (String id : callbacks()) {
      assertThat(answers).as("addresses for callbacks").doesNotContain(id);
    }
  }

  private static void awaitOutcomes(String name) {
    await("outcomes of all kinds")
        .untilAsserted(
            () -> {
              assertThat(rows("secrets_lake", "message_lake"))
                  .contains("SG", "accepted", "rejected");
              String journal = rows("secrets", "delivery_status");
              for (String unreachable : List.of("fj-basic", "gb-tls", "ie-key")) {
                assertThat(journal.lines().anyMatch(l -> isUnavailable(l, name, unreachable)))
                    .as(unreachable + " is unavailable in\n" + journal)
                    .isTrue();
              }
              assertThat(journal).contains("no door opens with ***");
              for (String reached : List.of("cn-form", "nz-key", "de-sqs", "to-own")) {
                assertThat(journal.lines().anyMatch(l -> isPosted(l, name, reached)))
                    .as(reached + " was posted to in\n" + journal)
                    .isTrue();
              }
              assertThat(rows("secrets", "channel_receipts")).contains("de-sqs");
              assertThat(rows("secrets", "channel_subscription")).contains("cn-form");
            });
  }

  /**
   * The table as it is, one that cannot be used, with secrets in plain text, and again as it is.
   */
  private static String reloads() {
    try {
      StringBuilder answers = new StringBuilder(api(OPERATOR, "POST", "/channels/reload", ""));
      Files.writeString(planted.channels, broken());
      answers.append(api(OPERATOR, "POST", "/channels/reload", ""));
      answers.append(management("/observe/health?data=true"));
      Files.writeString(planted.channels, unbuildable());
      answers.append(api(OPERATOR, "POST", "/channels/reload", ""));
      Files.writeString(planted.channels, planted.table);
      return answers.append(api(OPERATOR, "POST", "/channels/reload", "")).toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String broken() {
    return planted
        .table
        .replace(planted.channel.url(), "http://au:planted-userinfo@127.0.0.1:1")
        .replace("type: api-key, key", "type: api-key, kee")
        .replace("{{env:FJ_PASSWORD}}", "planted-plain")
        .replace("{{env:KEY_PASSWORD}}", "planted-wrong")
        .replace("session-token:", "sesion-token:")
        .replace("access-key: \"{{env:TO_KEY}}\"", "acces-key: planted-typo")
        .replace("{{env:TO_PASSWORD}}", "planted-map");
  }

  /** Of which Camel's own words tell what is wrong. */
  private static String unbuildable() {
    return planted.table.replace("cipher-key: UTF-8", "cipher-key: planted-cipher");
  }

  /** What the commands of an operator print. */
  private static void commands() throws IOException {
    Path token = Files.writeString(FILES.resolve("portal.token"), PORTAL);
    List<String> how =
        List.of(
            "--url=https://127.0.0.1:" + gateway.apiPort(),
            "--token-file=" + token,
            "--ca=" + FILES.resolve("server.crt"));
    for (List<String> command :
        List.of(List.of("status"), List.of("status", "AU:text-FJ"), List.of("dead-letters"))) {
      List<String> all = new ArrayList<>(command);
      all.addAll(how);
      said(String.join(" ", command), Map.of(), 0, all.toArray(String[]::new));
    }
  }

  /** The parts of callbacks' addresses that nobody can guess. */
  private static List<String> callbacks() throws SQLException {
    List<String> ids =
        PostgresServer.shared()
            .counts("secrets", "SELECT callback_id::text, 1 FROM intergov.channel_subscription")
            .keySet()
            .stream()
            .toList();
    assertThat(ids).isNotEmpty();
    return ids;
  }

  private static String management(String path) {
    return planted.client.call(PORTAL, "GET", gateway.managementPort(), path, "").toString();
  }

  private static String jolokia() {
    StringBuilder all = new StringBuilder();
    for (String domain :
        List.of("org.intergov.outbound", "org.apache.camel", "java.lang", "com.zaxxer.hikari")) {
      String answer = management("/observe/jolokia/read/" + domain + ":*");
      all.append(answer).append('\n');
    }
    all.append(management("/observe/jolokia/list"));
    assertThat(all).contains("type=Channel,id=sg-oauth", "type=routes", "\"Posted\":");
    return all.toString();
  }

  private static boolean isUnavailable(String line, String name, String channel) {
    return line.contains(name) && line.contains(channel) && line.contains("unavailable");
  }

  private static boolean isPosted(String line, String name, String channel) {
    return line.contains(name) && line.contains(channel) && line.contains("posted");
  }

  private static String api(String token, String method, String path, String body) {
    return planted.client.call(token, method, gateway.apiPort(), path, body) + "\n";
  }

  /** All rows of a table, as text. */
  private static String rows(String database, String table) throws SQLException {
    StringBuilder rows = new StringBuilder();
    try (Connection c = POSTGRES.connect(database);
        Statement s = c.createStatement();
        ResultSet r = s.executeQuery("SELECT t::text FROM intergov." + table + " t")) {
      while (r.next()) {
        rows.append(r.getString(1)).append('\n');
      }
    }
    return rows.toString();
  }

  @Test
  void commands_and_refused_starts_tell_no_secret() throws IOException {
    Map<String, String> environment = new HashMap<>(PlantedGateway.CHANNEL_SECRETS);
    environment.put("INTERGOV_JURISDICTION", "AU");
    Path good = Files.writeString(FILES.resolve("good.yaml"), planted.table);
    said("check", environment, 0, "check", good.toString());

    Path bad = Files.writeString(FILES.resolve("bad.yaml"), broken());
    said("check of a broken file", environment, 2, "check", bad.toString());
    Files.writeString(bad, unbuildable());
    said("check of one that Camel cannot build", environment, 2, "check", bad.toString());
    environment.put("INTERGOV_CHANNELS", good.toString());

    environment.put("INTERGOV_DATABASE_URL", "postgresql://au:planted-url@127.0.0.1/db");
    said("a start with a bad address", environment, 2, "run");
    String url = POSTGRES.createEmpty("secrets_refused").url();
    environment.put("INTERGOV_DATABASE_URL", url + "?user=none&password=planted-url");
    environment.put("INTERGOV_API_PORT", String.valueOf(Ports.free()));
    environment.put("INTERGOV_MANAGEMENT_PORT", String.valueOf(Ports.free()));
    environment.put("INTERGOV_LOG_LEVEL", "TRACE");
    said("a start that the database refuses", environment, 1, "run");
  }

  private static void said(
      String what, Map<String, String> environment, int code, String... command) {
    Command.Ended ended = Command.run(FILES, environment, command);
    assertThat(ended.code()).as(what + ": " + ended).isEqualTo(code);
    assertTellsNothing(what, ended.out() + ended.err());
  }
}
