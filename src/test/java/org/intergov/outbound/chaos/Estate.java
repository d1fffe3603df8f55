package org.intergov.outbound.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.intergov.outbound.acceptance.GatewayProcess;
import org.intergov.outbound.acceptance.KafkaCluster;
import org.intergov.outbound.acceptance.Ports;
import org.intergov.outbound.acceptance.PostgresServer;
import org.intergov.outbound.acceptance.TokenServer;
import org.intergov.outbound.channel.sqs.ElasticMq;

/** The system under test and all that stands around it. */
final class Estate implements AutoCloseable {
  static final String DATABASE = "chaos";
  static final String SECRET = "planted-in-chaos";
  static final String QUEUE = "chaos-out";
  static final String INTAKE = "chaos-in";
  static final String DEAD = "chaos-dead";

  private final History history;
  private final Plan plan;
  private final Path table;
  private final String bug;
  private final String name;
  private final Map<String, ChaosChannel> channels = new LinkedHashMap<>();
  private final List<Table.Line> lines = new ArrayList<>();
  private final List<Replica> replicas = new ArrayList<>();
  final TokenServer tokens =
      new TokenServer(
              "Basic "
                  + Base64.getEncoder()
                      .encodeToString(("au:" + SECRET).getBytes(StandardCharsets.UTF_8)))
          .open();
  final ElasticMq queues = ElasticMq.start(Ports.free());
  final KafkaCluster kafka = KafkaCluster.shared();
  private PostgresServer postgres;
  private PostgresServer standby;
  private PostgresServer lost;
  final PostgresServer lake;
  final RouteFiles routes;
  private Path disk;
  private int edits;

  /** A gateway; whoever stops, kills or freezes it holds its lock. */
  record Replica(GatewayProcess process, ReentrantLock lock) {
    /** Starts it, and again when it gives up because its database is away. */
    void supervise() {
      long until = System.nanoTime() + TimeUnit.MINUTES.toNanos(5);
      while (process.readyStatus() != 200 && System.nanoTime() < until) {
        if (!process.isAlive()) {
          process.launch();
        }
        LockSupport.parkNanos(100_000_000);
      }
    }
  }

  /**
   * @param bug that every gateway gets; empty: none
   */
  Estate(Plan plan, String bug, History history, Path folder) {
    this.plan = plan;
    this.bug = bug;
    this.history = history;
    this.table = folder.resolve("channels.yaml");
    this.name = "chaos-" + plan.seed();
    postgres = server();
    standby =
        plan.faults().stream().anyMatch(f -> f.what().equals("standby"))
            ? PostgresServer.later(name + "-standby")
            : null;
    lake = plan.separateLake() ? PostgresServer.own(name + "-lake") : null;
    queues.create(QUEUE);
    queues.create(INTAKE);
    queues.create(DEAD);
    for (String topic : List.of("out", "in", "dead")) {
      // a record shows when it came, not when its sender's clock says that it was sent
      kafka.topic(topic(topic), 2, Map.of("message.timestamp.type", "LogAppendTime"));
    }
    entries();
    write(Table.complete(edits++));
    routes = new RouteFiles(table);
    history.note(Kind.TABLE, "", "number", 0, "phase", "in-force");
    start();
  }

  private PostgresServer server() {
    if (plan.faults().stream().anyMatch(f -> f.what().equals("postgres-full"))) {
      PostgresServer small = PostgresServer.onSmallDisk(name + "-postgres", 2_500);
      if (small != null) {
        disk = small.directory();
        return small;
      }
      history.note(
          Kind.FAULT,
          "",
          "what",
          "postgres-full",
          "phase",
          "impossible",
          "why",
          "no file system may be mounted here");
    }
    return PostgresServer.own(name + "-postgres");
  }

  /** The small file system of the database; null if it has none. */
  Path disk() {
    return disk;
  }

  /** In which the gateways read their topic. */
  String group() {
    return name;
  }

  String topic(String which) {
    return name + "-" + which;
  }

  private void entries() {
    http("sg-keys", "SG", new ChaosChannel.Manners(true, false, 5), "idempotent: true");
    http("sg-second", "SG", new ChaosChannel.Manners(true, false, 20), "");
    http("gb-once", "GB", new ChaosChannel.Manners(false, false, 3), "on-unknown: hold");
    http("gb-second", "GB", new ChaosChannel.Manners(true, false, 0), "");
    http("nz-moody", "NZ", new ChaosChannel.Manners(true, true, 10), "on-revoked: resend");
    http("nz-second", "NZ", new ChaosChannel.Manners(true, false, 0), "");
    http("cn-moody", "CN", new ChaosChannel.Manners(true, true, 0), "on-revoked: reject");
    http(
        "fj-order",
        "FJ",
        new ChaosChannel.Manners(true, false, 5),
        "ordering: subject\nidempotent: true");
    http("ph-token", "PH", new ChaosChannel.Manners(true, false, 0), "");
    http("us-late", "US", new ChaosChannel.Manners(true, false, 0), "");
    line(
        "de-queue",
        "DE",
        "kind: sqs\nparameters: { queue: " + QUEUE + ", endpoint: \"" + queues.url() + "\" }");
    told("de-queue", "sqs", new ChaosChannel.Manners(false, false, 0), "by-receipt", "");
    line(
        "fr-topic",
        "FR",
        "kind: kafka\nparameters: { brokers: \""
            + kafka.brokers()
            + "\", topic: "
            + topic("out")
            + " }");
    told("fr-topic", "kafka", new ChaosChannel.Manners(false, false, 0), "by-receipt", "");
  }

  private void http(String id, String receiver, ChaosChannel.Manners manners, String settings) {
    ChaosChannel channel = new ChaosChannel(id, manners, plan.seed(), history);
    channels.put(id, channel);
    String auth =
        id.equals("ph-token")
            ? "{ type: oauth2, token-url: \"%s/token\", client-id: au, client-secret: \"{{env:CHAOS_SECRET}}\" }"
                .formatted(tokens.url())
            : "{ type: api-key, header: X-API-Key, key: \"{{env:CHAOS_SECRET}}\" }";
    line(
        id,
        receiver,
        "kind: http\nparameters:\n  url: \"%s\"\n  auth: %s\n%s"
            .formatted(channel.url(), auth, settings));
    told(id, "http", manners, "when-asked", settings);
  }

  private void line(String id, String receiver, String yaml) {
    lines.add(new Table.Line(id, receiver, yaml));
  }

  private void told(
      String id, String kind, ChaosChannel.Manners manners, String confirms, String settings) {
    history.note(
        Kind.CHANNEL,
        "",
        "channel",
        id,
        "speaks",
        kind,
        "honours",
        manners.honours(),
        "confirms",
        confirms,
        "on-unknown",
        setting(settings, "on-unknown"),
        "on-revoked",
        setting(settings, "on-revoked"),
        "ordering",
        setting(settings, "ordering"),
        "idempotent",
        setting(settings, "idempotent"));
  }

  private static String setting(String settings, String name) {
    return settings
        .lines()
        .filter(l -> l.startsWith(name + ": "))
        .map(l -> l.substring(name.length() + 2))
        .findFirst()
        .orElse(null);
  }

  private void start() {
    // a database that is not both outbox and lake has other tables
    PostgresServer.Login login =
        lake == null ? postgres.create(DATABASE) : postgres.createEmpty(DATABASE);
    if (standby != null) {
      login = postgres.orOn(standby, DATABASE, "?targetServerType=primary");
    }
    PostgresServer.Login lakeLogin = lake == null ? null : lake.createEmpty(DATABASE);
    for (int i = 1; i <= plan.replicas(); i++) {
      GatewayProcess process =
          GatewayProcess.named(name + "-gateway-" + i)
              .database(login)
              .setting("CHAOS_SECRET", SECRET)
              .setting("AWS_ACCESS_KEY_ID", "test")
              .setting("AWS_SECRET_ACCESS_KEY", SECRET)
              .setting("AWS_REGION", "us-east-1")
              .setting("INTERGOV_INTAKE_SQS_QUEUE", INTAKE)
              .setting("INTERGOV_INTAKE_SQS_DEAD_LETTER_QUEUE", DEAD)
              .setting("INTERGOV_INTAKE_SQS_ENDPOINT", queues.url())
              .setting("INTERGOV_INTAKE_KAFKA_BROKERS", kafka.brokers())
              .setting("INTERGOV_INTAKE_KAFKA_TOPIC", topic("in"))
              .setting("INTERGOV_INTAKE_KAFKA_GROUP", group())
              .setting("INTERGOV_INTAKE_KAFKA_DEAD_LETTER_TOPIC", topic("dead"))
              .channelsFile(table);
      if (lakeLogin != null) {
        process.lake(lakeLogin);
      }
      if (plan.retention()) {
        process
            .setting("INTERGOV_RETENTION_OUTBOX", "20s")
            .setting("INTERGOV_RETENTION_JOURNAL", "30s")
            .setting("INTERGOV_RETENTION_PERIOD", "5s");
      }
      if (plan.movedClock() && i == 1) {
        process.clockAhead(Duration.ofHours(1));
      }
      if (!bug.isEmpty()) {
        process.jvm("-Xmx256m", "-XX:TieredStopAtLevel=1", BugAgent.option(bug));
      }
      replicas.add(new Replica(process, new ReentrantLock()));
      if (i == 1) {
        process.start();
      } else {
        process.launch();
      }
    }
    replicas.forEach(r -> r.process().awaitReady());
  }

  List<Replica> replicas() {
    return replicas;
  }

  Map<String, ChaosChannel> channels() {
    return channels;
  }

  List<String> receivers() {
    return lines.stream().map(Table.Line::receiver).distinct().toList();
  }

  PostgresServer postgres() {
    return postgres;
  }

  PostgresServer standby() {
    return standby;
  }

  /** The standby is the server from now on. */
  void failedOver() {
    lost = postgres;
    disk = null;
    postgres = standby;
    standby = null;
  }

  Connection database() throws SQLException {
    return postgres.connect(DATABASE);
  }

  Connection lakeDatabase() throws SQLException {
    return (lake == null ? postgres : lake).connect(DATABASE);
  }

  synchronized int nextEdit() {
    return edits++;
  }

  /** Writes a table; noted before, for a gateway may see it at once. */
  void write(Table next) {
    history.note(
        Kind.TABLE,
        "",
        "number",
        next.number(),
        "phase",
        "written",
        "channels",
        next.summary(lines));
    writeFile(next.yaml(lines));
  }

  String yaml(Table of) {
    return of.yaml(lines);
  }

  void writeFile(String yaml) {
    try {
      Path other = Files.writeString(table.resolveSibling("channels.new"), yaml);
      Files.move(other, table, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    replicas.forEach(r -> r.process().close());
    channels.values().forEach(ChaosChannel::close);
    tokens.close();
    queues.close();
    postgres.close();
    if (standby != null) {
      standby.close();
    }
    if (lost != null) {
      lost.close();
    }
    if (lake != null) {
      lake.close();
    }
  }
}
