package org.intergov.outbound.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.intergov.outbound.api.door.AccessToken;
import org.intergov.outbound.channel.kafka.TestCertificates;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * The alert rules as promtool sees them, and a gateway as Prometheus sees it. Both programs come
 * from Debian's package prometheus; where it is not installed these tests are skipped and say so.
 */
@Execution(ExecutionMode.CONCURRENT)
class PrometheusIT {
  private static final Path OPS = Path.of("ops", "prometheus").toAbsolutePath();
  private static final Path FILES = Path.of("target", "acceptance", "prometheus").toAbsolutePath();

  @RegisterExtension final GatewayExtension gateways = GatewayExtension.onDemand();

  /** A program on the path; without it the test is skipped. */
  private static String program(String name) {
    Optional<Path> found =
        Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
            .map(folder -> Path.of(folder, name))
            .filter(Files::isExecutable)
            .findFirst();
    if (found.isEmpty()) {
      System.out.println(
          "PrometheusIT: " + name + " is not installed (Debian: prometheus): NOT TESTED here");
    }
    assumeTrue(found.isPresent(), name + " is not installed");
    return found.orElseThrow().toString();
  }

  private static void succeeds(String... command) throws IOException, InterruptedException {
    Files.createDirectories(FILES);
    Path said = FILES.resolve("promtool.txt");
    Process process =
        new ProcessBuilder(command)
            .directory(OPS.toFile())
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();
    assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(said)).isZero();
  }

  @Test
  void the_rules_fire_when_they_should() throws IOException, InterruptedException {
    String promtool = program("promtool");
    succeeds(promtool, "check", "config", "prometheus.yml");
    succeeds(promtool, "check", "rules", "intergov-outbound.rules.yml");
    succeeds(promtool, "test", "rules", "intergov-outbound.rules.test.yml");
  }

  @Test
  void a_server_scrapes_a_gateway_and_its_alert_goes_off_when_a_channel_dies()
      throws IOException, InterruptedException {
    String prometheus = program("prometheus");
    Directories.delete(FILES.resolve("server"));
    Files.createDirectories(FILES.resolve("server"));
    TestChannel channel = gateways.channelServer();
    GatewayProcess gateway = gateways.process("prometheus-gateway");
    gateway
        .database(PostgresServer.shared().create("prometheus"))
        .channels(
            """
            channels:
              - { id: sg, match: { receiver: SG }, kind: http, parameters: { url: "%s" },
                  circuit: { window: 4, minimum: 4, wait: 2s },
                  retry: { attempts: 1000, first-delay: 100ms, factor: 2, max-delay: 1s },
                  poll: { first-after: 100ms, every: 1s } }
            """
                .formatted(channel.url()))
        .start();
    int port = Ports.free();
    Process server =
        start(prometheus, port, FILES.resolve("server"), config(gateway.managementPort()));
    try {
      gateway.api().awaitStatus(gateway.api().submit(Sent.to("SG", "scraped")), "accepted");
      awaitValue(port, "intergov_channel_posts_total{channel=\"sg\",outcome=\"posted\"}", "1");
      awaitValue(port, "up{job=\"intergov-outbound\"}", "1");
      channel.refuseConnections();
      gateway.api().submit(Sent.many("SG", "dying", 10));
      awaitValue(port, "ALERTS{alertname=\"IntergovChannelCircuitOpen\",channel=\"sg\"}", "1");
      awaitValue(port, "intergov_database_up", "1");
      awaitValue(port, "intergov_receipts_aside", "0");
      gateway.channels("channels: { none }");
      awaitValue(port, "ALERTS{alertname=\"IntergovChannelsFileBroken\"}", "1");
    } finally {
      server.destroy();
      assertThat(server.waitFor(5, TimeUnit.MINUTES)).isTrue();
    }
  }

  /** As docs/DEPLOYING.md has it, but for the pods, which Debian's Prometheus knows nothing of. */
  private static String guide(Path folder, int managementPort) throws IOException {
    String guide = Files.readString(Path.of("docs", "DEPLOYING.md"));
    int begin = guide.indexOf("scrape_configs:");
    String config =
        guide
            .substring(begin, guide.indexOf("```", begin))
            .replaceFirst(
                "(?s)kubernetes_sd_configs:.*",
                "static_configs: [ { targets: [ \"127.0.0.1:%d\" ] } ]\n".formatted(managementPort))
            .replace("server_name: intergov-outbound", "server_name: localhost")
            .replace("/etc/prometheus/intergov-outbound", folder.toString());
    return "global: { scrape_interval: 1s }\n" + config;
  }

  @Test
  void a_server_scrapes_with_a_token_as_the_guide_says_and_without_it_gets_nothing()
      throws IOException, InterruptedException {
    String prometheus = program("prometheus");
    Path folder = FILES.resolve("secure");
    Directories.delete(folder);
    TestCertificates.make(folder, "ca");
    String token = AccessToken.random();
    Files.writeString(
        folder.resolve("tokens"), "prometheus read sha256:" + AccessToken.digest(token) + "\n");
    Files.writeString(folder.resolve("token"), "not-" + token);
    GatewayProcess gateway = gateways.process("prometheus-secure");
    gateway
        .database(PostgresServer.shared().create("prometheus_secure"))
        .setting("INTERGOV_API_TOKENS_FILE", folder.resolve("tokens").toString())
        .setting("INTERGOV_API_TLS_CERTIFICATE", folder.resolve("ca.crt").toString())
        .setting("INTERGOV_API_TLS_KEY", folder.resolve("ca.key").toString())
        .channels(
            "channels: [ { id: sg, match: { receiver: SG }, kind: http,"
                + " parameters: { url: \"http://127.0.0.1:9\" } } ]")
        .launch();
    new SecureClient(folder.resolve("ca.crt")).awaitReady(gateway);
    int port = Ports.free();
    Process server = start(prometheus, port, folder, guide(folder, gateway.managementPort()));
    try {
      awaitValue(port, "up{job=\"intergov-outbound\"}", "0");
      Files.writeString(folder.resolve("token"), token);
      awaitValue(port, "up{job=\"intergov-outbound\"}", "1");
      awaitValue(port, "intergov_database_up", "1");
    } finally {
      server.destroy();
      assertThat(server.waitFor(5, TimeUnit.MINUTES)).isTrue();
    }
  }

  /** With the rules of ops, looked at every second instead of every quarter of a minute. */
  private static String config(int managementPort) throws IOException {
    String config =
        Files.readString(OPS.resolve("prometheus.yml"))
            .replace("scrape_interval: 15s", "scrape_interval: 1s\n  evaluation_interval: 1s")
            .replace("intergov-outbound.rules.yml", "" + OPS.resolve("intergov-outbound.rules.yml"))
            .replace("127.0.0.1:9876", "127.0.0.1:" + managementPort);
    assertThat(config).contains(":" + managementPort, "evaluation_interval: 1s");
    return config;
  }

  private static Process start(String prometheus, int port, Path folder, String config)
      throws IOException {
    return new ProcessBuilder(
            prometheus,
            "--config.file=" + Files.writeString(folder.resolve("prometheus.yml"), config),
            "--storage.tsdb.path=" + folder.resolve("data"),
            "--web.listen-address=127.0.0.1:" + port)
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("log").toFile())
        .start();
  }

  private static void awaitValue(int port, String query, String value) {
    URI uri =
        URI.create(
            "http://127.0.0.1:%d/api/v1/query?query=%s"
                .formatted(port, URLEncoder.encode(query, StandardCharsets.UTF_8)));
    await(query + " is " + value)
        .ignoreExceptions()
        .until(
            () -> {
              String answer =
                  HttpClient.newHttpClient()
                      .send(
                          HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
                      .body();
              List<String> values =
                  Api.JSON.readTree(answer).path("data").path("result").findValues("value").stream()
                      .map(v -> v.get(1).asText())
                      .toList();
              return values.equals(List.of(value));
            });
  }
}
