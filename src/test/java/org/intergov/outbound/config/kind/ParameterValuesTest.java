package org.intergov.outbound.config.kind;

import static org.assertj.core.api.Assertions.assertThat;
import static org.intergov.outbound.config.channels.Tables.entry;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.intergov.outbound.config.channels.ChannelsSchemaTest;
import org.intergov.outbound.config.channels.Tables;
import org.intergov.outbound.config.kind.KindDescription.Parameter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which values a parameter takes, by its name and by what its template says of it. */
class ParameterValuesTest {
  private static final List<Parameter> LOGIN =
      List.of(
          optional("wait", "1d"),
          optional("callback-url", null),
          optional("discovery", null),
          optional("header", "X-API-Key"),
          optional("username", null),
          optional("password", null),
          new Parameter("key", "which opens the door", true, null));

  private static final KindDescription DROP =
      new KindDescription(
          "drop",
          false,
          List.of(
              new Parameter("directory", "where files go", true, null),
              optional("label", null),
              optional("url", null),
              optional("delay", "5s"),
              optional("keep", "1d"),
              optional("key-header", "Idempotency-Key"),
              new Parameter("mode", "how", false, "a", List.of("a", "b"), Map.of()),
              new Parameter("login", "who", false, null, List.of(), Map.of("", LOGIN)),
              new Parameter(
                  "hub",
                  null,
                  false,
                  null,
                  List.of(),
                  Map.of("", List.of(optional("token-url", null), optional("name", null))))));

  private static final Map<String, KindDescription> KINDS =
      Map.of(
          "drop", DROP, "free", new KindDescription("free", false, List.of(optional("x", null))));

  @TempDir Path folder;

  private static Parameter optional(String name, String defaultValue) {
    return new Parameter(name, null, false, defaultValue);
  }

  private static String drop(String parameters) {
    return entry(
        "drop",
        parameters.contains("directory:")
            ? "parameters: { " + parameters + " }"
            : "parameters: { directory: d, " + parameters + " }");
  }

  @Test
  void what_is_fine_is_taken_by_loader_and_schema() throws Exception {
    var schema = ChannelsSchemaTest.schema(KINDS);
    for (String good :
        List.of(
            "label: ' '",
            "label: ''",
            "label: 5",
            "url: no address",
            "delay: 0s",
            "delay: 1h",
            "keep: for ever",
            "key-header: X-Other",
            "mode: b",
            "login: { key: k, wait: 30d }",
            "hub: { name: n }",
            "login: { key: k, header: X-Key }",
            "login: { key: k, username: ' ', password: ' ' }",
            "login: { key: k, discovery: 'https://i.example/a?b' }",
            "login: { key: k, callback-url: 'HTTP://[::1]:80/a' }")) {
      assertThat(Tables.only(folder, drop(good), KINDS).parameters())
          .as(good)
          .containsEntry("directory", "d");
      assertThat(schema.validate(ChannelsSchemaTest.yaml(drop(good)))).as(good).isEmpty();
    }
  }

  @Test
  void what_is_not_is_refused_with_its_path_and_by_the_schema_where_it_can() {
    var schema = ChannelsSchemaTest.schema(KINDS);
    for (String line :
        List.of(
            "directory: ' ' | directory: found \" \", expected a value that is not blank | too",
            "delay: 5 | delay: found \"5\", expected a duration such as 500ms | too",
            "delay: soon | delay: found \"soon\", expected a duration such as 500ms | too",
            "delay: 3601s | delay: found \"3601s\", expected a duration | loader",
            "key-header: X Y | key-header: found a value that is not shown, expected the name of an | too",
            "key-header: Cookie | key-header: found a value that is not shown, expected the name of | loader",
            "mode: c | mode: found \"c\", expected one of a, b; did you mean \"a\"? | too",
            "login: { key: k, wait: soon } | login.wait: found \"soon\", expected a duration | too",
            "login: { key: k, wait: 721h } | login.wait: found \"721h\", expected a dur | loader",
            "login: { key: k, header: X Y } | login.header: found \"X Y\", expected the name | too",
            "login: { key: k, username: '' } | login.username: found \"\", expected a non-empty | too",
            "login: { key: k, username: 'a:b' } | login.username: found \"a:b\", expected a | too",
            "login: { key: k, username: \"a\\tb\" } | login.username: found \"a | loader",
            "login: { key: k, password: '' } | login.password: found a value that is not shown | too",
            "login: { key: ' ' } | login.key: found a value that is not shown, expected a value | too",
            "login: { key: k, discovery: 'ftp://hunter2' } | login.discovery: found a value that"
                + " is not shown, expected an absolute http or https URL | too",
            "login: { key: k, callback-url: 'ftp://x' } | login.callback-url: found \"ftp://x\" | too",
            "login: {} | login.key: found nothing, expected a value; login requires it: which"
                + " opens the door | too",
            "login: x | login: found a single value, expected a map of wait, callback-url, disc | too",
            "lable: x | lable: found the unknown key \"lable\", expected one of directory, label, "
                + "url, delay, keep, key-header, mode, login, hub; did you mean \"label\"? | too")) {
      String[] parts = line.split(" \\| ");
      String yaml = drop(parts[0]);
      assertThat(
              Tables.told(folder, yaml, KINDS).stream().filter(told -> !told.contains("warning")))
          .as(parts[0])
          .singleElement()
          .satisfies(
              told ->
                  assertThat(told)
                      .startsWith(":5: channels[0].parameters." + parts[1])
                      .doesNotContain("hunter2"));
      assertThat(ChannelsSchemaTest.refuses(schema, yaml))
          .as(parts[0])
          .isEqualTo(parts[2].equals("too"));
    }
  }

  @Test
  void a_template_declares_the_keys_of_a_map_one_by_one() {
    Parameter auth =
        new Parameter(
            "auth",
            "who",
            true,
            null,
            List.of(),
            Map.of("basic", List.of(optional("username", null), optional("password", null))));

    assertThat(auth.declaredKeys()).containsExactly("auth.basic.username", "auth.basic.password");
    assertThat(DROP.parameter("hub").orElseThrow().declaredKeys())
        .containsExactly("hub.token-url", "hub.name");
    assertThat(auth.optional())
        .isEqualTo(new Parameter("auth", "who", false, null, List.of(), auth.forms()));
  }

  @Test
  void a_required_parameter_is_asked_for_in_the_words_of_its_template() {
    assertThat(Tables.told(folder, entry("drop", "parameters:"), KINDS))
        .containsExactly(
            ":2: channels[0].parameters.directory: found nothing, expected a value; kind drop"
                + " requires directory: where files go");
    assertThat(Tables.told(folder, entry("sqs", "parameters: {}"), Tables.KINDS))
        .containsExactly(
            ":5: channels[0].parameters.queue: found nothing, expected a value; kind sqs requires"
                + " queue");
  }

  @Test
  void a_kind_that_requires_nothing_may_be_given_nothing() throws Exception {
    var schema = ChannelsSchemaTest.schema(KINDS);
    for (String[] lines : new String[][] {{}, {"parameters:"}, {"parameters: {}"}}) {
      String yaml = entry("free", lines);
      assertThat(Tables.only(folder, yaml, KINDS).parameters()).isEmpty();
      assertThat(ChannelsSchemaTest.refuses(schema, yaml)).as(yaml).isFalse();
    }
    assertThat(ChannelsSchemaTest.refuses(schema, entry("free", "parameters: []"))).isTrue();
  }

  @Test
  void a_schema_tells_what_keys_and_parameters_are_for() {
    JsonNode channel = ChannelsSchemaTest.document(KINDS).at("/properties/channels/items");
    assertThat(channel.at("/properties/concurrency/description").asText())
        .isEqualTo("a whole number from 1 to 1000");
    assertThat(channel.at("/properties/kind/description").asText()).isEqualTo("one of drop, free");
    JsonNode parameters = channel.at("/allOf/0/then/properties/parameters/properties");
    assertThat(parameters.at("/directory/description").asText()).isEqualTo("where files go");
    assertThat(parameters.at("/mode/description").asText()).isEqualTo("how");
    assertThat(parameters.at("/login/description").asText()).isEqualTo("who");
    assertThat(parameters.at("/login/properties/key/description").asText())
        .isEqualTo("which opens the door");
    assertThat(parameters.at("/label").has("description")).isFalse();
  }
}
