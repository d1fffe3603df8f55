package org.intergov.outbound.config.kind;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.intergov.outbound.config.Suggestion;
import org.intergov.outbound.config.kind.KindDescription.Parameter;
import org.intergov.outbound.config.yaml.Section;
import org.intergov.outbound.config.yaml.Source;
import org.intergov.outbound.config.yaml.Text;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * Reads a parameter that is a map: one form of it, chosen by {@code type} where its kind declares
 * several.
 */
final class ParameterMapReader {

  private static final String FORM = "text, a number, true or false";

  private final Source source;
  private final ParameterForms forms;

  ParameterMapReader(Source source, ParameterForms forms) {
    this.source = source;
    this.forms = forms;
  }

  /** Reads the map that {@code outer} holds under the parameter's name into {@code map.key}. */
  void read(Section outer, Parameter map, Map<String, String> to) {
    Node node = outer.get(map.name()).orElseThrow();
    String path = outer.pathOf(map.name());
    if (!(node instanceof MappingNode)) {
      source.error(node, path, Source.kindOf(node), "a map of " + String.join(", ", keysOf(map)));
      return;
    }
    Optional<String> form = form(node, path, map);
    if (form.isEmpty()) {
      return;
    }
    List<Parameter> keys = map.forms().get(form.get());
    List<String> known = new ArrayList<>();
    if (!form.get().isEmpty()) {
      known.add(Parameter.TYPE);
      to.put(map.name() + "." + Parameter.TYPE, form.get());
    }
    keys.forEach(key -> known.add(key.name()));
    Section.open(source, node, path, known).ifPresent(s -> readAll(s, map, keys, form.get(), to));
  }

  private Optional<String> form(Node node, String path, Parameter map) {
    if (map.forms().containsKey("")) {
      return Optional.of("");
    }
    Set<String> types = map.forms().keySet();
    // opened silently for its type alone: which other keys are known depends on it
    Section section = Section.peek(source, node, path);
    if (section.get(Parameter.TYPE).isEmpty()) {
      section.missing(Parameter.TYPE, Suggestion.oneOf(types, ""));
      return Optional.empty();
    }
    Optional<Text> type = section.text(Parameter.TYPE, Suggestion.oneOf(types, ""));
    if (type.isPresent() && !types.contains(type.get().value())) {
      source.error(type.get(), Suggestion.oneOf(types, type.get().written()));
      return Optional.empty();
    }
    return type.map(Text::value);
  }

  private void readAll(
      Section section, Parameter map, List<Parameter> keys, String form, Map<String, String> to) {
    for (Parameter key : keys) {
      String name = map.name() + "." + key.name();
      if (section.get(key.name()).isPresent()) {
        section
            .text(key.name(), FORM)
            .flatMap(text -> forms.checkInMap(key, text))
            .ifPresent(value -> to.put(name, value));
      } else if (key.required() && key.defaultValue() == null) {
        String what = key.description() == null ? "" : ": " + key.description();
        String of = form.isEmpty() ? map.name() : map.name() + " of type " + form;
        section.missing(key.name(), "a value; %s requires it%s".formatted(of, what));
      } else if (key.defaultValue() != null) {
        to.put(name, key.defaultValue());
      }
    }
    oneOfTwo(section, keys, "token-url", "discovery");
  }

  /** Some keys stand for each other: exactly one of them is to be given. */
  private void oneOfTwo(Section section, List<Parameter> keys, String one, String other) {
    if (keys.stream().noneMatch(k -> k.name().equals(one))
        || keys.stream().noneMatch(k -> k.name().equals(other))) {
      return;
    }
    if (section.get(one).isEmpty() && section.get(other).isEmpty()) {
      section.missing(one, "a value for either %s or %s".formatted(one, other));
    } else if (section.get(one).isPresent() && section.get(other).isPresent()) {
      source.error(
          section.get(other).get(),
          section.pathOf(other),
          "a value beside " + one,
          "either %s or %s".formatted(one, other));
    }
  }

  private static Set<String> keysOf(Parameter map) {
    Set<String> keys = new LinkedHashSet<>();
    if (!map.forms().containsKey("")) {
      keys.add(Parameter.TYPE);
    }
    map.forms().values().forEach(form -> form.forEach(key -> keys.add(key.name())));
    return keys;
  }
}
