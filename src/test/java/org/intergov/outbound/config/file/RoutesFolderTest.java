package org.intergov.outbound.config.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.intergov.outbound.config.InvalidChannelsException;
import org.intergov.outbound.config.Problem;
import org.intergov.outbound.config.Severity;
import org.intergov.outbound.config.file.RoutesFolder.Reserved;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What can be told of route files without running them. */
class RoutesFolderTest {
  private static final Reserved RESERVED =
      new Reserved(List.of("deliver", "channel-poller"), List.of("http", "route"));
  private static final Set<String> COMPONENTS = Set.of("direct", "seda", "file", "log", "timer");

  private static final String GOOD =
      """
      - beans:
          - name: signer
            type: com.example.Signer
      - route:
          id: nz-post
          from:
            uri: direct:nz-post
            steps:
              - to: log:sent
              - to:
                  uri: signer:sign
              - to:
                  uri: "{{somewhere}}"
              - choice:
                  when:
                    - simple: "true"
                      steps:
                        - to: { uri: direct, parameters: { name: nz-file } }
      - route:
          id: nz-file
          from: { uri: direct, parameters: { name: nz-file }, steps: [ { to: "file:x?fileName=y" } ] }
      - routeTemplate:
          id: drop-post
          parameters:
            - { name: channel, description: Set by the gateway. }
            - { name: directory, description: Where to. }
          from: { uri: "direct:{{channel}}-post", steps: [ { to: "file:{{directory}}" } ] }
      - routeTemplate:
          id: drop-status
          from: { uri: "direct:{{channel}}-status", steps: [ { to: "log:x" } ] }
      """;

  @TempDir Path folder;

  private RoutesFolder read(String yaml) throws InvalidChannelsException, IOException {
    Files.writeString(folder.resolve("a.camel.yaml"), yaml);
    return RoutesFolder.read(folder, RESERVED, COMPONENTS::contains);
  }

  @Test
  void good_files_name_their_kinds_and_where_their_routes_start() throws Exception {
    RoutesFolder files = read(GOOD);
    assertThat(files.warnings()).isEmpty();
    assertThat(files.kinds()).containsExactly("drop");
    assertThat(files.entrances()).containsExactly("direct:nz-file", "direct:nz-post");
  }

  @Test
  void a_file_of_another_name_is_not_loaded_and_said_to_be() throws Exception {
    Files.writeString(folder.resolve("b.yaml"), "nonsense");
    RoutesFolder files = read(GOOD);
    assertThat(files.files()).hasSize(1);
    assertThat(files.warnings())
        .singleElement()
        .satisfies(w -> assertThat(w.toString()).contains("b.yaml", "not loaded"));
  }

  static Stream<String> chosenByAMessage() {
    return Stream.of(
        "- toD: \"file:${header.subject}\"",
        "- toD: { uri: \"file:${body}\" }",
        "- to: \"file:x?fileName=${header.reference}.json\"",
        "- to: { uri: file:x, parameters: { fileName: \"${body.name}\" } }",
        "- to: { uri: file:x, parameters: { tempFileName: \"${in.header.subject}\" } }",
        "- setHeader: { name: CamelFileName, simple: \"out/${headers.subject}\" }",
        "- setHeader: { name: CamelFileName, expression: { simple: \"${body}\" } }",
        "- setHeader: { name: CamelOverruleFileName, header: reference }",
        "- setHeader: { name: CamelFileName, expression: { header: { expression: subject } } }");
  }

  @ParameterizedTest
  @MethodSource("chosenByAMessage")
  void where_something_goes_is_not_for_a_message_to_choose(String step) {
    assertThatThrownBy(() -> read(GOOD.replace("- to: log:sent", step)))
        .isInstanceOf(InvalidChannelsException.class)
        .hasMessageContaining("a.camel.yaml:9")
        .hasMessageContaining("message");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "- to: \"file:x?fileName=${header.safeKey}.json\"",
        "- to: { uri: file:x, parameters: { fileName: \"${header.safeKey}-${date:now:yyyy}.json\" } }",
        "- setHeader: { name: CamelFileName, simple: \"${headers.safeKey}\" }",
        "- setHeader: { name: CamelFileName, header: safeKey }",
        "- setHeader: { name: CamelFileName, expression: { simple: \"${header.safeKey}\" } }",
        "- setHeader: { name: CamelFileName, expression: { header: { expression: safeKey } } }",
        "- setHeader: { name: CamelFileName, expression: { constant: { expression: out } } }",
        "- setHeader: { name: subject, simple: \"${body}\" }",
        "- to: \"direct:{{another}}\"",
        "- to: { uri: file:x, parameters: { fileName: [ out ] } }"
      })
  void a_name_of_the_safe_key_is_taken(String step) throws Exception {
    assertThat(read(GOOD.replace("- to: log:sent", step)).warnings()).isEmpty();
  }

  private static Arguments broken(String from, String to, int line, String... cause) {
    return Arguments.of(GOOD.replace(from, to), line, List.of(cause));
  }

  static Stream<Arguments> files() {
    return Stream.of(
        Arguments.of("", 1, List.of("an empty file", "a list of route")),
        Arguments.of("route: {}", 1, List.of("a map", "a list of route")),
        Arguments.of("- x", 1, List.of("a single value", "a map with one of")),
        Arguments.of("- route: {\n", 2, List.of("a syntax error")),
        broken("- route:\n    id: nz-post", "- rout:\n    id: nz-post", 4, "\"rout\"", "route"),
        broken("- beans", "- onException", 1, "\"onException\"", "beans"),
        broken("    id: nz-post\n", "", 5, "route.id", "nothing"),
        broken("id: nz-post", "id: ' '", 5, "route.id", "nothing"),
        broken("id: nz-file", "id: nz-post", 20, "\"nz-post\" again", "a.camel.yaml:5"),
        broken("id: nz-post", "id: deliver", 5, "\"deliver\"", "the gateway itself has a route"),
        broken("uri: direct:nz-post", "uri: seda:channel-poller", 5, "the gateway uses this one"),
        broken(
            "uri: direct:nz-post", "uri: direct:nz-file", 20, "a second route", "a.camel.yaml:5"),
        broken("log:sent", "lgo:sent", 9, "unknown component \"lgo\"", "mean \"log\"?"),
        broken(
            "uri: signer:sign",
            "uri: sjms:sign",
            11,
            "unknown component \"sjms\"",
            "camel-sjms 4.",
            "lib camel-sjms"),
        broken(
            "name: nz-file } }\n- route",
            "name: nz-fle } }\n- route",
            18,
            "\"direct:nz-fle\"",
            "direct:nz-file"),
        broken("drop-post", "http-post", 23, "\"http-post\"", "comes with the gateway"),
        broken("drop-post", "drop-send", 23, "\"drop-send\"", "<kind>-post"),
        broken("drop-post", "Drop-post", 23, "\"Drop-post\"", "lower-case"),
        broken("id: drop-status", "id: other-status", 29, "\"other-status\" alone", "other-post"),
        broken(
            "direct:{{channel}}-post",
            "direct:drop",
            23,
            "\"direct:drop\"",
            "\"direct:{{channel}}-post\""),
        broken("name: channel,", "name: channel, defaultValue: x,", 25, "a default for channel"),
        broken(
            "- routeTemplate:\n    id: drop-status",
            """
            - routeTemplate:
                id: drop-status
                parameters:
                  - { name: directory, defaultValue: d, description: Where to. }
            """
                .strip(),
            31,
            "parameters[0].defaultValue: found another default of directory",
            "the same in both templates of kind drop"),
        broken(
            "from: { uri: \"direct:{{channel}}-status\",",
            "route: { from: { uri: \"direct:drop-status\" } }\n    x: { a: b,",
            29,
            "from: found \"direct:drop-status\", expected \"direct:{{channel}}-status\""),
        broken("name: directory", "name: Directory", 26, "\"Directory\"", "lower-case"),
        broken("name: directory", "name: channel", 26, "\"channel\" again"));
  }

  @ParameterizedTest
  @MethodSource("files")
  void a_broken_file_is_reported_with_its_line(String yaml, int line, List<String> cause) {
    InvalidChannelsException e =
        catchThrowableOfType(InvalidChannelsException.class, () -> read(yaml));
    assertThat(e).as(yaml).isNotNull();
    List<Problem> errors =
        e.problems().stream().filter(p -> p.severity() == Severity.ERROR).toList();
    assertThat(errors)
        .anySatisfy(
            p -> {
              assertThat(p.toString()).contains(cause).contains("a.camel.yaml");
              assertThat(p.line()).isEqualTo(line);
            });
  }
}
