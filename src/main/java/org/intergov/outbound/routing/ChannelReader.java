package org.intergov.outbound.routing;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.intergov.outbound.message.MessageRules;
import org.snakeyaml.engine.v2.nodes.Node;

/** Reads the entries of one file, one after the other. */
final class ChannelReader {

  private static final List<String> KEYS =
      Stream.concat(
              Stream.of("id", "description", "match", "screen", "kind", "parameters"),
              SettingsReader.KEYS.stream())
          .toList();

  private static final String ID_FORM =
      "lower-case letters, digits and \"-\", beginning with a letter, at most 63 characters";

  private static final String NO_MATCH =
      "at least one field; match: {} would take every message; write receiver: \"*\" if meant";

  private final Source source;
  private final Map<String, KindDescription> kinds;
  private final MatchReader matches;
  private final ScreenReader screens;
  private final ParametersReader parameters;
  private final Reachability reachability;
  private final Map<String, Integer> linesOfIds = new HashMap<>();

  ChannelReader(Source source, MessageRules rules, Map<String, KindDescription> kinds) {
    this.source = source;
    this.kinds = kinds;
    this.matches = new MatchReader(source, rules);
    this.screens = new ScreenReader(source, matches);
    this.parameters = new ParametersReader(source);
    this.reachability = new Reachability(rules.jurisdiction());
  }

  /** The channel; nothing if a problem was found. */
  Optional<Channel> read(Node node, String path, Settings defaults) {
    int before = source.problems().errors();
    Optional<Section> opened = Section.open(source, node, path, KEYS);
    if (opened.isEmpty()) {
      return Optional.empty();
    }
    Section section = opened.get();
    Optional<String> id = id(section);
    String description = section.text("description", "a text").map(Text::value).orElse("");
    Optional<KindDescription> kind = kind(section);
    Map<String, String> values = kind.map(k -> parameters.read(section, k)).orElse(Map.of());
    parameters.warnOfSecrets(node, path);
    Optional<Match> match = match(section);
    Optional<Screen> screen =
        section
            .get("screen")
            .map(n -> screens.read(n, section.pathOf("screen")))
            .orElse(Optional.of(Screen.NONE));
    if (match.isPresent() && screen.isPresent()) {
      checkReachable(section, match.get(), screen.get());
    }
    Settings settings = SettingsReader.read(section, defaults);
    if (source.problems().errors() > before) {
      return Optional.empty();
    }
    return Optional.of(
        new Channel(
            id.orElseThrow(),
            description,
            kind.orElseThrow().name(),
            values,
            match.orElseThrow(),
            screen.orElseThrow(),
            settings.concurrency(),
            settings.retry(),
            settings.poll(),
            settings.onUnknown(),
            settings.onRevoked(),
            settings.timeout()));
  }

  private Optional<String> id(Section section) {
    if (section.get("id").isEmpty()) {
      section.missing("id", ID_FORM);
      return Optional.empty();
    }
    Optional<Text> id = section.text("id", ID_FORM);
    if (id.isPresent() && !id.get().value().matches("[a-z][a-z0-9-]{0,62}")) {
      source.error(id.get(), ID_FORM);
    } else if (id.isPresent()) {
      Integer earlier = linesOfIds.putIfAbsent(id.get().value(), id.get().line());
      if (earlier != null) {
        source.error(id.get(), "an id of its own; line " + earlier + " has this one already");
      }
    }
    return id.map(Text::value);
  }

  private Optional<KindDescription> kind(Section section) {
    TreeSet<String> known = new TreeSet<>(kinds.keySet());
    if (section.get("kind").isEmpty()) {
      section.missing("kind", Suggestion.oneOf(known, ""));
      return Optional.empty();
    }
    Optional<Text> name = section.text("kind", Suggestion.oneOf(known, ""));
    if (name.isPresent() && !known.contains(name.get().value())) {
      source.error(name.get(), Suggestion.oneOf(known, name.get().written()));
    }
    return name.map(text -> kinds.get(text.value()));
  }

  private Optional<Match> match(Section section) {
    if (section.get("match").isEmpty()) {
      section.missing("match", NO_MATCH);
      return Optional.empty();
    }
    return matches.read(section.get("match").get(), section.pathOf("match"), NO_MATCH);
  }

  private void checkReachable(Section section, Match match, Screen screen) {
    if (!reachability.takesSender(match)) {
      unreachable(
          section,
          "match",
          "sender",
          "a sender that this gateway never has",
          "%s or *: this gateway sends for it only, the entry could never carry a message");
    } else if (!reachability.allowsAny(match, screen)) {
      unreachable(
          section,
          "screen",
          "allow",
          "rules that allow nothing of what the entry matches",
          "a rule that overlaps with match: the entry could never carry a message");
    } else if (reachability.deniesAll(match, screen)) {
      unreachable(
          section,
          "screen",
          "deny",
          "rules that deny everything the entry matches",
          "something left to carry: the entry could never carry a message");
    }
  }

  private void unreachable(
      Section section, String outer, String inner, String found, String expected) {
    Section.open(source, section.get(outer).orElseThrow(), section.pathOf(outer), keysOf(outer))
        .flatMap(s -> s.get(inner))
        .ifPresent(
            node ->
                source.error(
                    node,
                    section.pathOf(outer) + "." + inner,
                    found,
                    expected.replace("%s", reachability.jurisdiction())));
  }

  private static List<String> keysOf(String outer) {
    return outer.equals("match") ? MatchField.KEYS : List.of("allow", "deny");
  }
}
