package org.intergov.outbound.config.channels;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.intergov.outbound.config.yaml.Outline;
import org.intergov.outbound.config.yaml.Section;
import org.intergov.outbound.config.yaml.Source;
import org.intergov.outbound.routing.Match;
import org.intergov.outbound.routing.Screen;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Reads {@code screen}: lists of rules, where a single rule need not be a list. */
final class ScreenReader {

  static final List<String> KEYS = List.of("allow", "deny");

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
    Optional<Section> section = Section.open(source, node, path, KEYS);
    if (section.isEmpty()) {
      return Optional.empty();
    }
    section.get().notEmpty("allow, deny or both");
    List<Match> allow = rules(section.get(), "allow");
    List<Match> deny = rules(section.get(), "deny");
    return source.problems().errors() > before
        ? Optional.empty()
        : Optional.of(new Screen(allow, deny));
  }

  /** What a screen may be. */
  static Outline outline() {
    Outline screen = new Outline(KEYS);
    Map<String, Object> rule = Map.of("$ref", ChannelsSchema.RULE);
    KEYS.forEach(key -> screen.put(key, Outline.oneOrMore(rule)));
    screen.also("minProperties", 1);
    return screen;
  }

  private List<Match> rules(Section section, String key) {
    List<Match> rules = new ArrayList<>();
    String path = section.pathOf(key);
    section.get(key).ifPresent(node -> readRules(node, path, rules));
    return rules;
  }

  private void readRules(Node node, String path, List<Match> to) {
    if (!(node instanceof SequenceNode list)) {
      readRule(node, path, to);
      return;
    }
    if (list.getValue().isEmpty()) {
      source.error(node, path, "an empty list", A_RULE);
    }
    for (int i = 0; i < list.getValue().size(); i++) {
      readRule(list.getValue().get(i), path + "[" + i + "]", to);
    }
  }

  private void readRule(Node node, String path, List<Match> to) {
    Optional<Match> rule = matches.read(node, path, A_RULE);
    rule.ifPresent(to::add);
    if (rule.isPresent() && rule.get().size().isEmpty()) {
      source
          .problems()
          .warning(Source.line(node), path, rule.get().size().toString(), MatchReader.A_SIZE);
    }
  }
}
