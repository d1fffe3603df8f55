package org.intergov.outbound.routing;

import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.intergov.outbound.message.Quote;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** A map of the file: its keys checked, its values read by type, every problem reported. */
final class Section {

  /** What the design has for later versions. */
  private static final Set<String> NOT_YET = Set.of("rate", "ordering", "active");

  private final Source source;
  private final Node node;
  private final String path;
  private final Map<String, Node> values = new LinkedHashMap<>();

  private Section(Source source, Node node, String path) {
    this.source = source;
    this.node = node;
    this.path = path;
  }

  /** Opens a map; nothing, and a problem, if it is none. */
  static Optional<Section> open(Source source, Node node, String path, Collection<String> known) {
    if (!(node instanceof MappingNode map)) {
      source.error(node, path, Source.kindOf(node), "a map of " + String.join(", ", known));
      return Optional.empty();
    }
    Section section = new Section(source, node, path);
    map.getValue().forEach(tuple -> section.add(tuple, known));
    return Optional.of(section);
  }

  /** Opens a map for a look at some keys; what is wrong with the others is not reported. */
  static Section peek(Source source, Node map, String path) {
    Section section = new Section(source, map, path);
    for (NodeTuple tuple : ((MappingNode) map).getValue()) {
      if (tuple.getKeyNode() instanceof ScalarNode key) {
        section.values.putIfAbsent(key.getValue(), tuple.getValueNode());
      }
    }
    return section;
  }

  private void add(NodeTuple tuple, Collection<String> known) {
    Node keyNode = tuple.getKeyNode();
    if (!(keyNode instanceof ScalarNode scalar)) {
      source.error(keyNode, path, Source.kindOf(keyNode) + " as a key", "a word as a key");
      return;
    }
    String key = scalar.getValue();
    if (known.contains(key)) {
      Node earlier = values.putIfAbsent(key, tuple.getValueNode());
      if (earlier != null) {
        String expected = "it once; line %d has it already".formatted(Source.line(earlier));
        source.error(keyNode, pathOf(key), "the key " + Quote.of(key) + " again", expected);
      }
    } else if (NOT_YET.contains(key)) {
      String found = "the key " + Quote.of(key);
      source.error(
          keyNode, pathOf(key), found, "no such key: " + key + " is not supported by this version");
    } else {
      String found = "the unknown key " + Quote.of(key);
      source.error(keyNode, pathOf(key), found, Suggestion.oneOf(known, key));
    }
  }

  Source source() {
    return source;
  }

  String pathOf(String key) {
    return path.isEmpty() ? Quote.bare(key) : path + "." + Quote.bare(key);
  }

  int line() {
    return Source.line(node);
  }

  /** Known keys that are given, in the order of the file. */
  Set<String> keys() {
    return values.keySet();
  }

  Optional<Node> get(String key) {
    return Optional.ofNullable(values.get(key));
  }

  Optional<Section> section(String key, Collection<String> known) {
    return get(key).flatMap(n -> open(source, n, pathOf(key), known));
  }

  void missing(String key, String expected) {
    source.problems().error(line(), pathOf(key), "nothing", expected);
  }

  Optional<Text> text(String key, String expected) {
    return get(key).flatMap(n -> source.text(n, pathOf(key), key, expected));
  }

  int wholeNumber(String key, int least, int most, int otherwise) {
    String expected =
        "a whole number "
            + (most == Integer.MAX_VALUE
                ? "of at least " + least
                : "from " + least + " to " + most);
    return text(key, expected)
        .flatMap(t -> checked(t, expected, Section::wholeNumber, n -> n >= least && n <= most))
        .map(Long::intValue)
        .orElse(otherwise);
  }

  private static Long wholeNumber(String text) {
    if (text.isEmpty() || text.length() > 18 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      throw new IllegalArgumentException();
    }
    return Long.parseLong(text);
  }

  double number(String key, double least, double most, double otherwise) {
    String expected = "a number from %.0f to %.0f, such as 2 or 1.5".formatted(least, most);
    return text(key, expected)
        .flatMap(t -> checked(t, expected, Section::number, n -> n >= least && n <= most))
        .orElse(otherwise);
  }

  private static Double number(String text) {
    if (text.length() > 18 || !text.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9'))) {
      throw new IllegalArgumentException();
    }
    return Double.parseDouble(text);
  }

  Duration duration(String key, Duration least, Duration most, Duration otherwise) {
    String range = "from %s to %s".formatted(Durations.format(least), Durations.format(most));
    String expected = Durations.FORM + ", " + range;
    return text(key, expected)
        .flatMap(
            t ->
                checked(
                    t,
                    expected,
                    Durations::parse,
                    d -> d.compareTo(least) >= 0 && d.compareTo(most) <= 0))
        .orElse(otherwise);
  }

  /** One of the constants, written in lower case. */
  <E extends Enum<E>> E choice(String key, Class<E> type, E otherwise) {
    var names =
        Stream.of(type.getEnumConstants()).map(e -> e.name().toLowerCase(Locale.ROOT)).toList();
    Optional<Text> text = text(key, "one of " + String.join(", ", names));
    if (text.isEmpty()) {
      return otherwise;
    }
    int at = names.indexOf(text.get().value());
    if (at < 0) {
      source.error(text.get(), Suggestion.oneOf(names, text.get().written()));
      return otherwise;
    }
    return type.getEnumConstants()[at];
  }

  /** Parses; the parser refuses with an {@link IllegalArgumentException}. */
  private <T> Optional<T> checked(
      Text text, String expected, Function<String, T> parse, Predicate<T> ok) {
    try {
      T value = parse.apply(text.value());
      if (ok.test(value)) {
        return Optional.of(value);
      }
    } catch (IllegalArgumentException e) {
      // reported below, in the same words as a value out of range
    }
    source.error(text, expected);
    return Optional.empty();
  }
}
