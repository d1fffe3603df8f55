package org.intergov.outbound.config.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.intergov.outbound.config.InvalidChannelsException;
import org.intergov.outbound.config.Problem;
import org.intergov.outbound.config.Severity;
import org.intergov.outbound.config.file.RoutesFolder.Reserved;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a folder of route files is asked for once it has been read. */
class RoutesFolderNamesTest {
  private static final Reserved RESERVED =
      new Reserved(List.of("deliver", "channel-poller"), List.of("http"));
  private static final Set<String> COMPONENTS = Set.of("direct", "seda", "file", "log", "timer");

  private static final String ROUTES =
      """
      - route:
          id: hourly
          from: { uri: "timer:deliver?period=1h", steps: [ { to: direct:nz-post } ] }
      - route:
          id: nz
          from: { uri: direct:nz-post, steps: [ { to: log:x } ] }
      - routeTemplate:
          id: drop-post
          parameters: [ { name: channel }, { name: directory } ]
          route:
            from: { uri: "direct:{{channel}}-post", steps: [ { to: "file:{{directory}}" } ] }
      """;

  @TempDir Path folder;

  private Path write(String name, String yaml) throws Exception {
    return Files.writeString(folder.resolve(name), yaml);
  }

  private RoutesFolder read() throws InvalidChannelsException {
    return RoutesFolder.read(folder, RESERVED, COMPONENTS::contains);
  }

  @Test
  void a_suffix_goes_after_the_local_names_of_these_files_wherever_they_stand() throws Exception {
    Path file =
        write(
            "a.camel.yaml",
            """
            # 𝄞 before it all
            - route:
                id: nz
                from: { uri: direct:nz-post, steps: [ { to: "seda:later?size=5" }, { to: direct:nz-post-2 } ] }
            - route:
                id: later
                from: { uri: seda, parameters: { name: later }, steps: [ { to: direct://nz-post } ] }
            - route:
                id: two
                from: { uri: "direct:nz-post-2", steps: [ { recipientList: { constant: "direct:nz-post,log:x" } } ] }
            """);
    String text = Files.readString(file);
    RoutesFolder files = read();

    assertThat(files.texts("").get(file)).isEqualTo(text);
    assertThat(files.texts("~3").get(file))
        .isEqualTo(
            text.replace("direct:nz-post,", "direct:nz-post~3,")
                .replace("seda:later?", "seda:later~3?")
                .replace("direct:nz-post-2", "direct:nz-post-2~3")
                .replace("name: later", "name: \"later~3\"")
                .replace("direct://nz-post ", "direct://nz-post~3 "));
  }

  @Test
  void routes_and_templates_are_found_by_id_and_by_where_they_start() throws Exception {
    write("b.camel.yaml", ROUTES);
    RoutesFolder files = read();

    assertThat(files.ids()).containsExactly("hourly", "nz", "drop-post");
    assertThat(files.entrances()).containsExactly("direct:nz-post");
    assertThat(files.kinds()).containsExactly("drop");
    assertThat(files.idFrom("direct:nz-post")).isEqualTo("nz");
    assertThat(files.idFrom("timer:deliver")).isEqualTo("hourly");
    assertThat(files.idFrom("direct:other")).isEmpty();
  }

  @Test
  void a_parameter_that_nobody_explains_is_a_warning() throws Exception {
    Path file = write("b.camel.yaml", ROUTES);

    assertThat(read().warnings())
        .extracting(Problem::toString)
        .containsExactly(
            file
                + ":9: warning: [2].routeTemplate.parameters[1].description: found nothing, expected"
                + " what directory means, in a sentence");
  }

  @Test
  void an_error_found_later_is_told_where_the_route_is() throws Exception {
    Path file = write("b.camel.yaml", ROUTES);
    RoutesFolder files = read();

    assertThat(files.error("nz", "a fault", "none").problems())
        .containsExactly(new Problem(Severity.ERROR, file, 5, "nz", "a fault", "none"));
    assertThat(files.error("unknown", "a fault", "none").problems())
        .containsExactly(new Problem(Severity.ERROR, folder, 0, "", "a fault", "none"));
    assertThat(files.error(file, 7, "a fault", "none").problems())
        .containsExactly(new Problem(Severity.ERROR, file, 7, "", "a fault", "none"));
  }

  @Test
  void only_the_folder_routes_beside_the_table_counts() throws Exception {
    Path channels = folder.resolve("channels.yaml");
    assertThat(RoutesFolder.beside(channels)).isEmpty();
    write("routes", "a file");
    assertThat(RoutesFolder.beside(channels)).isEmpty();
    Files.delete(folder.resolve("routes"));
    Path routes = Files.createDirectory(folder.resolve("routes"));
    assertThat(RoutesFolder.beside(channels)).contains(routes);
  }

  @Test
  void where_there_is_no_folder_there_are_no_files() {
    assertThat(RoutesFolder.none().files()).isEmpty();
    assertThat(RoutesFolder.none().warnings()).isEmpty();
  }

  @Test
  void files_that_are_no_yaml_are_left_alone() throws Exception {
    write("README.md", "nonsense: [");
    write("a.yml", "nonsense");
    Path file = write("b.camel.yaml", ROUTES);
    RoutesFolder files = read();

    assertThat(files.files()).containsExactly(file);
    assertThat(files.warnings())
        .extracting(w -> w.file().getFileName() + " " + w.found())
        .containsExactly("a.yml a file that is not loaded", "b.camel.yaml nothing");
  }

  @Test
  void a_folder_that_is_none_is_an_error() throws Exception {
    Path file = write("b.camel.yaml", ROUTES);

    InvalidChannelsException e =
        catchThrowableOfType(
            InvalidChannelsException.class,
            () -> RoutesFolder.read(file, RESERVED, COMPONENTS::contains));

    assertThat(e.problems())
        .extracting(Problem::toString)
        .containsExactly(
            file + ": found a folder that cannot be read, expected a folder of files *.camel.yaml");
  }

  @Test
  void an_address_without_a_component_is_for_camel_to_refuse() throws Exception {
    write(
        "b.camel.yaml",
        "- route: { id: a, from: { uri: timer:x, steps: [ { to: ':b' }, { to: '?c=d' } ] } }\n");

    assertThat(read().ids()).containsExactly("a");
  }

  @Test
  void where_no_route_starts_none_can_be_suggested() throws Exception {
    write(
        "b.camel.yaml",
        "- route: { id: a, from: { uri: timer:x, steps: [ { to: direct:gone } ] } }\n");

    InvalidChannelsException e = catchThrowableOfType(InvalidChannelsException.class, this::read);

    assertThat(e)
        .hasMessageContaining(
            "found \"direct:gone\", where no route of this folder starts, expected none");
  }
}
