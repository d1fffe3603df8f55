package org.intergov.outbound.config.kind;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.intergov.outbound.config.kind.KindDescription.Parameter;
import org.intergov.outbound.config.tls.TlsMaterial;
import org.intergov.outbound.config.yaml.Placeholders;
import org.intergov.outbound.config.yaml.Section;
import org.intergov.outbound.config.yaml.Source;
import org.intergov.outbound.config.yaml.Text;
import org.intergov.outbound.message.Quote;
import org.intergov.outbound.routing.Secrets;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * Reads the parameters of a channel against what its kind declares. What a map holds is read as
 * {@code map.key}.
 */
public final class ParametersReader {

  private static final String FORM = "text, a number, true or false";

  private final Source source;
  private final ParameterForms forms;
  private final ParameterMapReader maps;

  public ParametersReader(Source source) {
    this.source = source;
    this.forms = new ParameterForms(source);
    this.maps = new ParameterMapReader(source, forms);
  }

  public Map<String, String> read(Section channel, KindDescription kind) {
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
      given.ifPresent(section -> requireWhole(section, kind));
    }
    return values;
  }

  /** Warns of every secret that stands in the file, wherever in the entry. */
  public void warnOfSecrets(Node channel, String path) {
    warnOfSecrets(channel, path, "");
  }

  private Optional<Section> open(Node node, String path, KindDescription kind) {
    List<String> known = kind.parameters().stream().map(Parameter::name).toList();
    return Section.open(source, node, path, known);
  }

  private void readAll(Section section, KindDescription kind, Map<String, String> to) {
    for (String name : section.keys()) {
      Parameter parameter = kind.parameter(name).orElseThrow();
      if (parameter.isMap()) {
        maps.read(section, parameter, to);
        continue;
      }
      Optional<Text> text = section.text(name, FORM);
      if (text.isPresent() && kind.name().equals("http") && name.equals("url")) {
        ChannelUrl.read(source, text.get()).ifPresent(url -> to.put(name, url));
      } else if (text.isPresent()) {
        forms.check(parameter, text.get()).ifPresent(value -> to.put(name, value));
      }
    }
    new TlsCheck(source).check(section, to);
    if (kind.name().equals("http")) {
      new HttpCheck(source).check(section, to);
    }
    if (kind.name().equals("kafka")) {
      new KafkaCheck(source).check(section, to);
    }
    if (kind.name().equals("sqs")) {
      new SqsCheck(source).check(section, to);
    }
  }

  private void requireAll(Section given, Section channel, KindDescription kind) {
    for (Parameter p : kind.parameters()) {
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

  /** Receipts are turned on by all of their parameters, or by none. */
  private void requireWhole(Section given, KindDescription kind) {
    List<String> need = kind.receiptsNeed().map(List::copyOf).orElse(List.of());
    List<String> missing =
        need.stream().filter(name -> given.get(name).isEmpty()).sorted().toList();
    if (!missing.isEmpty() && missing.size() < need.size()) {
      given.missing(
          missing.get(0),
          "a value; receipts of kind %s require %s".formatted(kind.name(), missing.get(0)));
    }
  }

  private void warnOfSecrets(Node node, String path, String key) {
    if (node instanceof MappingNode map) {
      map.getValue().stream()
          .filter(tuple -> tuple.getKeyNode() instanceof ScalarNode)
          .forEach(
              tuple -> {
                String name = ((ScalarNode) tuple.getKeyNode()).getValue();
                boolean isFile = key.equals("tls") && TlsMaterial.FILES.contains(name);
                warnOfSecrets(
                    tuple.getValueNode(), path + "." + shown(name), isFile ? "file" : name);
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
