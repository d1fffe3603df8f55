package org.intergov.outbound.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;
import org.intergov.outbound.api.AccessToken;
import org.intergov.outbound.channel.TestCertificates;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * A secret in every place that takes one, and then every output is read for them. All planted ones
 * have the word "planted" in them; where HTTP encodes them, the encoded form is looked for too.
 */
@ExtendWith(ShowLogsOnFailure.class)
@Execution(ExecutionMode.CONCURRENT)
class SecretsIT {
  private static final Path FILES = Path.of("target", "acceptance", "secrets").toAbsolutePath();
  private static final PostgresServer POSTGRES = PostgresServer.shared();
  private static final String PORTAL = AccessToken.random();
  private static final String OPERATOR = AccessToken.random();
  private static final Map<String, String> CHANNEL_SECRETS =
      Map.of(
          "SG_SECRET", "planted-oauth",
          "NZ_KEY", "planted-api-key",
          "FJ_PASSWORD", "planted-basic",
          "GB_PASSWORD", TestCertificates.PASSWORD,
          "FR_PASSWORD", "planted-kafka");
  private static SecureClient client;
  private static TestChannel channel;
  private static TestChannel locked;
  private static TokenServer tokens;
  private static GatewayProcess gateway;
  private static Path channels;

  @BeforeAll
  static void start() throws Exception {
    Directories.delete(FILES);
    TestCertificates.make(FILES, "server");
    TestCertificates.make(FILES, "client");
    Files.writeString(
        FILES.resolve("tokens"),
        "portal submit,read sha256:%s%nshift operate sha256:%s%n"
            .formatted(AccessToken.digest(PORTAL), AccessToken.digest(OPERATOR)));
    client = new SecureClient(FILES.resolve("server.crt"));
    channel = new TestChannel();
    locked = new TestChannel().otherwise(post -> Reply.status(401));
    tokens = new TokenServer("Basic " + base64("au:planted-oauth")).open();
    channels = Files.writeString(FILES.resolve("channels.yaml"), channelsYaml());
    gateway = gateway().launch();
    client.awaitReady(gateway);
  }

  @AfterAll
  static void stop() {
    gateway.close();
    tokens.close();
    locked.close();
    channel.close();
  }

  private static GatewayProcess gateway() throws SQLException {
    PostgresServer.Login outbox = POSTGRES.create("secrets");
    PostgresServer.Login lake = POSTGRES.create("secrets_lake");
    for (String role : List.of("owner", "flow", "lake")) {
      POSTGRES.execute(
          "secrets", "CREATE ROLE secrets_" + role + " LOGIN PASSWORD 'planted-" + role + "'");
    }
    POSTGRES.execute("secrets", "GRANT CREATE ON DATABASE secrets TO secrets_owner");
    POSTGRES.execute("secrets", "GRANT CREATE ON DATABASE secrets_lake TO secrets_lake");
    GatewayProcess made =
        GatewayProcess.named("secrets-gateway")
            .database(new PostgresServer.Login(outbox.url(), "secrets_flow", "planted-flow"))
            .lake(new PostgresServer.Login(lake.url(), "secrets_lake", "planted-lake"))
            .setting("INTERGOV_DATABASE_MIGRATION_USERNAME", "secrets_owner")
            .setting("INTERGOV_DATABASE_MIGRATION_PASSWORD", "planted-owner")
            .setting("INTERGOV_API_TOKENS_FILE", FILES.resolve("tokens").toString())
            .setting("INTERGOV_API_TLS_CERTIFICATE", FILES.resolve("server.crt").toString())
            .setting("INTERGOV_API_TLS_KEY", FILES.resolve("server.key").toString())
            .setting("INTERGOV_INTAKE_KAFKA_BROKERS", "127.0.0.1:" + Ports.free())
            .setting("INTERGOV_INTAKE_KAFKA_TOPIC", "in")
            .setting("INTERGOV_INTAKE_KAFKA_DEAD_LETTER_TOPIC", "dead")
            .setting("INTERGOV_INTAKE_KAFKA_SECURITY_PROTOCOL", "SASL_PLAINTEXT")
            .setting("INTERGOV_INTAKE_KAFKA_AUTH_USERNAME", "au")
            .setting("INTERGOV_INTAKE_KAFKA_AUTH_PASSWORD", "planted-intake")
            .setting("INTERGOV_LOG_LEVEL", "TRACE")
            .channelsFile(channels);
    CHANNEL_SECRETS.forEach(made::setting);
    return made;
  }

  private static String channelsYaml() {
    return """
        defaults:
          retry: { attempts: 2, first-delay: 100ms, factor: 2, max-delay: 500ms }
          poll: { first-after: 100ms, every: 1s }
        channels:
          - id: sg-oauth
            match: { receiver: SG }
            kind: http
            parameters:
              url: "%1$s"
              auth: { type: oauth2, token-url: "%2$s/token", client-id: au,
                      client-secret: "{{env:SG_SECRET}}" }
          - id: nz-key
            match: { receiver: NZ }
            kind: http
            parameters:
              url: "%1$s"
              auth: { type: api-key, key: "{{env:NZ_KEY}}" }
          - id: fj-basic
            match: { receiver: FJ }
            kind: http
            parameters:
              url: "%3$s"
              auth: { type: basic, username: au, password: "{{env:FJ_PASSWORD}}" }
          - id: gb-tls
            match: { receiver: GB }
            kind: http
            parameters:
              url: "https://127.0.0.1:%4$d"
              tls:
                ca: server.crt
                keystore: client.p12
                keystore-password: "{{env:GB_PASSWORD}}"
          - id: fr-kafka
            match: { receiver: FR }
            kind: kafka
            parameters:
              brokers: "127.0.0.1:%4$d"
              topic: fr
              security-protocol: SASL_PLAINTEXT
              auth: { username: au, password: "{{env:FR_PASSWORD}}" }
        """
        .formatted(channel.url(), tokens.url(), locked.url(), Ports.free());
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  /** What must not be found, in any form in which it could have been copied. */
  private static List<String> secrets() {
    List<String> secrets =
        new ArrayList<>(List.of("planted", PORTAL, OPERATOR, TestCertificates.PASSWORD));
    secrets.add(base64("au:planted-oauth"));
    secrets.add(base64("au:planted-basic"));
    secrets.add("token-1"); // what the token endpoint has given
    return secrets;
  }

  private static void assertTellsNothing(String what, String text) {
    assertThat(text).as(what).isNotEmpty();
    for (String secret : secrets()) {
      List<String> telling = text.lines().filter(line -> line.contains(secret)).limit(3).toList();
      assertThat(telling).as("%s tells %s", what, secret).isEmpty();
    }
  }

  @Test
  void no_output_of_a_run_tells_a_secret() throws Exception {
    StringBuilder answers = new StringBuilder();
    for (String receiver : List.of("SG", "NZ", "FJ", "GB", "FR", "US")) {
      Sent sent = Sent.to(receiver, "secrets-" + receiver);
      answers.append(api(PORTAL, "POST", "/messages", sent.json()));
      answers.append(api(PORTAL, "POST", "/explain", sent.json()));
    }
    await("outcomes of all kinds")
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () -> {
              assertThat(rows("secrets_lake", "message_lake"))
                  .contains("SG", "accepted", "rejected");
              String journal = rows("secrets", "delivery_status");
              for (String unreachable : List.of("fj-basic", "gb-tls")) {
                assertThat(journal.lines().anyMatch(l -> isUnavailable(l, unreachable)))
                    .as(unreachable + " is unavailable in\n" + journal)
                    .isTrue();
              }
            });
    assertThat(tokens.asked()).as("the secret was used").isNotEmpty();
    for (String path :
        List.of(
            "/messages/AU:secrets-FJ",
            "/messages/AU:secrets-FJ/journal",
            "/messages?access_token=planted-query",
            "/channels",
            "/parked",
            "/no-such-path?planted-query")) {
      answers.append(api(PORTAL, "GET", path, ""));
    }
    answers.append(api("planted-bearer", "GET", "/channels", ""));
    answers.append(api(PORTAL, "POST", "/channels/sg-oauth/pause", ""));
    answers.append(api(OPERATOR, "POST", "/channels/sg-oauth/pause", ""));
    answers.append(api(OPERATOR, "POST", "/messages/AU:secrets-US/replay", ""));
    assertTellsNothing("an answer of the API", answers.toString());
    for (String path : List.of("/observe/metrics", "/observe/health")) {
      assertTellsNothing(
          path, client.call(PORTAL, "GET", gateway.managementPort(), path, "").toString());
    }
    for (String table : List.of("delivery_outbox", "delivery_status", "channel_state")) {
      assertTellsNothing(table, rows("secrets", table));
    }
    assertTellsNothing("the lake", rows("secrets_lake", "message_lake"));
    assertTellsNothing("JMX", mbeans());
    assertTellsNothing("the log", gateway.log());
  }

  private static boolean isUnavailable(String line, String channel) {
    return line.contains(channel) && line.contains("unavailable");
  }

  private static String api(String token, String method, String path, String body) {
    return client.call(token, method, gateway.apiPort(), path, body) + "\n";
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

  /** Every attribute of every MBean of the gateway's JVM. */
  private static String mbeans() throws Exception {
    VirtualMachine machine = VirtualMachine.attach(String.valueOf(gateway.pid()));
    String url = machine.startLocalManagementAgent();
    machine.detach();
    StringBuilder all = new StringBuilder();
    try (JMXConnector connector = JMXConnectorFactory.connect(new JMXServiceURL(url))) {
      MBeanServerConnection beans = connector.getMBeanServerConnection();
      for (ObjectName name : beans.queryNames(null, null)) {
        String[] attributes =
            Arrays.stream(beans.getMBeanInfo(name).getAttributes())
                .filter(MBeanAttributeInfo::isReadable)
                .map(MBeanAttributeInfo::getName)
                .toArray(String[]::new);
        all.append(name).append('\n');
        beans
            .getAttributes(name, attributes)
            .asList()
            .forEach(
                a -> all.append(a.getName()).append('=').append(text(a.getValue())).append('\n'));
      }
    }
    assertThat(all).contains("org.apache.camel", "java.lang:type=Runtime");
    return all.toString();
  }

  private static String text(Object value) {
    return value instanceof Object[] array ? Arrays.deepToString(array) : String.valueOf(value);
  }

  @Test
  void commands_and_refused_starts_tell_no_secret() throws IOException {
    Map<String, String> environment = new HashMap<>(CHANNEL_SECRETS);
    environment.put("INTERGOV_JURISDICTION", "AU");
    said("check", environment, 0, "check", channels.toString());

    Path bad =
        Files.writeString(
            FILES.resolve("bad.yaml"),
            Files.readString(channels)
                .replace(channel.url(), "http://au:planted-userinfo@127.0.0.1:1")
                .replace("type: api-key, key", "type: api-key, kee")
                .replace("{{env:FJ_PASSWORD}}", "planted-plain"));
    said("check of a broken file", environment, 2, "check", bad.toString());
    environment.put("INTERGOV_CHANNELS", channels.toString());

    environment.put("INTERGOV_DATABASE_URL", "postgresql://au:planted-url@127.0.0.1/db");
    said("a start with a bad address", environment, 2, "run");
    String url = POSTGRES.create("secrets_refused").url();
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
