package org.intergov.outbound.routing;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.intergov.outbound.message.MessageRules;
import org.intergov.outbound.message.Violation;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Reads a rule: a map from fields to what they must be. */
final class MatchReader {

  private static final String FORM =
      "a value, a prefix such as UN.CEFACT.* (a star after the last dot), or * alone for any value";

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
    Optional<Section> section = Section.open(source, node, path, MatchField.KEYS);
    List<FieldMatch> fields = new ArrayList<>();
    for (MatchField field : MatchField.values()) {
      section
          .flatMap(s -> s.get(field.key()))
          .ifPresent(value -> fields.add(readField(field, value, path + "." + field.key())));
    }
    if (fields.isEmpty() && source.problems().errors() == before) {
      source.error(node, path, "an empty map", ifEmpty);
    }
    return source.problems().errors() > before ? Optional.empty() : Optional.of(new Match(fields));
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
