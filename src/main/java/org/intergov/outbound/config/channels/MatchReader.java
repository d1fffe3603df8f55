package org.intergov.outbound.config.channels;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.intergov.outbound.config.yaml.Outline;
import org.intergov.outbound.config.yaml.Section;
import org.intergov.outbound.config.yaml.Source;
import org.intergov.outbound.config.yaml.Text;
import org.intergov.outbound.message.MessageRules;
import org.intergov.outbound.message.Violation;
import org.intergov.outbound.routing.FieldMatch;
import org.intergov.outbound.routing.Match;
import org.intergov.outbound.routing.MatchField;
import org.intergov.outbound.routing.SizeMatch;
import org.intergov.outbound.routing.Sizes;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Reads a rule: a map from fields to what they must be. */
final class MatchReader {

  static final List<String> KEYS =
      Stream.concat(MatchField.KEYS.stream(), Stream.of(SizeMatch.KEY)).toList();

  private static final String FORM =
      "a value, a prefix such as UN.CEFACT.* (a star after the last dot), or * alone for any value";

  static final String A_SIZE =
      "a size that a message can have: its JSON for the channel takes from %s to %s"
          .formatted(Sizes.format(SizeMatch.SMALLEST), Sizes.format(SizeMatch.LARGEST));

  private final Source source;
  private final MessageRules rules;

  MatchReader(Source source, MessageRules rules) {
    this.source = source;
    this.rules = rules;
  }

  /**
   * The rule; nothing if a problem was found.
   *
   * @param ifEmpty what to expect instead of a map without any field
   */
  Optional<Match> read(Node node, String path, String ifEmpty) {
    int before = source.problems().errors();
    if (Source.isNull(node)) {
      source.error(node, path, "nothing", ifEmpty);
      return Optional.empty();
    }
    Optional<Section> section = Section.open(source, node, path, KEYS);
    List<FieldMatch> fields = new ArrayList<>();
    for (MatchField field : MatchField.values()) {
      section
          .flatMap(s -> s.get(field.key()))
          .ifPresent(value -> fields.add(readField(field, value, path + "." + field.key())));
    }
    SizeMatch size =
        section.flatMap(s -> s.get(SizeMatch.KEY).map(n -> readSize(s))).orElse(SizeMatch.ANY);
    if (fields.isEmpty() && size.isAny() && source.problems().errors() == before) {
      source.error(node, path, "an empty map", ifEmpty);
    }
    return source.problems().errors() > before
        ? Optional.empty()
        : Optional.of(new Match(fields, size));
  }

  private SizeMatch readSize(Section rule) {
    int before = source.problems().errors();
    SizeMatch size =
        rule.section(SizeMatch.KEY, SizeMatch.KEYS).map(MatchReader::bounds).orElse(SizeMatch.ANY);
    if (source.problems().errors() > before) {
      return SizeMatch.ANY;
    }
    String path = rule.pathOf(SizeMatch.KEY);
    Node node = rule.get(SizeMatch.KEY).orElseThrow();
    if (size.moreThan() >= size.atMost()) {
      source.error(node, path, size.values(), "more-than to be less than at-most");
    }
    return size;
  }

  private static SizeMatch bounds(Section size) {
    size.notEmpty("at-most, more-than or both");
    long atMost = size.size(SizeMatch.AT_MOST).orElse(Long.MAX_VALUE);
    long moreThan = size.size(SizeMatch.MORE_THAN).orElse(-1L);
    return new SizeMatch(moreThan, atMost);
  }

  /** What a rule may be. */
  static Outline outline() {
    Outline rule = new Outline(KEYS);
    for (MatchField field : MatchField.values()) {
      rule.put(field.key(), Outline.oneOrMore(Outline.shown(outlineOf(field))));
    }
    bounds(Section.outlined(rule.map(SizeMatch.KEY, SizeMatch.KEYS)));
    rule.also("minProperties", 1);
    return rule;
  }

  /** What a rule may want of a sender or receiver. */
  static Map<String, Object> countries() {
    return Outline.choice(
        "a country code such as AU, or * alone for any",
        Stream.concat(Stream.of("*"), Stream.of(Locale.getISOCountries()).sorted()).toList());
  }

  private static Map<String, Object> outlineOf(MatchField field) {
    return switch (field) {
      case SENDER, RECEIVER -> Outline.object("$ref", ChannelsSchema.COUNTRY);
      case OBJ -> Outline.text(FORM, "\\*|[^*\\s]+|[^*\\s]+\\.\\*");
      case PREDICATE -> Outline.text(FORM, "\\*|[^.*\\s]+(?:\\.[^.*\\s]+)*(?:\\.\\*)?");
      case SUBJECT, SENDER_REF ->
          Outline.text(FORM, "\\*|[^*\\s](?:[^*]*[^*\\s])?|[^*\\s][^*]*\\.\\*");
    };
  }

  private FieldMatch readField(MatchField field, Node node, String path) {
    Alternatives found = new Alternatives();
    if (node instanceof SequenceNode list) {
      if (list.getValue().isEmpty()) {
        source.error(node, path, "an empty list", FORM);
      }
      for (int i = 0; i < list.getValue().size(); i++) {
        readValue(field, list.getValue().get(i), path + "[" + i + "]", found);
      }
    } else {
      readValue(field, node, path, found);
    }
    return found.any
        ? FieldMatch.any(field)
        : new FieldMatch(field, false, found.exact, List.copyOf(found.prefixes));
  }

  private void readValue(MatchField field, Node node, String path, Alternatives to) {
    Optional<Text> text = source.text(node, path, field.key(), FORM);
    if (text.isEmpty()) {
      return;
    }
    String value = text.get().value();
    int star = value.indexOf('*');
    boolean country = field == MatchField.SENDER || field == MatchField.RECEIVER;
    if (value.equals("*")) {
      to.any = true;
    } else if (star < 0) {
      if (keepsRules(field, text.get(), value)) {
        to.exact.add(value);
      }
    } else if (country) {
      source.error(text.get(), "a country code such as AU, or * alone for any");
    } else if (star < value.length() - 1 || !value.endsWith(".*") || value.length() == 2) {
      source.error(text.get(), FORM);
    } else if (keepsRules(field, text.get(), value.substring(0, star) + "x")) {
      to.prefixes.add(value.substring(0, star));
    }
  }

  /** A value that no message can have would make a rule that never matches. */
  private boolean keepsRules(MatchField field, Text text, String sample) {
    Optional<Violation> broken =
        rules.checkField(field.key(), sample).stream()
            .filter(v -> !v.rule().equals("jurisdiction"))
            .findFirst();
    broken.ifPresent(v -> source.error(text, expected(field, v)));
    return broken.isEmpty();
  }

  private static String expected(MatchField field, Violation broken) {
    if (!broken.rule().equals("country")) {
      return "a " + field.key() + " that a message can have (rule " + broken.rule() + ")";
    }
    return "an assigned ISO 3166-1 alpha-2 code in upper case, such as AU, or * alone for any";
  }

  private static final class Alternatives {
    private boolean any;
    private final Set<String> exact = new LinkedHashSet<>();
    private final Set<String> prefixes = new LinkedHashSet<>();
  }
}
