package org.intergov.outbound.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/** The verdict on a table, for people and for scripts, and the schema for editors. */
class CheckCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  private String file(String yaml) throws IOException {
    return Files.writeString(folder.resolve("channels.yaml"), yaml).toString();
  }

  @Test
  void a_script_gets_every_problem_as_json() throws IOException {
    String file =
        file(
            """
            channels:
              - id: A
                match: { receiver: SG }
                kind: http
                parameters: { url: "http://a.example", colour: red }
            """);

    Run run = Run.of("check", "--json", file);

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).isEmpty();
    JsonNode verdict = JSON.readTree(run.out());
    assertThat(verdict.path("file").asText()).isEqualTo(file);
    assertThat(verdict.path("usable").asBoolean()).isFalse();
    assertThat(verdict.path("problems"))
        .extracting(p -> p.path("severity").asText() + p.path("line") + p.path("path").asText())
        .containsExactly("error2channels[0].id", "error5channels[0].parameters.colour");
    assertThat(verdict.at("/problems/0/found").asText()).isEqualTo("\"A\"");
    assertThat(verdict.at("/problems/0/expected").asText()).startsWith("lower-case");
  }

  @Test
  void settings_with_which_the_gateway_would_not_start_are_told() throws IOException {
    String file =
        file("channels: [{ id: a, kind: http, parameters: { url: \"http://a.example\" } }]");
    System.setProperty("intergov.jurisdictoin", "NZ");
    try {
      Run run = Run.of("check", file);

      assertThat(run.exitCode()).isEqualTo(2);
      assertThat(run.err())
          .contains("-Dintergov.jurisdictoin: unknown key")
          .contains("intergov.jurisdiction")
          .contains("would not start");
      assertThat(Run.of("check", file, "--jurisdiction", "NZ").exitCode()).isEqualTo(2);
    } finally {
      System.clearProperty("intergov.jurisdictoin");
    }
  }

  @Test
  void whose_table_it_is_is_known_or_asked_for_and_never_guessed() throws IOException {
    String file =
        file(
            """
            channels:
              - id: a
                match: { sender: NZ, receiver: SG }
                kind: http
                parameters: { url: "http://a.example" }
            """);
    Run unsaid = Run.of("check", file);
    assertThat(unsaid.exitCode()).isZero();
    assertThat(unsaid.err()).contains("note:", "--jurisdiction", "INTERGOV_JURISDICTION");
    assertThat(JSON.readTree(Run.of("check", "--json", file).out()).path("jurisdiction").isNull())
        .isTrue();

    Run own = Run.of("check", file, "--jurisdiction", "NZ");
    assertThat(own.exitCode()).isZero();
    assertThat(own.err()).isEmpty();
    Run other = Run.of("check", file, "--jurisdiction", "AU");
    assertThat(other.exitCode()).isEqualTo(2);
    assertThat(other.err()).contains("channels[0].match.sender", "AU or *");
  }

  @Test
  void a_good_file_is_usable_whatever_its_warnings() throws IOException {
    Run run =
        Run.of(
            "check",
            "--json",
            file(
                """
                channels:
                  - id: a
                    match: { receiver: SG }
                    screen: { deny: { size: { more-than: 1MB } } }
                    kind: http
                    parameters: { url: "http://a.example" }
                """));

    assertThat(run.exitCode()).isZero();
    JsonNode verdict = JSON.readTree(run.out());
    assertThat(verdict.path("usable").asBoolean()).isTrue();
    assertThat(verdict.path("channels").asInt()).isEqualTo(1);
    assertThat(verdict.at("/problems/0/severity").asText()).isEqualTo("warning");
  }

  @Test
  void the_schema_is_printed_and_the_table_of_this_repository_fits_it() throws IOException {
    Run run = Run.of("check", "--schema");

    assertThat(run.exitCode()).isZero();
    JsonNode schema = JSON.readTree(run.out());
    assertThat(schema.path("$schema").asText())
        .isEqualTo("https://json-schema.org/draft/2020-12/schema");
    LoadSettings core = LoadSettings.builder().setSchema(new CoreSchema()).build();
    JsonNode table =
        JSON.valueToTree(new Load(core).loadFromString(Files.readString(Path.of("channels.yaml"))));
    Set<?> complaints =
        JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
            .getSchema(schema)
            .validate(table);
    assertThat(complaints).isEmpty();
  }

  @Test
  void the_schema_in_this_repository_is_the_one_that_is_printed() throws IOException {
    assertThat(JSON.readTree(Path.of("channels.schema.json").toFile()))
        .as(
            "to renew it: java -jar target/intergov-outbound.jar check --schema >"
                + " channels.schema.json")
        .isEqualTo(JSON.readTree(Run.of("check", "--schema").out()));
  }
}
