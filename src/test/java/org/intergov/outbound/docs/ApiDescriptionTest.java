package org.intergov.outbound.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.intergov.outbound.api.door.Role;
import org.intergov.outbound.message.Message;
import org.intergov.outbound.message.MessageRules;
import org.intergov.outbound.routing.Explanation;
import org.junit.jupiter.api.Test;

/** docs/openapi.yaml describes the routes, all of them, and hangs together. */
class ApiDescriptionTest {
  private static final Path ROUTES = Path.of("src", "main", "resources", "routes");
  private static final List<String> METHODS =
      List.of("get", "post", "put", "patch", "delete", "head");

  private final ApiDescription description = ApiDescription.read();

  /** Method, path and id of each verb in the {@code rest:} of a route file. */
  private static Set<String> routes() throws IOException {
    Set<String> operations = new TreeSet<>();
    try (Stream<Path> files = Files.walk(ROUTES)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".camel.yaml")).toList()) {
        for (JsonNode entry : ApiDescription.yaml(file)) {
          for (String method : METHODS) {
            for (JsonNode verb : entry.path("rest").path(method)) {
              operations.add(
                  "%s %s %s"
                      .formatted(
                          method.toUpperCase(Locale.ROOT),
                          verb.path("path").asText(),
                          verb.path("id").asText()));
            }
          }
        }
      }
    }
    return operations;
  }

  @Test
  void describes_exactly_the_operations_of_the_routes() throws IOException {
    Set<String> described = new TreeSet<>();
    description
        .operations()
        .forEach((call, it) -> described.add(call + " " + it.path("operationId").asText()));
    assertThat(described)
        .as("to comply, add to docs/openapi.yaml what the route files have, or take it away")
        .containsExactlyInAnyOrderElementsOf(routes());
  }

  @Test
  void every_reference_leads_somewhere() {
    List<JsonNode> withRef = description.document().findParents("$ref");
    assertThat(withRef).isNotEmpty();
    withRef.forEach(description::resolved);
  }

  @Test
  void every_operation_has_an_id_of_its_own_a_summary_and_the_roles_that_exist() {
    Set<String> known =
        Arrays.stream(Role.values()).map(Role::word).collect(Collectors.toUnmodifiableSet());
    assertThat(description.operations().values())
        .allSatisfy(o -> assertThat(o.path("summary").asText()).isNotBlank())
        .extracting(o -> o.path("operationId").asText())
        .doesNotContain("")
        .doesNotHaveDuplicates();
    description
        .operations()
        .keySet()
        .forEach(o -> assertThat(known).as(o).containsAll(description.roles(o)));
  }

  @Test
  void every_parameter_of_a_path_is_described() {
    description
        .document()
        .path("paths")
        .fields()
        .forEachRemaining(
            path -> {
              Set<String> described = new TreeSet<>();
              path.getValue()
                  .path("parameters")
                  .forEach(p -> described.add(description.resolved(p).path("name").asText()));
              Set<String> inPath = new TreeSet<>();
              java.util.regex.Pattern.compile("\\{([^}]+)}")
                  .matcher(path.getKey())
                  .results()
                  .forEach(m -> inPath.add(m.group(1)));
              assertThat(described).as(path.getKey()).isEqualTo(inPath);
            });
  }

  @Test
  void every_schema_compiles() {
    description
        .document()
        .at("/components/schemas")
        .forEach(schema -> description.schema(schema).initializeValidators());
  }

  @Test
  void the_verdicts_of_explain_are_those_of_the_code() {
    Set<String> verdicts =
        Arrays.stream(Explanation.Verdict.values())
            .map(v -> v.name().toLowerCase(Locale.ROOT))
            .collect(Collectors.toUnmodifiableSet());
    JsonNode described =
        description
            .document()
            .at("/components/schemas/Explanation/properties/entries/items/properties/verdict/enum");
    assertThat(described)
        .extracting(JsonNode::asText)
        .containsExactlyInAnyOrderElementsOf(verdicts);
  }

  @Test
  void the_sizes_of_a_message_are_those_of_the_code() {
    MessageRules rules = new MessageRules("AU");
    JsonNode fields = description.document().at("/components/schemas/NewMessage/properties");
    for (String field : List.of("subject", "obj", "predicate", "sender_ref")) {
      int most = fields.path(field).path("maxLength").asInt();
      assertThat(rules.checkField(field, "x".repeat(most))).as(field).isEmpty();
      assertThat(rules.checkField(field, "x".repeat(most + 1))).as(field).isNotEmpty();
    }
    assertThat(fields.size()).isEqualTo(Message.class.getRecordComponents().length);
  }
}
