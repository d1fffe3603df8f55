package org.intergov.outbound;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** Route files: valid for Camel's own schema, and explaining themselves. */
class RouteFilesTest {
  private static final Path ROUTES = Path.of("src", "main", "resources", "routes");
  private static final Path MAIN = Path.of("src/main/java/org/intergov/outbound");
  private static final Path DEFAULTS = Path.of("src/main/resources/application.properties");
  private static final ObjectMapper JSON = new ObjectMapper();

  /** {@code {{name}}}, {@code {{?name}}} and {@code {{name:default}}}. */
  private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{[?!]?([^}:]+)(?::[^}]*)?}}");

  private static final Pattern BEAN = Pattern.compile("\\b(?:bean|jdbc):([A-Za-z][A-Za-z0-9]*)");

  private static final JsonSchema SCHEMA = camelSchema();

  /** What loads the files and binds their beans. */
  private static String gateway() throws IOException {
    StringBuilder all = new StringBuilder();
    try (Stream<Path> sources = Files.walk(MAIN)) {
      for (Path source : sources.toList()) {
        if (source
            .toString()
            .matches(".*(Configuration|GatewayParts|QueueIntakes|CamelSetup)[.]java")) {
          all.append(Files.readString(source));
        }
      }
    }
    return all.toString();
  }

  private static JsonSchema camelSchema() {
    try (InputStream in =
        RouteFilesTest.class.getClassLoader().getResourceAsStream("schema/camelYamlDsl.json")) {
      return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V4).getSchema(in);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  static List<Path> files() throws IOException {
    try (Stream<Path> all = Files.walk(ROUTES)) {
      return all.filter(f -> f.toString().endsWith(".yaml")).sorted().toList();
    }
  }

  private static JsonNode read(Path file) throws IOException {
    try (Reader in = Files.newBufferedReader(file)) {
      return JSON.valueToTree(new Load(LoadSettings.builder().build()).loadFromReader(in));
    }
  }

  /** Routes, and the routes inside templates, with the name they go by. */
  private record Named(String kind, JsonNode node) {
    String id() {
      return node.path("id").asText();
    }

    /** What has a {@code from}; in a template with a policy it is a route of its own. */
    JsonNode route() {
      return node.has("route") ? node.path("route") : node;
    }

    JsonNode steps() {
      return route().path("from").path("steps");
    }
  }

  private static List<Named> entries(Path file) throws IOException {
    List<Named> entries = new ArrayList<>();
    for (JsonNode entry : read(file)) {
      String kind = entry.fieldNames().next();
      entries.add(new Named(kind, entry.get(kind)));
    }
    return entries;
  }

  /** An operation of a {@code rest:}, and the method it is for. */
  private record Operation(String method, JsonNode node) {
    String id() {
      return node.path("id").asText();
    }

    String path() {
      return node.path("path").asText();
    }
  }

  private static List<Operation> operations(Path file) throws IOException {
    List<Operation> operations = new ArrayList<>();
    for (Named entry : entries(file)) {
      if (entry.kind().equals("rest")) {
        for (String method : List.of("get", "post", "put", "patch", "delete", "head")) {
          entry.node().path(method).forEach(o -> operations.add(new Operation(method, o)));
        }
      }
    }
    return operations;
  }

  /** Routes, and the routes inside templates. */
  private static List<Named> routes(Path file) throws IOException {
    List<Named> routes = new ArrayList<>();
    for (Named entry : entries(file)) {
      if (Set.of("route", "routeTemplate").contains(entry.kind())) {
        routes.add(entry);
      }
    }
    return routes;
  }

  @Test
  void there_are_route_files() throws IOException {
    assertThat(files()).hasSizeGreaterThan(5);
  }

  @Test
  void the_schema_refuses_a_step_that_does_not_exist() throws IOException {
    JsonNode wrong =
        JSON.readTree("[{\"route\":{\"from\":{\"uri\":\"direct:a\",\"steps\":[{\"too\":{}}]}}}]");
    assertThat(SCHEMA.validate(wrong)).isNotEmpty();
  }

  @ParameterizedTest
  @MethodSource("files")
  void is_valid_for_the_schema_of_camels_yaml_dsl(Path file) throws IOException {
    Set<ValidationMessage> faults = SCHEMA.validate(read(file));
    assertThat(faults).as("%s: to comply, mend what the schema names", file).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("files")
  void is_named_after_what_it_begins_with(Path file) throws IOException {
    String name = file.getFileName().toString().replace(".camel.yaml", "");
    Named first =
        entries(file).stream().filter(e -> !e.kind().equals("restConfiguration")).findFirst().get();
    String expected = first.kind().equals("routeTemplate") ? name + "-post" : name;
    assertThat(first.id()).as("%s: its first route, template or rest", file).isEqualTo(expected);
  }

  @ParameterizedTest
  @MethodSource("files")
  void every_route_has_an_id_and_a_description(Path file) throws IOException {
    for (Named entry : entries(file)) {
      assertThat(entry.kind()).isIn("route", "routeTemplate", "rest", "restConfiguration");
    }
    for (Named route : routes(file)) {
      assertThat(route.id()).as("%s: id", file).matches("[a-z][a-z0-9-]*");
      assertThat(route.node().path("description").asText())
          .as("%s: description of %s, one sentence", file, route.id())
          .endsWith(".");
      if (route.kind().equals("route")) {
        assertThat(route.node().path("nodePrefixId").asText())
            .as("%s: nodePrefixId of %s, so that step ids never clash", file, route.id())
            .isEqualTo(route.id() + "-");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("files")
  void every_operation_is_described_and_its_route_named_after_file_and_operation(Path file)
      throws IOException {
    for (Operation operation : operations(file)) {
      assertThat(operation.node().path("description").asText())
          .as("%s: description of %s, one sentence", file, operation.id())
          .endsWith(".");
      String name = file.getFileName().toString().replace(".camel.yaml", "");
      assertThat(operation.node().path("routeId").asText())
          .as("%s: routeId, so that it never clashes with a step of somebody's route", file)
          .isEqualTo(name + "-" + operation.id());
    }
  }

  @Test
  void no_two_routes_have_the_same_id() throws IOException {
    List<String> ids = new ArrayList<>();
    for (Path file : files()) {
      routes(file).forEach(r -> ids.add(r.id()));
      operations(file).forEach(o -> ids.add(o.node().path("routeId").asText()));
    }
    assertThat(ids).doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @MethodSource("files")
  void every_step_has_an_id_of_its_own(Path file) throws IOException {
    for (Named route : routes(file)) {
      assertThat(route.steps()).as("%s: steps of %s", file, route.id()).isNotEmpty();
      List<String> ids = new ArrayList<>();
      stepIds(route.steps(), route.id(), ids);
      assertThat(ids).as("%s: step ids of %s", file, route.id()).doesNotHaveDuplicates();
    }
  }

  private static void stepIds(JsonNode steps, String route, List<String> ids) {
    for (JsonNode step : steps) {
      String name = step.fieldNames().next();
      branch(step.get(name), name, route, ids);
    }
  }

  private static void branch(JsonNode step, String name, String route, List<String> ids) {
    String id = step.path("id").asText();
    assertThat(id).as("id of step %s in route %s, after %s", name, route, ids).isNotEmpty();
    ids.add(id);
    stepIds(step.path("steps"), route, ids);
    for (String branches : List.of("doCatch", "when")) {
      step.path(branches).forEach(b -> branch(b, branches, route, ids));
    }
    for (String one : List.of("doFinally", "otherwise")) {
      if (step.has(one)) {
        branch(step.get(one), one, route, ids);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("files")
  void template_parameters_are_described_used_and_declared(Path file) throws IOException {
    for (Named template : routes(file)) {
      if (template.kind().equals("routeTemplate")) {
        Set<String> declared = new TreeSet<>();
        for (JsonNode parameter : template.node().path("parameters")) {
          String name = parameter.path("name").asText();
          assertThat(declared.add(name)).as("%s: %s declared once", file, name).isTrue();
          assertThat(declared)
              .as("%s: the map of %s, declared first", file, name)
              .contains(mapOf(name));
          assertThat(parameter.path("description").asText())
              .as("%s: description of parameter %s", file, name)
              .endsWith(".");
        }
        declared.removeIf(name -> name.contains("."));
        Set<String> used = placeholders(template.route().path("from"));
        used.addAll(placeholders(template.route().path("routePolicy")));
        template.node().path("beans").forEach(b -> used.remove(b.path("name").asText()));
        used.addAll(placeholders(template.node().path("beans")));
        assertThat(used)
            .as("%s: parameters that %s uses are those it declares", file, template.id())
            .isEqualTo(declared);
      }
    }
  }

  /**
   * {@code auth.basic.username} is a key of the map {@code auth}, which the route uses as a whole.
   */
  private static String mapOf(String parameter) {
    int dot = parameter.indexOf('.');
    return dot < 0 ? parameter : parameter.substring(0, dot);
  }

  @ParameterizedTest
  @MethodSource("files")
  void routes_use_no_setting_that_does_not_exist(Path file) throws IOException {
    Properties settings = new Properties();
    try (Reader in = Files.newBufferedReader(DEFAULTS)) {
      settings.load(in);
    }
    for (Named route : routes(file)) {
      if (route.kind().equals("route")) {
        assertThat(settings.stringPropertyNames())
            .as("%s: settings that %s uses", file, route.id())
            .containsAll(placeholders(route.node()));
      }
    }
  }

  private static Set<String> placeholders(JsonNode node) {
    Set<String> names = new TreeSet<>();
    Matcher m = PLACEHOLDER.matcher(node.toString());
    while (m.find()) {
      names.add(m.group(1));
    }
    return names;
  }

  @Test
  void a_consumer_of_kafka_skips_nothing_when_a_poll_fails() throws IOException {
    int consumers = 0;
    for (Path file : files()) {
      for (Named route : routes(file)) {
        JsonNode from = route.node().path("from");
        if (from.path("uri").asText().startsWith("kafka:")) {
          consumers++;
          assertThat(from.path("parameters").path("pollOnError").asText())
              .as("%s: pollOnError of %s; Camel's default seeks past a record", file, route.id())
              .isEqualTo("RETRY");
        }
      }
    }
    assertThat(consumers).isEqualTo(2);
  }

  @ParameterizedTest
  @MethodSource("files")
  void every_bean_is_bound_by_the_gateway(Path file) throws IOException {
    String gateway = gateway();
    Set<String> unbound = new HashSet<>();
    Matcher m = BEAN.matcher(read(file).toString());
    while (m.find()) {
      Pattern bound = Pattern.compile("\\.bind\\(\\s*\"" + m.group(1) + "\"");
      if (!bound.matcher(gateway).find()) {
        unbound.add(m.group(1));
      }
    }
    assertThat(unbound)
        .as(
            "%s: to comply, bind it in the configuration of its package, such as FlowConfiguration",
            file)
        .isEmpty();
  }

  @ParameterizedTest
  @MethodSource("files")
  void is_loaded_by_the_gateway(Path file) throws IOException {
    String name = file.getFileName().toString().replace(".camel.yaml", "");
    String list =
        file.getParent().endsWith("channels")
            ? Files.readString(MAIN.resolve("channel/ChannelKinds.java"))
            : gateway();
    assertThat(list.contains('"' + name + '"')).as("the gateway loads %s", file).isTrue();
  }

  @ParameterizedTest
  @MethodSource("files")
  void is_about_one_screen_wide(Path file) throws IOException {
    assertThat(Files.readAllLines(file)).allMatch(line -> line.length() <= 110, "fits the screen");
  }
}
