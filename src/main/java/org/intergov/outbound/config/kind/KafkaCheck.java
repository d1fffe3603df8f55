package org.intergov.outbound.config.kind;

import java.util.List;
import java.util.Map;
import org.intergov.outbound.config.yaml.Section;
import org.intergov.outbound.config.yaml.Source;
import org.snakeyaml.engine.v2.nodes.Node;

/** Checks what a channel of kind {@code kafka} is told, beyond what its templates declare. */
final class KafkaCheck {
  private final Source source;

  KafkaCheck(Source source) {
    this.source = source;
  }

  /**
   * @param values what was read of the parameters
   */
  void check(Section parameters, Map<String, String> values) {
    boolean good = true;
    for (String name : List.copyOf(values.keySet())) {
      var expected = KafkaForms.expected(name, values.get(name));
      if (expected.isPresent()) {
        parameters.text(name, expected.get()).ifPresent(t -> source.error(t, expected.get()));
        good = false;
      }
    }
    if (good) {
      String protocol = values.getOrDefault("security-protocol", "PLAINTEXT");
      KafkaForms.contradictions(
              protocol, parameters.get("auth").isPresent(), parameters.get("tls").isPresent())
          .forEach((name, expected) -> report(parameters, name, expected));
    }
    if (values.containsKey("group") && !values.containsKey("receipts-topic")) {
      String expected = "a receipts-topic beside it; without one nothing reads in that group";
      parameters.text("group", expected).ifPresent(text -> source.error(text, expected));
    }
  }

  private void report(Section parameters, String name, String expected) {
    if (parameters.get(name).isPresent()) {
      Node node = parameters.get(name).get();
      source.error(node, parameters.pathOf(name), "a map", expected);
    } else {
      parameters.missing(name, expected);
    }
  }
}
