package org.intergov.outbound.config.yaml;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a map of the file may hold, as a JSON Schema. The readers themselves write it down: they
 * read a {@link Section} that has an outline in place of a file, and what they ask for is what
 * there may be.
 */
public final class Outline {

  /** Refers to any scalar: what is written counts, not its YAML type. */
  static final String TEXT = "#/$defs/text";

  /** Ends the pattern of a text, which may be a placeholder instead. */
  private static final String OR_PLACEHOLDER = "|\\{\\{";

  private final Map<String, Object> properties = new LinkedHashMap<>();
  private final Set<String> required = new LinkedHashSet<>();
  private final Map<String, Object> more = new LinkedHashMap<>();

  private record ListOf(Outline element) {}

  private record MapOr(Outline map, Collection<String> words) {}

  /**
   * @param known keys there may be; of one that no reader asks for, anything
   */
  public Outline(Collection<String> known) {
    known.forEach(key -> properties.put(key, true));
  }

  public void put(String key, Map<String, Object> schema) {
    properties.put(key, schema);
  }

  public Outline map(String key, Collection<String> known) {
    Outline child = new Outline(known);
    properties.put(key, child);
    return child;
  }

  /** A map, or in its place one of the words. */
  Outline mapOr(Collection<String> words, String key, Collection<String> known) {
    Outline child = new Outline(known);
    properties.put(key, new MapOr(child, words));
    return child;
  }

  /** A map, or a list of them. */
  Outline list(String key, Collection<String> known) {
    Outline child = new Outline(known);
    properties.put(key, new ListOf(child));
    return child;
  }

  public void require(String key) {
    required.add(key);
  }

  public boolean requiresAny() {
    return !required.isEmpty();
  }

  /** What the keys one by one do not say. */
  public void also(String keyword, Object rule) {
    more.put(keyword, rule);
  }

  public Map<String, Object> schema() {
    Map<String, Object> schema = new LinkedHashMap<>();
    schema.put("type", "object");
    Map<String, Object> resolved = new LinkedHashMap<>();
    properties.forEach((key, value) -> resolved.put(key, resolve(value)));
    schema.put("properties", resolved);
    schema.put("additionalProperties", false);
    if (!required.isEmpty()) {
      schema.put("required", List.copyOf(required));
    }
    schema.putAll(more);
    return schema;
  }

  private static Object resolve(Object value) {
    if (value instanceof Outline child) {
      return child.schema();
    } else if (value instanceof ListOf list) {
      return oneOrMore(list.element().schema());
    } else if (value instanceof MapOr or) {
      return object(
          "anyOf",
          List.of(
              or.map().schema(), choice("one of " + String.join(", ", or.words()), or.words())));
    }
    return value;
  }

  /** Keys and values in turn, in an order that stays. */
  public static Map<String, Object> object(Object... keysAndValues) {
    Map<String, Object> object = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      object.put((String) keysAndValues[i], keysAndValues[i + 1]);
    }
    return object;
  }

  public static Map<String, Object> oneOrMore(Map<String, Object> element) {
    return object("anyOf", List.of(element, listOf(element)));
  }

  /** One, or a list of them, which may be empty. */
  public static Map<String, Object> oneOrAny(Map<String, Object> element) {
    return object("anyOf", List.of(element, object("type", "array", "items", element)));
  }

  public static Map<String, Object> listOf(Map<String, Object> element) {
    return object("type", "array", "minItems", 1, "items", element);
  }

  /** A schema for maps whose key has that value. */
  public static Map<String, Object> when(String key, String value, Map<String, Object> then) {
    Object condition =
        object("properties", object(key, object("const", value)), "required", List.of(key));
    return object("if", condition, "then", then);
  }

  public static Map<String, Object> text(String description) {
    Map<String, Object> schema = new LinkedHashMap<>();
    schema.put("$ref", TEXT);
    if (!description.isEmpty()) {
      schema.put("description", description);
    }
    return schema;
  }

  /**
   * A text of this form.
   *
   * @param pattern of the whole text; a number or a word such as true that YAML does not read as a
   *     text is not held against it
   */
  public static Map<String, Object> text(String description, String pattern) {
    Map<String, Object> schema = text(description);
    schema.put("pattern", "^(?:" + pattern + ")$" + OR_PLACEHOLDER);
    return schema;
  }

  /** As {@link #text(String, String)}, where no number fits. */
  public static Map<String, Object> notANumber(String description, String pattern) {
    Map<String, Object> schema = text(description, pattern);
    schema.put("type", List.of("string", "boolean"));
    return schema;
  }

  /**
   * As {@link #text(String, String)}, where YAML reads nothing that fits as anything but a text.
   */
  public static Map<String, Object> word(String description, String pattern) {
    Map<String, Object> schema = text(description, pattern);
    schema.put("type", "string");
    return schema;
  }

  static Map<String, Object> number(
      String description, String type, String pattern, Number least, Number most) {
    Map<String, Object> schema = text(description, pattern);
    schema.put("type", List.of(type, "string"));
    schema.put("minimum", least);
    schema.put("maximum", most);
    return schema;
  }

  public static Map<String, Object> choice(String description, Collection<String> words) {
    List<Object> either = List.of(object("enum", List.copyOf(words)), placeholder());
    return object("description", description, "anyOf", either);
  }

  /** The same, but without placeholders: it is shown as it stands. */
  public static Map<String, Object> shown(Map<String, Object> schema) {
    Map<String, Object> shown = new LinkedHashMap<>(schema);
    shown.put("not", object("type", "string", "pattern", "\\{\\{"));
    return shown;
  }

  static Map<String, Object> placeholder() {
    return object("$ref", TEXT, "type", "string", "pattern", "\\{\\{");
  }
}
