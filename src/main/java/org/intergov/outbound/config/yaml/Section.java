package org.intergov.outbound.config.yaml;

import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.intergov.outbound.config.Durations;
import org.intergov.outbound.config.Suggestion;
import org.intergov.outbound.message.Quote;
import org.intergov.outbound.routing.Sizes;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** A map of the file: its keys checked, its values read by type, every problem reported. */
public final class Section {
  private final Source source;
  private final Node node;
  private final String path;
  private final Outline outline;
  private final Map<String, Node> values = new LinkedHashMap<>();

  private Section(Source source, Node node, String path) {
    this(source, node, path, null);
  }

  private Section(Source source, Node node, String path, Outline outline) {
    this.source = source;
    this.node = node;
    this.path = path;
    this.outline = outline;
  }

  /** A section of no file: it holds nothing, and writes down what it is asked for. */
  public static Section outlined(Outline outline) {
    Source nowhere = new Source(new Problems(Path.of("")), name -> null);
    return new Section(nowhere, null, "", outline);
  }

  /** Opens a map; nothing, and a problem, if it is none. */
  public static Optional<Section> open(
      Source source, Node node, String path, Collection<String> known) {
    if (!(node instanceof MappingNode map)) {
      source.error(node, path, Source.kindOf(node), "a map of " + String.join(", ", known));
      return Optional.empty();
    }
    Section section = new Section(source, node, path);
    map.getValue().forEach(tuple -> section.add(tuple, known));
    return Optional.of(section);
  }

  /** Opens a map for a look at some keys; what is wrong with the others is not reported. */
  public static Section peek(Source source, Node map, String path) {
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
    } else {
      String found = "the unknown key " + Quote.of(key);
      source.error(keyNode, pathOf(key), found, Suggestion.oneOf(known, key));
    }
  }

  public Source source() {
    return source;
  }

  public String pathOf(String key) {
    return path.isEmpty() ? Quote.bare(key) : path + "." + Quote.bare(key);
  }

  public int line() {
    return Source.line(node);
  }

  /** Known keys that are given, in the order of the file. */
  public Set<String> keys() {
    return values.keySet();
  }

  public Optional<Node> get(String key) {
    return Optional.ofNullable(values.get(key));
  }

  public Optional<Section> section(String key, Collection<String> known) {
    if (outline != null) {
      return Optional.of(outlined(outline.map(key, known)));
    }
    return get(key).flatMap(n -> open(source, n, pathOf(key), known));
  }

  /** A map, or in its place one of the words; those are for the caller to read. */
  public Optional<Section> sectionOr(
      Collection<String> words, String key, Collection<String> known) {
    if (outline != null) {
      return Optional.of(outlined(outline.mapOr(words, key, known)));
    }
    return section(key, known);
  }

  /** A map, or a list of maps. */
  public List<Section> sections(String key, Collection<String> known) {
    if (outline != null) {
      return List.of(outlined(outline.list(key, known)));
    }
    List<Section> sections = new ArrayList<>();
    Optional<Node> given = get(key);
    if (given.isPresent() && given.get() instanceof SequenceNode list) {
      if (list.getValue().isEmpty()) {
        source.error(list, pathOf(key), "an empty list", "a map of " + String.join(", ", known));
      }
      for (int i = 0; i < list.getValue().size(); i++) {
        open(source, list.getValue().get(i), pathOf(key) + "[" + i + "]", known)
            .ifPresent(sections::add);
      }
    } else {
      section(key, known).ifPresent(sections::add);
    }
    return sections;
  }

  /** Reports it if nothing at all is given. */
  public void notEmpty(String expected) {
    if (outline != null) {
      outline.also("minProperties", 1);
    } else if (((MappingNode) node).getValue().isEmpty()) {
      source.error(node, path, "an empty map", expected);
    }
  }

  /** Adds to the outline, if there is one, what the keys one by one do not say. */
  public void outline(Consumer<Outline> addition) {
    if (outline != null) {
      addition.accept(outline);
    }
  }

  /** Reports a key that is not given. */
  public void require(String key, String expected) {
    if (get(key).isEmpty()) {
      missing(key, expected);
    }
  }

  public void missing(String key, String expected) {
    if (outline != null) {
      outline.require(key);
      return;
    }
    source.problems().error(line(), pathOf(key), "nothing", expected);
  }

  public Optional<Text> text(String key, String expected) {
    outline(o -> o.put(key, shown(key, Outline.text(expected))));
    return get(key).flatMap(n -> source.text(n, pathOf(key), key, expected));
  }

  /**
   * A text of one form.
   *
   * @param pattern of all of it
   */
  public Optional<Text> text(String key, String expected, String pattern) {
    Optional<Text> text = text(key, expected);
    outline(o -> o.put(key, shown(key, Outline.text(expected, pattern))));
    if (text.isPresent() && !text.get().value().matches(pattern)) {
      source.error(text.get(), expected);
      return Optional.empty();
    }
    return text;
  }

  private static Map<String, Object> shown(String key, Map<String, Object> schema) {
    return Source.SHOWN.contains(key) ? Outline.shown(schema) : schema;
  }

  /** A moment; nothing if it is not given or bad. */
  public Optional<Instant> moment(String key) {
    return text(key, Scalars.MOMENT_FORM, Scalars.MOMENT_PATTERN)
        .flatMap(t -> checked(t, Scalars.MOMENT_FORM, Scalars::moment, moment -> true));
  }

  public int wholeNumber(String key, int least, int most, int otherwise) {
    String expected =
        "a whole number "
            + (most == Integer.MAX_VALUE
                ? "of at least " + least
                : "from " + least + " to " + most);
    Optional<Text> text = text(key, expected);
    String digits = "[0-9]{1,18}";
    outline(o -> o.put(key, Outline.number(expected, "integer", digits, least, most)));
    return text.flatMap(
            t -> checked(t, expected, Scalars::wholeNumber, n -> n >= least && n <= most))
        .map(Long::intValue)
        .orElse(otherwise);
  }

  public double number(String key, double least, double most, double otherwise) {
    String expected = "a number from %.0f to %.0f, such as 2 or 1.5".formatted(least, most);
    Optional<Text> text = text(key, expected);
    outline(o -> o.put(key, Outline.number(expected, "number", "[0-9.]{1,18}", least, most)));
    return text.flatMap(t -> checked(t, expected, Scalars::number, n -> n >= least && n <= most))
        .orElse(otherwise);
  }

  /** Of 1: {@code 50%} is 0.5. */
  public double percent(String key, double otherwise) {
    String expected = "a percentage above 0% and at most 100%, such as 50%";
    Optional<Text> text = text(key, expected);
    outline(o -> o.put(key, Outline.word(expected, "[0-9.]{1,17}%")));
    return text.flatMap(t -> checked(t, expected, Scalars::percent, n -> n > 0 && n <= 1))
        .orElse(otherwise);
  }

  /** Nothing if it is not given or bad. */
  public Optional<Duration> optionalDuration(String key, Duration least, Duration most) {
    return Optional.ofNullable(duration(key, least, most, null));
  }

  public Duration duration(String key, Duration least, Duration most, Duration otherwise) {
    String range = "from %s to %s".formatted(Durations.format(least), Durations.format(most));
    String expected = Durations.FORM + ", " + range;
    Optional<Text> text = text(key, expected);
    outline(o -> o.put(key, Outline.word(expected, Durations.PATTERN)));
    return text.flatMap(
            t ->
                checked(
                    t,
                    expected,
                    Durations::parse,
                    d -> d.compareTo(least) >= 0 && d.compareTo(most) <= 0))
        .orElse(otherwise);
  }

  /** A number of bytes; nothing if it is not given or bad. */
  public Optional<Long> size(String key) {
    Optional<Text> text = text(key, Sizes.FORM);
    outline(o -> o.put(key, Outline.word(Sizes.FORM, Sizes.PATTERN)));
    return text.flatMap(t -> checked(t, Sizes.FORM, Sizes::parse, bytes -> bytes > 0));
  }

  /** One of the constants, written in lower case. */
  public <E extends Enum<E>> E choice(String key, Class<E> type, E otherwise) {
    var names =
        Stream.of(type.getEnumConstants()).map(e -> e.name().toLowerCase(Locale.ROOT)).toList();
    return word(key, names)
        .map(text -> type.getEnumConstants()[names.indexOf(text.value())])
        .orElse(otherwise);
  }

  /** One of the words. */
  public Optional<Text> word(String key, Collection<String> words) {
    String expected = Suggestion.oneOf(words, "");
    Optional<Text> text = text(key, expected);
    outline(o -> o.put(key, shown(key, Outline.choice(expected, words))));
    if (text.isPresent() && !words.contains(text.get().value())) {
      source.error(text.get(), Suggestion.oneOf(words, text.get().written()));
      return Optional.empty();
    }
    return text;
  }

  /** Parses; the parser refuses with an {@link IllegalArgumentException}. */
  private <T> Optional<T> checked(
      Text text, String expected, Function<String, T> parse, Predicate<T> ok) {
    try {
      T value = parse.apply(text.value());
      if (ok.test(value)) {
        return Optional.of(value);
      }
    } catch (IllegalArgumentException | DateTimeException e) {
      // reported below, in the same words as a value out of range
    }
    source.error(text, expected);
    return Optional.empty();
  }
}
