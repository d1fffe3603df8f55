package org.intergov.outbound.bench;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.intergov.outbound.acceptance.GatewayProcess;

/** What a throughput bench runs on: database, sink, the packaged gateway, and the loop. */
final class Rig implements AutoCloseable {
  /** Posts at once, of gateway and loop alike; 16 is the default of channels.yaml. */
  static final int CONCURRENCY = Integer.getInteger("bench.concurrency", 16);

  /** The lane that gateway and loop take turns on. */
  static final String LANE = "bench";

  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  final Database database;
  final Sink sink = new Sink();
  final GatewayProcess gateway;
  private Child loop;

  /**
   * Starts all but the loop.
   *
   * @param channels of the gateway; %s is the sink's address without kind
   */
  Rig(String name, String channels, String... jvm) throws IOException, SQLException {
    database = new Database(name);
    gateway = gateway(name, channels).jvm(jvm).start();
  }

  /** A gateway on this rig's database, not started. */
  GatewayProcess gateway(String name, String channels) {
    return GatewayProcess.named("bench-" + name)
        .setting("INTERGOV_DATABASE_URL", database.url())
        .setting("INTERGOV_DATABASE_USERNAME", database.username())
        .setting("INTERGOV_DATABASE_PASSWORD", database.password())
        .channels(channels.replace("%s", "http://127.0.0.1:" + sink.port()));
  }

  /** The channels.yaml of one lane that does as {@code kind} says and asks for no status soon. */
  static String oneChannel(String kind) {
    return """
        channels:
          - id: %s
            match: { receiver: SG }
            kind: http
            concurrency: %d
            parameters: { url: "%%s/%s" }
            poll: { first-after: 1h, every: 1h, finality: 0s }
        """
        .formatted(LANE, CONCURRENCY, kind);
  }

  /** Starts the loop; with as many connections as the gateway's lane has slots. */
  void startLoop(String kind) {
    loop =
        Child.start(
            LoopMain.class,
            List.of(
                database.url(),
                database.username(),
                LANE,
                String.valueOf(sink.port()),
                "/" + kind + "/messages",
                String.valueOf(CONCURRENCY)),
            Map.of("LOOP_PASSWORD", database.password()));
    loop.hear();
  }

  Child loop() {
    return loop;
  }

  void pause() {
    call("POST", "/channels/" + LANE + "/pause");
  }

  void resume() {
    call("POST", "/channels/" + LANE + "/resume");
  }

  private void call(String method, String path) {
    int status = gateway.api().call(method, path, null, null).status();
    if (status != 200) {
      throw new IllegalStateException(method + " " + path + " answered " + status);
    }
  }

  /** Submits the lines of a file in one request. */
  void submit(Path ndjson) throws IOException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.apiPort() + "/messages"))
            .header("Content-Type", "application/x-ndjson")
            .POST(HttpRequest.BodyPublishers.ofFile(ndjson))
            .build();
    try {
      HttpResponse<String> answer = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
      long lines = answer.body().lines().filter(l -> l.contains("\"status\":201")).count();
      if (answer.statusCode() != 200 || lines != answer.body().lines().count()) {
        throw new IllegalStateException("intake answered " + answer.statusCode());
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** So many messages through the whole flow, half as one file and half one by one or nearly so. */
  void warmUp(int messages) throws IOException {
    long posts = sink.posts() + messages / 2;
    submit(Ndjson.file("warm-up", messages / 2));
    awaitSettled(posts);
    for (int each : new int[] {1, 5, 50}) {
      Load.run(this, 5, new Load.Part("SG", 100 * Math.min(each, 10), each));
    }
    sink.latencies();
  }

  /** Waits until the sink has had so many posts. */
  void awaitPosts(long posts) {
    await()
        .atMost(Duration.ofMinutes(20))
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(100))
        .until(() -> sink.posts() >= posts);
  }

  /** Waits until the sink has had so many posts, and nothing is left to be settled or updated. */
  void awaitSettled(long posts) {
    awaitPosts(posts);
    await()
        .atMost(Duration.ofMinutes(5))
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(10))
        .until(() -> unsettled() == 0);
  }

  /** Waits until nothing is left of what goes to {@link #LANE}. */
  void awaitLane() {
    await()
        .atMost(Duration.ofMinutes(5))
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(50))
        .until(
            () ->
                database.number(
                        "SELECT count(*) FROM (SELECT FROM delivery_outbox WHERE stage = 'open' AND"
                            + " coalesce(channel_id, '') IN ('', '"
                            + LANE
                            + "') LIMIT 1) o")
                    == 0);
  }

  private long unsettled() throws SQLException {
    return database.number(
        """
        SELECT (SELECT count(*) FROM (SELECT FROM delivery_outbox
                WHERE stage = 'open' LIMIT 1) o)
          + (SELECT count(*) FROM (SELECT FROM message_updates LIMIT 1) u)
        """);
  }

  /** Stops the gateway from running at all while the loop has its turn. */
  void freezeGateway(boolean frozen) {
    if (frozen) {
      gateway.freeze();
    } else {
      gateway.thaw();
    }
  }

  @Override
  public void close() throws SQLException {
    gateway.close();
    if (loop != null) {
      loop.close();
    }
    sink.close();
    database.close();
  }
}
