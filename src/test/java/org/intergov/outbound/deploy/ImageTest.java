package org.intergov.outbound.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.intergov.outbound.config.Durations;
import org.junit.jupiter.api.Test;

/** Dockerfile and compose.yaml, read; {@code PackagedRunIT} runs what can be run without Docker. */
class ImageTest {
  private static final List<String> DOCKERFILE = lines();
  private static final JsonNode SERVICES =
      DeployFiles.yaml(Path.of("compose.yaml")).get(0).path("services");
  private static final JsonNode GATEWAY = SERVICES.path("gateway");

  private static List<String> lines() {
    try {
      return Files.readAllLines(Path.of("Dockerfile"));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static List<String> instructions(String name) {
    return DOCKERFILE.stream().filter(l -> l.startsWith(name + " ")).toList();
  }

  @Test
  void the_image_is_built_in_stages_from_pinned_images() {
    List<String> stages = instructions("FROM");
    assertThat(stages).hasSize(2);
    assertThat(stages).allMatch(from -> DeployFiles.isPinned(from.split(" ")[1]));
    assertThat(stages.get(1)).as("what runs has no compiler").contains("-jre");
  }

  @Test
  void the_image_runs_java_itself_and_not_as_root() {
    assertThat(instructions("USER")).hasSize(1).allMatch(l -> l.matches("USER [1-9]\\d+:\\d+"));
    assertThat(instructions("ENTRYPOINT")).hasSize(1).allMatch(l -> l.contains("\"exec java "));
    int user = DOCKERFILE.indexOf(instructions("USER").get(0));
    assertThat(DOCKERFILE.indexOf(instructions("ENTRYPOINT").get(0))).isGreaterThan(user);
  }

  @Test
  void only_what_the_image_needs_is_sent_to_its_build() throws IOException {
    List<String> ignored = Files.readAllLines(Path.of(".dockerignore"));
    assertThat(ignored).contains("*");
    for (String copy : instructions("COPY")) {
      if (!copy.contains("--from")) {
        assertThat(ignored).as(copy).contains("!" + copy.split(" ")[1]);
      }
    }
  }

  @Test
  void compose_names_no_image_without_a_version() {
    assertThat(SERVICES).isNotEmpty();
    for (JsonNode service : SERVICES) {
      assertThat(service.path("image").asText()).matches(DeployFiles::isPinned, "has a version");
    }
  }

  @Test
  void compose_runs_two_replicas_against_a_database_that_is_ready() {
    assertThat(GATEWAY.at("/deploy/replicas").asInt()).isEqualTo(2);
    assertThat(GATEWAY.at("/depends_on/database/condition").asText()).isEqualTo("service_healthy");
    assertThat(SERVICES.at("/database/healthcheck/test").toString()).contains("pg_isready");
  }

  @Test
  void compose_sets_only_settings_that_exist() {
    List<String> variables = new ArrayList<>();
    GATEWAY.path("environment").fieldNames().forEachRemaining(variables::add);
    assertThat(DeployFiles.variables()).containsAll(variables);
  }

  @Test
  void compose_publishes_the_default_port_on_loopback_alone() {
    String inside = ":" + DeployFiles.setting("intergov.api.port");
    for (JsonNode service : SERVICES) {
      for (JsonNode port : service.path("ports")) {
        assertThat(port.asText()).startsWith("127.0.0.1:").endsWith(inside);
      }
    }
  }

  @Test
  void compose_gives_a_gateway_the_time_that_its_stop_takes_and_nothing_to_write_on() {
    Duration grace = Durations.parse(GATEWAY.path("stop_grace_period").asText());
    assertThat(grace).isGreaterThan(DeployFiles.duration("intergov.shutdown.timeout"));
    assertThat(GATEWAY.path("read_only").asBoolean()).isTrue();
    assertThat(GATEWAY.path("cap_drop").toString()).isEqualTo("[\"ALL\"]");
  }

  @Test
  void compose_has_every_network_and_volume_that_a_service_names() {
    JsonNode compose = DeployFiles.yaml(Path.of("compose.yaml")).get(0);
    for (JsonNode service : SERVICES) {
      for (JsonNode network : service.path("networks")) {
        assertThat(compose.path("networks").has(network.asText())).as("%s", network).isTrue();
      }
      for (JsonNode volume : service.path("volumes")) {
        String source = volume.asText().split(":")[0];
        if (source.startsWith("./")) {
          assertThat(Path.of(source)).isDirectory();
        } else {
          assertThat(compose.path("volumes").has(source)).as(source).isTrue();
        }
      }
    }
  }

  @Test
  void compose_holds_no_password() {
    for (JsonNode service : SERVICES) {
      for (Map.Entry<String, JsonNode> e : service.path("environment").properties()) {
        if (e.getKey().contains("PASSWORD")) {
          assertThat(e.getValue().asText()).startsWith("${");
        }
      }
    }
  }
}
