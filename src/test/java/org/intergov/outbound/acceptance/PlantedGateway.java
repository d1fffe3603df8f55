package org.intergov.outbound.acceptance;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.intergov.outbound.api.door.AccessToken;
import org.intergov.outbound.channel.kafka.TestCertificates;
import org.intergov.outbound.channel.sqs.ElasticMq;

/**
 * A gateway with a secret in every place that takes one. All planted ones have the word "planted"
 * in them; where HTTP encodes them, the encoded form is to be looked for too.
 */
final class PlantedGateway {
  static final String PORTAL = AccessToken.random();
  static final String OPERATOR = AccessToken.random();

  /** A receiver for each of its channels, and one that has none. */
  static final List<String> RECEIVERS =
      List.of("SG", "NZ", "FJ", "GB", "IE", "FR", "PH", "DE", "CN", "TO", "NU", "US");

  static final Map<String, String> CHANNEL_SECRETS =
      Map.ofEntries(
          Map.entry("SG_SECRET", "planted-oauth"),
          Map.entry("CN_SECRET", "planted-form"),
          Map.entry("NZ_KEY", "planted-api-key"),
          Map.entry("FJ_PASSWORD", "planted-basic"),
          Map.entry("GB_PASSWORD", TestCertificates.PASSWORD),
          Map.entry("KEY_PASSWORD", "planted-key-password"),
          Map.entry("FR_PASSWORD", "planted-kafka"),
          Map.entry("DE_SECRET", "planted-sqs-secret"),
          Map.entry("DE_TOKEN", "planted-sqs-token"),
          Map.entry("NU_KEY", "planted?own&fault"),
          Map.entry("TO_KEY", "planted-own-kind"),
          Map.entry("TO_PASSWORD", "planted-own-map"));

  private static final PostgresServer POSTGRES = PostgresServer.shared();
  private static final ElasticMq MQ = QueueServer.shared();

  final Path files;
  final SecureClient client;
  final TokenServer tokens;
  final TokenServer formTokens;
  final TestHub hub = new TestHub();
  final TestChannel channel;
  final TestChannel calling;
  final TestChannel locked;
  final Path channels;

  /** What stands in the file of channels at first. */
  final String table;

  final GatewayProcess gateway;

  /** All of it is closed by that extension. */
  PlantedGateway(Path files, GatewayExtension owner) throws IOException, SQLException {
    this.files = files;
    tokens = owner.closing(new TokenServer("Basic " + base64("au:planted-oauth"))).open();
    formTokens = owner.closing(TokenServer.ofForm("client_secret=planted-form")).open();
    channel = owner.channelServer();
    calling = owner.channelServer().subscriptions(this::subscribe);
    locked = owner.channelServer().otherwise(post -> Reply.status(401));
    Directories.delete(files);
    TestCertificates.make(files, "server");
    TestCertificates.make(files, "client");
    TestCertificates.encryptKey(files, "client", "planted-key-password");
    Files.writeString(
        files.resolve("tokens"),
        "portal submit,read sha256:%s%nshift operate sha256:%s%n"
            .formatted(AccessToken.digest(PORTAL), AccessToken.digest(OPERATOR)));
    client = new SecureClient(files.resolve("server.crt"));
    List.of("secrets-out", "secrets-receipts", "secrets-in", "secrets-dead").forEach(MQ::create);
    GatewayProcess.write(files.resolve("routes").resolve("own.camel.yaml"), OWN_KIND);
    table = channelsYaml();
    channels = GatewayProcess.write(files.resolve("channels.yaml"), table);
    gateway = tell(owner.process("secrets-gateway")).launch();
    client.awaitReady(gateway);
  }

  /** The channel's hub takes requests to call back, and verifies none. */
  private void subscribe(io.vertx.core.http.HttpServerRequest request) {
    request.response().setStatusCode(503).end();
  }

  /** What must not be found, in any form in which it could have been copied. */
  static List<String> secrets() {
    List<String> secrets =
        new ArrayList<>(List.of("planted", PORTAL, OPERATOR, TestCertificates.PASSWORD));
    secrets.add(base64("au:planted-oauth"));
    secrets.add(base64("au:planted-basic"));
    secrets.add("token-1"); // what the token endpoints have given
    return secrets;
  }

  static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  /** A receipt that no channel should send. */
  void sendPoison() {
    MQ.send("secrets-receipts", List.of("{\"reference\":\"AU:none\",\"status\":\"confirmed\"}"));
  }

  private GatewayProcess tell(GatewayProcess gateway) throws SQLException {
    PostgresServer.Login outbox = POSTGRES.createEmpty("secrets");
    PostgresServer.Login lake = POSTGRES.createEmpty("secrets_lake");
    for (String role : List.of("owner", "flow", "lake")) {
      POSTGRES.execute(
          "secrets", "CREATE ROLE secrets_" + role + " LOGIN PASSWORD 'planted-" + role + "'");
    }
    POSTGRES.execute("secrets", "GRANT CREATE ON DATABASE secrets TO secrets_owner");
    POSTGRES.execute("secrets", "GRANT CREATE ON DATABASE secrets_lake TO secrets_lake");
    gateway
        .database(new PostgresServer.Login(outbox.url(), "secrets_flow", "planted-flow"))
        .lake(new PostgresServer.Login(lake.url(), "secrets_lake", "planted-lake"))
        .setting("INTERGOV_LOG_LEVEL", "TRACE")
        .channelsFile(channels);
    settings().forEach(gateway::setting);
    CHANNEL_SECRETS.forEach(gateway::setting);
    return gateway;
  }

  private Map<String, String> settings() {
    Map<String, String> settings = new HashMap<>();
    settings.put("DATABASE_MIGRATION_USERNAME", "secrets_owner");
    settings.put("DATABASE_MIGRATION_PASSWORD", "planted-owner");
    settings.put("API_TOKENS_FILE", files.resolve("tokens").toString());
    settings.put("API_TLS_CERTIFICATE", files.resolve("server.crt").toString());
    settings.put("API_TLS_KEY", files.resolve("server.key").toString());
    settings.put("MANAGEMENT_JOLOKIA", "true");
    settings.put("INTAKE_KAFKA_BROKERS", "127.0.0.1:" + Ports.free());
    settings.put("INTAKE_KAFKA_TOPIC", "in");
    settings.put("INTAKE_KAFKA_DEAD_LETTER_TOPIC", "dead");
    settings.put("INTAKE_KAFKA_SECURITY_PROTOCOL", "SASL_SSL");
    settings.put("INTAKE_KAFKA_AUTH_USERNAME", "au");
    settings.put("INTAKE_KAFKA_AUTH_PASSWORD", "planted-intake");
    settings.put("INTAKE_KAFKA_TLS_CERTIFICATE", files.resolve("client.crt").toString());
    settings.put("INTAKE_KAFKA_TLS_KEY", files.resolve("client.encrypted.key").toString());
    settings.put("INTAKE_KAFKA_TLS_KEY_PASSWORD", "planted-key-password");
    settings.put("INTAKE_SQS_QUEUE", "secrets-in");
    settings.put("INTAKE_SQS_DEAD_LETTER_QUEUE", "secrets-dead");
    settings.put("INTAKE_SQS_ENDPOINT", MQ.url());
    settings.put("INTAKE_SQS_AUTH_ACCESS_KEY_ID", "au");
    settings.put("INTAKE_SQS_AUTH_SECRET_ACCESS_KEY", "planted-intake-secret");
    settings.put("INTAKE_SQS_AUTH_SESSION_TOKEN", "planted-intake-token");
    Map<String, String> variables = new HashMap<>();
    settings.forEach((name, value) -> variables.put("INTERGOV_" + name, value));
    return variables;
  }

  private static final String OWN_KIND =
      """
      - routeTemplate:
          id: own-drop-post
          description: A kind of an operator's own, which has secrets.
          parameters:
            - { name: channel, description: Id of the channel. }
            - { name: directory, description: Where messages go. }
            - { name: access-key, description: What opens the door there. }
            - { name: login, description: Who we are there., required: false }
            - { name: login.username, description: Our name. }
            - { name: login.password, description: Our password. }
          from:
            uri: "direct:{{channel}}-post"
            steps:
              - setProperty: { name: door, constant: "{{access-key}}" }
              - setProperty: { name: login, constant: "{{?login}}" }
              - choice:
                  when:
                    - simple: "${exchangeProperty.door} != '{{access-key}}'"
                      steps:
                        - setHeader: { name: channelOutcome, constant: refused }
              - to:
                  uri: "file:{{directory}}"
                  parameters: { fileName: "${header.safeKey}", tempPrefix: . }
              - setHeader: { name: channelTxnId, simple: "${header.safeKey}" }
      - routeTemplate:
          id: own-fault-post
          description: One that tells its secret when it fails.
          parameters:
            - { name: channel, description: Id of the channel. }
            - { name: access-key, description: What opens the door there. }
            - { name: cipher-key, description: One that Camel looks at. }
          from:
            uri: "direct:{{channel}}-post"
            steps:
              - choice:
                  when:
                    - simple: "${header.reference} starts with 'AU:'"
                      steps:
                        - throwException:
                            exceptionType: java.lang.IllegalStateException
                            message: "no door opens with {{access-key}}, %s{{access-key}}"
              - to:
                  uri: "file:nowhere"
                  parameters: { fileName: "${header.safeKey}", charset: "{{cipher-key}}" }
      """
          // so that the words are cut within the second one
          .replace("%s", "x".repeat(300 - 8 - "no door opens with ***, ".length()));

  private String channelsYaml() {
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
          - id: cn-form
            match: { receiver: CN }
            kind: http
            poll: { first-after: 1h, every: 1h }
            parameters:
              url: "%6$s"
              auth: { type: oauth2, token-url: "%5$s/token", client-id: au, client-auth: post,
                      client-secret: "{{env:CN_SECRET}}" }
              websub: { callback-url: "https://127.0.0.1:1/au" }
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
          - id: ie-key
            match: { receiver: IE }
            kind: http
            parameters:
              url: "https://127.0.0.1:%4$d"
              tls:
                certificate: client.crt
                key: client.encrypted.key
                key-password: "{{env:KEY_PASSWORD}}"
          - id: fr-kafka
            match: { receiver: FR }
            kind: kafka
            parameters:
              brokers: "127.0.0.1:%4$d"
              topic: fr
              security-protocol: SASL_PLAINTEXT
              auth: { username: au, password: "{{env:FR_PASSWORD}}" }
          - id: ph-kafka
            match: { receiver: PH }
            kind: kafka
            parameters:
              brokers: "127.0.0.1:%4$d"
              topic: ph
              security-protocol: SSL
              tls:
                certificate: client.crt
                key: client.encrypted.key
                key-password: "{{env:KEY_PASSWORD}}"
          - id: de-sqs
            match: { receiver: DE }
            kind: sqs
            parameters:
              queue: secrets-out
              receipts-queue: secrets-receipts
              endpoint: "%7$s"
              auth: { access-key-id: au, secret-access-key: "{{env:DE_SECRET}}",
                      session-token: "{{env:DE_TOKEN}}" }
          - id: to-own
            match: { receiver: TO }
            kind: own-drop
            parameters:
              directory: "%8$s"
              access-key: "{{env:TO_KEY}}"
              login: { username: au, password: "{{env:TO_PASSWORD}}" }
          - id: nu-fault
            match: { receiver: NU }
            kind: own-fault
            parameters: { access-key: "{{env:NU_KEY}}", cipher-key: UTF-8 }
        """
        .formatted(
            channel.url(),
            tokens.url(),
            locked.url(),
            Ports.free(),
            formTokens.url(),
            calling.url(),
            MQ.url(),
            files.resolve("dropped"));
  }
}
