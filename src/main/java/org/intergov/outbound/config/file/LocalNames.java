package org.intergov.outbound.config.file;

import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** Gives other names to the endpoints within a gateway that an operator's route files name. */
final class LocalNames {
  private final Set<String> names;
  private final String suffix;

  LocalNames(Set<String> names, String suffix) {
    this.names = Set.copyOf(names);
    this.suffix = suffix;
  }

  /** The text of a file, with the suffix after each of the names; nothing else differs. */
  String renamedIn(RouteFile file) {
    if (suffix.isEmpty() || names.isEmpty()) {
      return file.text();
    }
    return inAddresses(byThemselves(file));
  }

  /** From the last to the first, so that the places of the others stay. */
  private String byThemselves(RouteFile file) {
    StringBuilder text = new StringBuilder(file.text());
    List<ScalarNode> found =
        file.names().stream()
            .filter(n -> names.contains(n.getValue()))
            .sorted(Comparator.comparingInt(LocalNames::start).reversed())
            .toList();
    for (ScalarNode name : found) {
      int from = text.offsetByCodePoints(0, start(name));
      int to = text.offsetByCodePoints(0, name.getEndMark().orElseThrow().getIndex());
      text.replace(from, to, '"' + name.getValue() + suffix + '"');
    }
    return text.toString();
  }

  private static int start(ScalarNode name) {
    return name.getStartMark().orElseThrow().getIndex();
  }

  private String inAddresses(String text) {
    String any = names.stream().map(Pattern::quote).collect(Collectors.joining("|"));
    return Pattern.compile("(\\b(?:direct|seda):(?://)?(?:" + any + "))(?![A-Za-z0-9_.~-])")
        .matcher(text)
        .replaceAll("$1" + Matcher.quoteReplacement(suffix));
  }
}
