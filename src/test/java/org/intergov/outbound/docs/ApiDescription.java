package org.intergov.outbound.docs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** docs/openapi.yaml: its operations, and what it says about an answer. */
public final class ApiDescription {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<String> METHODS = Set.of("get", "post", "put", "patch", "delete");
  private static final JsonSchemaFactory SCHEMAS =
      JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);
  private static final SchemaValidatorsConfig STRICT =
      SchemaValidatorsConfig.builder().formatAssertionsEnabled(true).build();

  private final JsonNode document;

  private ApiDescription(JsonNode document) {
    this.document = document;
  }

  public static ApiDescription read() {
    return new ApiDescription(yaml(Path.of("docs", "openapi.yaml")));
  }

  static JsonNode yaml(Path file) {
    try (Reader in = Files.newBufferedReader(file)) {
      LoadSettings strict = LoadSettings.builder().setAllowDuplicateKeys(false).build();
      return JSON.valueToTree(new Load(strict).loadFromReader(in));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  JsonNode document() {
    return document;
  }

  /** {@code GET /messages/{reference}} to its description. */
  public Map<String, JsonNode> operations() {
    Map<String, JsonNode> operations = new TreeMap<>();
    document
        .path("paths")
        .fields()
        .forEachRemaining(
            path ->
                path.getValue()
                    .fields()
                    .forEachRemaining(
                        entry -> {
                          if (METHODS.contains(entry.getKey())) {
                            operations.put(
                                entry.getKey().toUpperCase() + " " + path.getKey(),
                                entry.getValue());
                          }
                        }));
    return operations;
  }

  /** The statuses an operation is said to answer. */
  public Set<Integer> statuses(String operation) {
    Set<Integer> statuses = new TreeSet<>();
    operation(operation)
        .path("responses")
        .fieldNames()
        .forEachRemaining(status -> statuses.add(Integer.valueOf(status)));
    return statuses;
  }

  /** The roles with which an operation may be called; empty: it wants no token. */
  public Set<String> roles(String operation) {
    Set<String> roles = new TreeSet<>();
    operation(operation)
        .path("security")
        .forEach(scheme -> scheme.path("bearer").forEach(role -> roles.add(role.asText())));
    return roles;
  }

  private JsonNode operation(String operation) {
    JsonNode found = operations().get(operation);
    if (found == null) {
      throw new AssertionError("docs/openapi.yaml has no operation " + operation);
    }
    return found;
  }

  /** Follows {@code $ref}s within the document. */
  JsonNode resolved(JsonNode node) {
    JsonNode at = node;
    while (at.has("$ref")) {
      String ref = at.path("$ref").asText();
      at = document.at(ref.substring(1));
      if (!ref.startsWith("#/") || at.isMissingNode()) {
        throw new AssertionError("docs/openapi.yaml: nothing at " + ref);
      }
    }
    return at;
  }

  /**
   * What is wrong with an answer, compared with the description.
   *
   * @param header gives a header of the answer by its name, or null
   */
  public List<String> faults(
      String operation, int status, UnaryOperator<String> header, String body) {
    JsonNode response = operation(operation).path("responses").path(String.valueOf(status));
    if (response.isMissingNode()) {
      return List.of("status " + status + " is not described");
    }
    response = resolved(response);
    List<String> faults = new ArrayList<>();
    response
        .path("headers")
        .fields()
        .forEachRemaining(
            h -> header(h.getKey(), resolved(h.getValue()), header.apply(h.getKey()), faults));
    content(response.path("content"), header.apply("Content-Type"), body, faults);
    return faults;
  }

  private void header(String name, JsonNode described, String value, List<String> faults) {
    if (value != null) {
      validate(described.path("schema"), JSON.getNodeFactory().textNode(value), name, faults);
    } else if (described.path("required").asBoolean()) {
      faults.add("header " + name + " is missing");
    }
  }

  private void content(JsonNode content, String contentType, String body, List<String> faults) {
    if (content.isEmpty()) {
      if (!body.isEmpty()) {
        faults.add("a body where none is described: " + body);
      }
      return;
    }
    String type = contentType == null ? "" : contentType.split(";", 2)[0].trim();
    if (!content.has(type)) {
      faults.add("media type " + type + " is not described");
    } else if (type.equals("application/x-ndjson")) {
      body.lines().forEach(line -> json(content.path(type).path("schema"), line, faults));
    } else if (type.endsWith("json")) {
      json(content.path(type).path("schema"), body, faults);
    }
  }

  private void json(JsonNode schema, String text, List<String> faults) {
    try {
      validate(schema, JSON.readTree(text), "body", faults);
    } catch (IOException e) {
      faults.add("no JSON: " + text);
    }
  }

  private void validate(JsonNode schema, JsonNode value, String what, List<String> faults) {
    schema(schema).validate(value).forEach(m -> faults.add(what + ": " + m.getMessage()));
  }

  /** A schema of the description, with the components it may refer to. */
  JsonSchema schema(JsonNode schema) {
    ObjectNode whole = schema.deepCopy();
    whole.set("components", document.path("components"));
    return SCHEMAS.getSchema(whole, STRICT);
  }
}
