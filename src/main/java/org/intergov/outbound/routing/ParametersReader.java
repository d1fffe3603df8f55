package org.intergov.outbound.routing;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.intergov.outbound.message.Quote;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Reads the parameters of a channel against what its kind declares. */
final class ParametersReader {

  private static final String FORM = "a text, a number, true or false";

  private final Source source;

  ParametersReader(Source source) {
    this.source = source;
  }

  Map<String, String> read(Section channel, KindDescription kind) {
    Map<String, String> values = new LinkedHashMap<>();
    Optional<Section> given =
        channel
            .get("parameters")
            .filter(node -> !Source.isNull(node))
            .flatMap(node -> open(node, channel.pathOf("parameters"), kind));
    given.ifPresent(section -> readAll(section, kind, values));
    boolean notAMap =
        given.isEmpty() && channel.get("parameters").filter(n -> !Source.isNull(n)).isPresent();
    if (!notAMap) {
      requireAll(given.orElse(null), channel, kind);
    }
    return values;
  }

  /** Warns of every secret that stands in the file, wherever in the entry. */
  void warnOfSecrets(Node channel, String path) {
    warnOfSecrets(channel, path, "");
  }

  private Optional<Section> open(Node node, String path, KindDescription kind) {
    List<String> known = kind.parameters().stream().map(KindDescription.Parameter::name).toList();
    return Section.open(source, node, path, known);
  }

  private void readAll(Section section, KindDescription kind, Map<String, String> to) {
    for (String name : section.keys()) {
      Optional<Text> text = section.text(name, FORM);
      if (text.isEmpty()) {
        continue;
      }
      boolean required =
          kind.parameters().stream().anyMatch(p -> p.name().equals(name) && p.required());
      if (required && text.get().value().isBlank()) {
        source.error(text.get(), "a value that is not blank");
      } else if (kind.name().equals("http") && name.equals("url")) {
        ChannelUrl.read(source, text.get()).ifPresent(url -> to.put(name, url));
      } else if (isDuration(kind, name) && !isDuration(text.get().value())) {
        source.error(text.get(), Durations.FORM);
      } else if (name.equals("key-header") && !isHeader(text.get().value())) {
        source.error(text.get(), "the name of an HTTP header of its own, such as Idempotency-Key");
      } else {
        to.put(name, text.get().value());
      }
    }
  }

  /** A parameter whose default is a duration is one. */
  private static boolean isDuration(KindDescription kind, String name) {
    return kind.parameters().stream()
        .anyMatch(
            p -> p.name().equals(name) && p.defaultValue() != null && isDuration(p.defaultValue()));
  }

  private static boolean isDuration(String text) {
    try {
      return Durations.parse(text).compareTo(Duration.ofHours(1)) <= 0;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** A token (RFC 9110, 5.6.2) that HTTP itself does not use. */
  private static boolean isHeader(String name) {
    return name.matches("[A-Za-z][A-Za-z0-9-]{0,63}")
        && !name.matches(
            "(?i)content-.*|host|connection|transfer-encoding|te|trailer|upgrade|expect|accept"
                + "|keep-alive|authorization|cookie");
  }

  private void requireAll(Section given, Section channel, KindDescription kind) {
    for (KindDescription.Parameter p : kind.parameters()) {
      boolean missing = given == null || given.get(p.name()).isEmpty();
      if (p.required() && p.defaultValue() == null && missing) {
        int line = given == null ? channel.line() : given.line();
        String what = p.description() == null ? "" : ": " + p.description();
        source
            .problems()
            .error(
                line,
                channel.pathOf("parameters") + "." + p.name(),
                "nothing",
                "a value; kind %s requires %s%s".formatted(kind.name(), p.name(), what));
      }
    }
  }

  private void warnOfSecrets(Node node, String path, String key) {
    if (node instanceof MappingNode map) {
      map.getValue().stream()
          .filter(tuple -> tuple.getKeyNode() instanceof ScalarNode)
          .forEach(
              tuple -> {
                String name = ((ScalarNode) tuple.getKeyNode()).getValue();
                warnOfSecrets(tuple.getValueNode(), path + "." + shown(name), name);
              });
    } else if (node instanceof SequenceNode list) {
      for (int i = 0; i < list.getValue().size(); i++) {
        warnOfSecrets(list.getValue().get(i), path + "[" + i + "]", key);
      }
    } else if (node instanceof ScalarNode scalar
        && Secrets.isSecret(key)
        && !Source.isNull(node)
        && Placeholders.standsInText(scalar.getValue())) {
      source
          .problems()
          .warning(
              Source.line(node),
              path,
              "a secret in plain text (not shown)",
              "a placeholder such as {{env:NAME}}, without a default");
    }
  }

  private static String shown(String name) {
    return Quote.bare(name);
  }
}
