package org.intergov.outbound.config.channels;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.intergov.outbound.config.InvalidChannelsException;
import org.intergov.outbound.config.Severity;
import org.intergov.outbound.config.kind.KindDescription;
import org.intergov.outbound.config.kind.ParameterMapsTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.provider.Arguments;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/** The schema refuses what the loader refuses, as far as a schema can, and nothing else. */
public class ChannelsSchemaTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Words of errors in maps of parameters that take a look at the environment, or at files. */
  private static final Set<String> BEYOND_A_SCHEMA_IN_MAPS =
      Set.of(
          "NO",
          "\"Host\"",
          "control",
          "no such file",
          "a directory",
          "without a certificate",
          "cannot be read",
          "no path",
          "not belong",
          "EC PRIVATE KEY",
          "without a pri",
          "key-password",
          "does not open",
          "does not open with this password",
          "not PKCS#12");

  public static JsonNode document(Map<String, KindDescription> kinds) {
    return JSON.valueToTree(ChannelsSchema.of(kinds));
  }

  public static JsonSchema schema(Map<String, KindDescription> kinds) {
    return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
        .getSchema(document(kinds));
  }

  /** Each stands in the words of an error that no schema can find. */
  private static final Set<String> BEYOND_A_SCHEMA =
      Set.of(
          // the text of the file
          "syntax error",
          "an alias",
          "an anchor",
          "a tag (!)",
          "a second document",
          "20 levels",
          "U+0001",
          "again",
          // one value beside another, or beside the environment
          "has this one already",
          "environment variable",
          "(the value from the environment is not shown)",
          "never carry",
          "at least first-delay",
          "at most max-delay",
          "at least first-after",
          "after from",
          "less than at-most",
          "without a gap",
          "at most window",
          "at most max-wait",
          "at least wait",
          "10001/s",
          "above 0% and",
          "a time other than from",
          // the calendar, the world's time zones, what a reference may end in, lengths of time
          "2026-13-01",
          "\"Sydney\"",
          "rule format",
          "from 1ms to",
          "from 100ms to",
          "\"0B\"",
          "\".nan\"",
          ":99999");

  @TempDir Path folder;

  public static JsonNode yaml(String text) {
    LoadSettings settings =
        LoadSettings.builder().setSchema(new CoreSchema()).setAllowDuplicateKeys(true).build();
    return JSON.valueToTree(new Load(settings).loadFromString(text));
  }

  public static boolean refuses(JsonSchema schema, String text) {
    try {
      return !schema.validate(yaml(text)).isEmpty();
    } catch (YamlEngineException e) {
      return true;
    }
  }

  @Test
  void what_the_loader_refuses_the_schema_refuses_too() {
    JsonSchema schema = schema(Tables.KINDS);
    List<String> missed = new ArrayList<>();
    int refused = 0;
    for (Arguments broken : BrokenChannelsTest.files().toList()) {
      String text = (String) broken.get()[0];
      boolean beyond = BEYOND_A_SCHEMA.stream().anyMatch(problem(text)::contains);
      if (!beyond && !refuses(schema, text)) {
        missed.add(problem(text));
      }
      refused += beyond ? 0 : 1;
    }
    assertThat(missed).isEmpty();
    assertThat(refused).isGreaterThan(80);
  }

  @Test
  void parameters_that_are_maps_are_in_it() {
    JsonSchema schema = schema(ParameterMapsTest.KINDS);
    List<String> missed = new ArrayList<>();
    for (Arguments broken : ParameterMapsTest.brokenMaps().toList()) {
      String parameters = (String) broken.get()[0];
      boolean beyond =
          ((List<?>) broken.get()[2]).stream().anyMatch(BEYOND_A_SCHEMA_IN_MAPS::contains);
      if (!beyond && !refuses(schema, ParameterMapsTest.yaml(parameters))) {
        missed.add(parameters);
      }
    }
    assertThat(missed).isEmpty();
    for (String good :
        List.of(
            "auth: { type: basic, username: a, password: p }",
            "auth: { type: api-key, key: '{{env:KEY}}' }",
            "auth: { type: oauth2, client-id: a, discovery: https://i.example }",
            "auth: { type: '{{env:TYPE}}', key: 5 }",
            "tls: { ca: a.crt, certificate: b.crt, key: b.key, key-password: p }")) {
      assertThat(schema.validate(yaml(ParameterMapsTest.yaml(good)))).as(good).isEmpty();
    }
  }

  private String problem(String yaml) {
    try {
      Tables.load(folder, yaml);
    } catch (InvalidChannelsException e) {
      return e.problems().stream()
          .filter(p -> p.severity() == Severity.ERROR)
          .findFirst()
          .orElseThrow()
          .toString();
    }
    throw new AssertionError("not broken: " + yaml);
  }

  @Test
  void what_the_loader_accepts_the_schema_accepts() {
    assertThat(schema(Tables.KINDS).validate(yaml(ChannelsFileTest.FULL))).isEmpty();
  }

  @Test
  void every_key_of_the_loader_stands_in_it_with_what_is_expected() {
    JsonNode document = document(Tables.KINDS);
    JsonNode channel = document.at("/properties/channels/items");
    assertThat(channel.at("/properties").fieldNames())
        .toIterable()
        .containsExactlyInAnyOrderElementsOf(ChannelReader.KEYS);
    JsonNode defaults = document.at("/properties/defaults/anyOf/0/properties");
    assertThat(defaults.fieldNames())
        .toIterable()
        .containsExactlyInAnyOrderElementsOf(SettingsReader.KEYS);
    assertThat(anything(document, ""))
        .as("keys that no reader asks Section for where nothing is given")
        .isEmpty();
    assertThat(channel.at("/required"))
        .extracting(JsonNode::asText)
        .containsExactlyInAnyOrder("id", "kind", "match");
  }

  /** Paths of properties that may be anything. */
  private static List<String> anything(JsonNode schema, String path) {
    List<String> found = new ArrayList<>();
    schema
        .properties()
        .forEach(
            e -> {
              String at = path + "/" + e.getKey();
              if (path.endsWith("/properties") && e.getValue().isBoolean()) {
                found.add(at);
              }
              found.addAll(anything(e.getValue(), at));
            });
    if (schema.isArray()) {
      schema.forEach(element -> found.addAll(anything(element, path + "/[]")));
    }
    return found;
  }
}
