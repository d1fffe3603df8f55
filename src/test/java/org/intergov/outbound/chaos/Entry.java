package org.intergov.outbound.chaos;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.TreeMap;

/**
 * One thing that was seen from outside.
 *
 * @param at microseconds since 1970, by the clock of the machine
 * @param ref of the message, without sender; empty where it is about none
 * @param facts the rest; which there are depends on the kind
 */
record Entry(long at, Kind kind, String ref, Map<String, String> facts) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The fact; empty if there is none. */
  String get(String fact) {
    return facts.getOrDefault(fact, "");
  }

  boolean is(String fact, String value) {
    return get(fact).equals(value);
  }

  boolean has(String fact) {
    return !get(fact).isEmpty();
  }

  long number(String fact) {
    return Long.parseLong(get(fact));
  }

  String json() {
    ObjectNode node = JSON.createObjectNode();
    node.put("at", at).put("kind", kind.word());
    if (!ref.isEmpty()) {
      node.put("ref", ref);
    }
    new TreeMap<>(facts).forEach(node::put);
    return node.toString();
  }

  static Entry read(String line) {
    try {
      JsonNode node = JSON.readTree(line);
      Map<String, String> facts = new TreeMap<>();
      node.fields().forEachRemaining(f -> facts.put(f.getKey(), f.getValue().asText()));
      facts.keySet().removeAll(java.util.Set.of("at", "kind", "ref"));
      return new Entry(
          node.path("at").asLong(),
          Kind.of(node.path("kind").asText()),
          node.path("ref").asText(),
          Map.copyOf(facts));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not a line of a history: " + line, e);
    }
  }

  @Override
  public String toString() {
    return json();
  }
}
