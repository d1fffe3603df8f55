package org.intergov.outbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.intergov.outbound.config.InvalidChannelsException;
import org.intergov.outbound.config.channels.Loaded;
import org.intergov.outbound.config.file.RoutesFolder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A routing table with routes of an operator's beside it, checked as the gateway would. */
class RoutesDirTest {
  private static final String CHANNELS =
      """
      channels:
        - id: nz-custom
          match: { receiver: NZ }
          kind: route
          parameters: { post: "direct:nz-post", status: "direct:nz-status" }
        - id: to-drop
          match: { receiver: TO }
          kind: drop
          parameters: { directory: outgoing }
      """;

  private static final String ROUTES =
      """
      - route:
          id: nz-post
          from:
            uri: direct:nz-post
            steps:
              - to: log:sent
      - route:
          id: nz-status
          from:
            uri: direct:nz-status
            steps:
              - setHeader: { name: channelStatus, constant: confirmed }
      - routeTemplate:
          id: drop-post
          description: A drop.
          parameters:
            - { name: channel, description: Id of the channel. }
            - { name: directory, description: Where to put messages. }
            - { name: wait, description: How long to wait., defaultValue: 5s }
          from:
            uri: "direct:{{channel}}-post"
            steps:
              - to: "file:{{directory}}?fileName=x"
              - log: "{{wait}}"
      """;

  @TempDir Path folder;
  private Path routes;

  @BeforeEach
  void makeFolder() throws IOException {
    routes = Files.createDirectory(folder.resolve("routes"));
  }

  private Loaded load(String channels, String yaml) throws IOException, InvalidChannelsException {
    Path table = Files.writeString(folder.resolve("channels.yaml"), channels);
    Files.writeString(routes.resolve("own.camel.yaml"), yaml);
    return Tables.load(table, RoutesFolder.beside(table), "AU");
  }

  @Test
  void routes_and_kinds_of_an_operator_can_be_used() throws Exception {
    Loaded loaded = load(CHANNELS, ROUTES);
    assertThat(loaded.warnings()).isEmpty();
    assertThat(loaded.table().channels()).hasSize(2);
    assertThat(folder.resolve("outgoing")).doesNotExist();
    assertThat(Path.of("outgoing")).doesNotExist();
  }

  private static Arguments table(String from, String to, String... cause) {
    return Arguments.of(CHANNELS.replace(from, to), ROUTES, List.of(cause));
  }

  private static Arguments routes(String from, String to, String... cause) {
    return Arguments.of(CHANNELS, ROUTES.replace(from, to), List.of(cause));
  }

  static Stream<Arguments> broken() {
    return Stream.of(
        table(
            "direct:nz-post",
            "direct:nz-pots",
            "channels.yaml:5: channels[0].parameters.post",
            "\"direct:nz-pots\"",
            "did you mean \"direct:nz-post\"?"),
        table("post: \"direct:nz-post\", ", "", "channels.yaml:5", "requires post"),
        table("id: nz-custom", "id: nz", "own.camel.yaml:2", "nz-post", "routes of channel nz"),
        table("kind: drop", "kind: drp", "channels.yaml:8", "\"drp\"", "did you mean \"drop\"?"),
        table("directory: outgoing", "dir: outgoing", "channels.yaml:9", "unknown key \"dir\""),
        table("{ directory: outgoing }", "{}", "channels.yaml:9", "Where to put messages."),
        table("directory: outgoing", "directory: a, wait: x", "channels.yaml:9", "500ms, 2s"),
        routes("log:sent", "sftp:sent", "own.camel.yaml:6", "unknown component \"sftp\""),
        routes("log:sent", "log:sent?levl=x", "own.camel.yaml:2", "levl"),
        routes("?fileName=x", "?fileNme=x", "own.camel.yaml:14", "channel to-drop", "fileNme"),
        routes("- to: log:sent", "- too: log:sent", "own.camel.yaml:6", "too"),
        routes("- log: \"{{wait}}\"", "- log: \"{{wiat}}\"", "own.camel.yaml:14", "wiat"),
        routes("- log: \"{{wait}}\"", "- log: \"${nonsense(\"", "own.camel.yaml:14", "mistake"),
        routes("id: nz-status", "id: retention", "own.camel.yaml:8", "\"retention\"", "itself"),
        routes("id: nz-status", "id: channel-poller", "own.camel.yaml:8", "\"channel-poller\""),
        routes("id: nz-status", "id: nz-post", "own.camel.yaml:8", "\"nz-post\" again"),
        Arguments.of(CHANNELS, "- : :\n -", List.of("own.camel.yaml", "a syntax error")));
  }

  @ParameterizedTest
  @MethodSource("broken")
  void what_is_wrong_is_told_with_file_line_and_cause(
      String channels, String yaml, List<String> cause) {
    InvalidChannelsException e =
        catchThrowableOfType(InvalidChannelsException.class, () -> load(channels, yaml));
    assertThat(e).isNotNull();
    assertThat(e.getMessage()).contains(cause);
  }

  @Test
  void kind_route_without_any_route_says_what_is_missing() throws Exception {
    Path table = Files.writeString(folder.resolve("channels.yaml"), CHANNELS);
    Files.delete(routes);
    assertThat(RoutesFolder.beside(table)).isEmpty();
    InvalidChannelsException e =
        catchThrowableOfType(
            InvalidChannelsException.class,
            () -> Tables.load(table, RoutesFolder.beside(table), "AU"));
    assertThat(e.getMessage()).contains("channels.yaml:5", "routes folder");
  }
}
