package org.intergov.outbound.config.file;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.intergov.outbound.config.file.RouteFile.Definition;
import org.intergov.outbound.config.yaml.Problems;
import org.intergov.outbound.config.yaml.Source;
import org.intergov.outbound.message.Quote;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Checks that route templates make a kind: their names, where they start, their parameters. */
final class TemplatesCheck {
  private static final String STATUS = "-status";
  private static final String NAMES =
      "<kind>-post or <kind>-status, the kind in lower-case letters, digits and \"-\"";
  private static final String PARAMETER =
      "a name of lower-case letters, digits and \"-\", beginning with a letter";

  /** What the gateway gives every template. */
  private static final Set<String> GIVEN = Set.of("channel", "concurrency", "timeout");

  private final List<String> shipped;
  private final Map<String, Definition> all;

  /** By kind and name: what the first template that has it says of its default. */
  private final Map<String, Optional<String>> defaults = new HashMap<>();

  TemplatesCheck(List<String> shipped, Map<String, Definition> all) {
    this.shipped = shipped;
    this.all = all;
  }

  void check(Definition template, Problems to) {
    String id = template.id();
    String ending = id.endsWith(STATUS) ? STATUS : RouteFile.POST;
    String kind = id.endsWith(ending) ? id.substring(0, id.length() - ending.length()) : "";
    if (!kind.matches("[a-z][a-z0-9-]*")) {
      to.error(template.line(), template.path() + ".id", "the template " + Quote.of(id), NAMES);
      return;
    }
    if (shipped.contains(kind)) {
      String expected = "another name; the kind " + kind + " comes with the gateway";
      to.error(template.line(), template.path() + ".id", "the template " + Quote.of(id), expected);
    }
    if (ending.equals(STATUS) && !all.containsKey(kind + RouteFile.POST)) {
      String expected = "a template " + kind + RouteFile.POST + " beside it";
      to.error(template.line(), template.path() + ".id", Quote.of(id) + " alone", expected);
    }
    String from = "direct:{{channel}}" + ending;
    if (!template.from().equals(from)) {
      String found = template.from().isEmpty() ? "nothing" : Quote.of(template.from());
      to.error(template.line(), template.path() + ".from", found, Quote.of(from));
    }
    checkParameters(template, kind, to);
  }

  private void checkParameters(Definition template, String kind, Problems to) {
    if (template.parameters().isEmpty()
        || !(template.parameters().get() instanceof SequenceNode list)) {
      return;
    }
    Set<String> names = new HashSet<>();
    for (int i = 0; i < list.getValue().size(); i++) {
      Node parameter = list.getValue().get(i);
      String at = template.path() + ".parameters[" + i + "]";
      String name = RouteFile.value(parameter, "name").map(RouteFile::text).orElse("");
      if (!name.matches("[a-z][a-z0-9-]*([.][a-z][a-z0-9-]*){0,2}")) {
        to.error(Source.line(parameter), at + ".name", found(name), PARAMETER);
      } else if (!names.add(name)) {
        to.error(Source.line(parameter), at + ".name", Quote.of(name) + " again", "it once");
      } else {
        checkParameter(parameter, kind, name, at, to);
      }
    }
  }

  private static String found(String name) {
    return name.isEmpty() ? "nothing" : Quote.of(name);
  }

  private void checkParameter(Node parameter, String kind, String name, String at, Problems to) {
    int line = Source.line(parameter);
    Optional<String> value = RouteFile.value(parameter, "defaultValue").map(RouteFile::text);
    if (GIVEN.contains(name)) {
      if (value.isPresent()) {
        String found = "a default for " + name;
        to.error(line, at + ".defaultValue", found, "none: the gateway sets " + name + " itself");
      }
      return;
    }
    if (RouteFile.value(parameter, "description").map(RouteFile::text).orElse("").isBlank()) {
      to.warning(line, at + ".description", "nothing", "what " + name + " means, in a sentence");
    }
    Optional<String> earlier = defaults.putIfAbsent(kind + " " + name, value);
    if (earlier != null && !earlier.equals(value)) {
      String found = "another default of " + name + " than in the previous template";
      to.error(line, at + ".defaultValue", found, "the same in both templates of kind " + kind);
    }
  }
}
