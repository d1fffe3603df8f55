package org.intergov.outbound.routing;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Reads {@code screen}: lists of rules, where a single rule need not be a list. */
final class ScreenReader {

  private static final String A_RULE = "a rule such as { receiver: SG }";

  private final Source source;
  private final MatchReader matches;

  ScreenReader(Source source, MatchReader matches) {
    this.source = source;
    this.matches = matches;
  }

  /** The screen; nothing if a problem was found. */
  Optional<Screen> read(Node node, String path) {
    int before = source.problems().errors();
    Optional<Section> section = Section.open(source, node, path, List.of("allow", "deny"));
    if (section.isEmpty()) {
      return Optional.empty();
    }
    if (section.get().keys().isEmpty() && source.problems().errors() == before) {
      source.error(node, path, "an empty map", "allow, deny or both");
    }
    List<Match> allow = rules(section.get(), "allow");
    List<Match> deny = rules(section.get(), "deny");
    return source.problems().errors() > before
        ? Optional.empty()
        : Optional.of(new Screen(allow, deny));
  }

  private List<Match> rules(Section section, String key) {
    List<Match> rules = new ArrayList<>();
    String path = section.pathOf(key);
    section.get(key).ifPresent(node -> readRules(node, path, rules));
    return rules;
  }

  private void readRules(Node node, String path, List<Match> to) {
    if (!(node instanceof SequenceNode list)) {
      matches.read(node, path, A_RULE).ifPresent(to::add);
      return;
    }
    if (list.getValue().isEmpty()) {
      source.error(node, path, "an empty list", A_RULE);
    }
    for (int i = 0; i < list.getValue().size(); i++) {
      matches.read(list.getValue().get(i), path + "[" + i + "]", A_RULE).ifPresent(to::add);
    }
  }
}
