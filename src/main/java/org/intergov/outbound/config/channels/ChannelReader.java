package org.intergov.outbound.config.channels;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.intergov.outbound.config.Suggestion;
import org.intergov.outbound.config.kind.KindDescription;
import org.intergov.outbound.config.kind.ParametersReader;
import org.intergov.outbound.config.yaml.Outline;
import org.intergov.outbound.config.yaml.Section;
import org.intergov.outbound.config.yaml.Source;
import org.intergov.outbound.config.yaml.Text;
import org.intergov.outbound.message.MessageRules;
import org.intergov.outbound.routing.Channel;
import org.intergov.outbound.routing.Match;
import org.intergov.outbound.routing.Reachability;
import org.intergov.outbound.routing.Schedule;
import org.intergov.outbound.routing.Screen;
import org.intergov.outbound.routing.SizeMatch;
import org.snakeyaml.engine.v2.nodes.Node;

/** Reads the entries of one file, one after the other. */
final class ChannelReader {

  static final List<String> KEYS =
      Stream.of(
              List.of("id", "description", "match", "screen", "kind", "parameters"),
              ScheduleReader.KEYS,
              SettingsReader.KEYS)
          .flatMap(List::stream)
          .toList();

  private static final String ID = "[a-z][a-z0-9-]{0,62}";

  private static final String ID_FORM =
      "lower-case letters, digits and \"-\", beginning with a letter, at most 63 characters";

  private static final String NO_MATCH =
      "at least one field; match: {} would take every message; write receiver: \"*\" if that is meant";

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
  Optional<Channel> read(Node node, String path, ChannelSettings defaults) {
    int before = source.problems().errors();
    Optional<Section> opened = Section.open(source, node, path, KEYS);
    if (opened.isEmpty()) {
      return Optional.empty();
    }
    Section section = opened.get();
    Optional<String> id = id(section);
    String description = section.text("description", "text").map(Text::value).orElse("");
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
    Schedule schedule = ScheduleReader.read(section);
    ChannelSettings settings = SettingsReader.read(section, defaults);
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
            schedule,
            settings.concurrency(),
            settings.retry(),
            settings.poll(),
            settings.onUnknown(),
            settings.onRevoked(),
            settings.refusals(),
            settings.timeout(),
            settings.protection(),
            kind.orElseThrow().tracking(values)));
  }

  /** What an entry may be; its rules and parameters are defined elsewhere. */
  Outline outline() {
    Outline channel = new Outline(KEYS);
    Section section = Section.outlined(channel);
    id(section);
    section.text("description", "text");
    kind(section);
    match(section);
    ScheduleReader.read(section);
    SettingsReader.read(section, ChannelSettings.BUILT_IN);
    return channel;
  }

  private Optional<String> id(Section section) {
    section.require("id", ID_FORM);
    Optional<Text> id = section.text("id", ID_FORM, ID);
    section.outline(o -> o.put("id", Outline.shown(Outline.notANumber(ID_FORM, ID))));
    if (id.isPresent()) {
      Integer earlier = linesOfIds.putIfAbsent(id.get().value(), id.get().line());
      if (earlier != null) {
        source.error(id.get(), "a unique id; line " + earlier + " has this one already");
      }
    }
    return id.map(Text::value);
  }

  private Optional<KindDescription> kind(Section section) {
    TreeSet<String> known = new TreeSet<>(kinds.keySet());
    section.require("kind", Suggestion.oneOf(known, ""));
    return section.word("kind", known).map(text -> kinds.get(text.value()));
  }

  private Optional<Match> match(Section section) {
    section.require("match", NO_MATCH);
    return section
        .get("match")
        .flatMap(node -> matches.read(node, section.pathOf("match"), NO_MATCH));
  }

  private void checkReachable(Section section, Match match, Screen screen) {
    Optional<String> leftOut = reachability.leftOut(match);
    if (leftOut.isPresent()) {
      unreachable(
          section,
          "match",
          "sender",
          "a sender that this gateway never sends for",
          leftOut.get()
              + " or *: this gateway sends only for it, so the entry could never carry a message");
    } else if (match.size().isEmpty()) {
      unreachable(
          section,
          "match",
          SizeMatch.KEY,
          match.size().values(),
          MatchReader.A_SIZE + "; the entry could never carry a message");
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
            node -> source.error(node, section.pathOf(outer) + "." + inner, found, expected));
  }

  private static List<String> keysOf(String outer) {
    return outer.equals("match") ? MatchReader.KEYS : ScreenReader.KEYS;
  }
}
