package org.intergov.outbound.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * What an image and a cluster ask of the gateway, tried without either: a read-only file system,
 * the health check of the Dockerfile, the probes of the Deployment, the stop.
 */
@Execution(ExecutionMode.CONCURRENT)
class PackagedRunIT {
  private static final Path WRITABLE =
      Path.of("target", "acceptance", "packaged-writable").toAbsolutePath();

  /** A mount namespace of its own, in which one folder alone can be written to. */
  private static final List<String> READ_ONLY =
      List.of(
          "unshare",
          "--user",
          "--map-root-user",
          "--mount",
          "bash",
          "-c",
          """
          set -e
          mount --bind "$1" "$1"
          for folder in / "$2" /tmp /dev/shm; do
            mount -o remount,bind,ro "$(findmnt -n -o TARGET --target "$folder" | tail -n 1)"
          done
          shift 2
          exec "$@"
          """,
          "--",
          WRITABLE.toString(),
          Path.of("").toAbsolutePath().toString());

  @RegisterExtension final GatewayExtension gateways = GatewayExtension.onDemand();

  @Test
  void runs_where_only_its_data_and_temporary_files_can_be_written() throws Exception {
    Files.createDirectories(WRITABLE);
    assumeReadOnlyFileSystems();
    TestChannel channel = gateways.channelServer();
    GatewayProcess gateway = gateways.process("packaged");
    gateway
        .under(READ_ONLY)
        .jvm("-Xmx256m", "-Djava.io.tmpdir=" + WRITABLE)
        .setting("INTERGOV_DATA_DIR", WRITABLE.resolve("data").toString())
        .database(PostgresServer.shared().createEmpty("packaged"))
        .channels(
            """
            channels:
              - id: sg
                match: { receiver: SG }
                kind: http
                parameters: { url: "%s" }
                poll: { first-after: 100ms, every: 1s }
            """
                .formatted(channel.url()))
        .start();
    Sent sent = Sent.to("SG", "packaged");
    gateway.api().submit(List.of(sent));
    gateway.api().awaitStatus(sent, "accepted");
    assertThat(healthCheck(gateway)).isZero();
    for (String path : probes()) {
      assertThat(status(gateway, path)).as(path).isEqualTo(200);
    }
    assertThat(gateway.terminate()).isZero();
    assertThat(healthCheck(gateway)).isNotZero();
  }

  private static void assumeReadOnlyFileSystems() throws Exception {
    List<String> command = new ArrayList<>(READ_ONLY);
    command.addAll(
        List.of("sh", "-c", "! touch /tmp/x target/x 2>&-; touch \"$0\"/x", WRITABLE.toString()));
    String why;
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      why = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      why = process.waitFor() == 0 ? null : why;
    } catch (IOException e) {
      why = e.getMessage();
    }
    assumeTrue(why == null, "NOT CHECKED: no read-only file systems on this machine: " + why);
  }

  /** The exit code of the Dockerfile's HEALTHCHECK. */
  private static int healthCheck(GatewayProcess gateway) throws Exception {
    String dockerfile = Files.readString(Path.of("Dockerfile"));
    String check = dockerfile.substring(dockerfile.indexOf("\nHEALTHCHECK "));
    String array = check.substring(check.indexOf('['), check.indexOf("]\n") + 1);
    List<String> command = List.of(new ObjectMapper().readValue(array, String[].class));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("INTERGOV_MANAGEMENT_PORT", String.valueOf(gateway.managementPort()));
    Process process = builder.redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
    assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
    return process.exitValue();
  }

  /** The paths of the Deployment's probes. */
  private static List<String> probes() throws IOException {
    String yaml = Files.readString(Path.of("deploy", "kubernetes", "deployment.yaml"));
    JsonNode deployment =
        new ObjectMapper()
            .valueToTree(new Load(LoadSettings.builder().build()).loadFromString(yaml));
    List<String> paths = deployment.findValuesAsText("path");
    assertThat(paths).hasSize(3);
    return paths;
  }

  private static int status(GatewayProcess gateway, String path) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + gateway.managementPort() + path);
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.discarding())
        .statusCode();
  }
}
