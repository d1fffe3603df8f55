package org.intergov.outbound.config.kind;

import java.util.List;
import java.util.Map;
import org.intergov.outbound.config.yaml.Section;
import org.intergov.outbound.config.yaml.Source;

/** Checks what a channel of kind {@code sqs} is told, beyond what its templates declare. */
final class SqsCheck {
  private final Source source;

  SqsCheck(Source source) {
    this.source = source;
  }

  /**
   * @param values what was read of the parameters
   */
  void check(Section parameters, Map<String, String> values) {
    for (String name : List.copyOf(values.keySet())) {
      SqsForms.expected(name, values.get(name)).ifPresent(e -> report(parameters, name, e));
    }
    SqsForms.contradictions(values, parameters.get("auth").isPresent())
        .forEach((name, expected) -> report(parameters, name, expected));
    if (parameters.get("receipts-readers").isPresent()
        && values.getOrDefault("receipts-queue", "").isEmpty()) {
      report(
          parameters,
          "receipts-readers",
          "a receipts-queue beside it; without one nothing is read");
    }
  }

  private void report(Section parameters, String name, String expected) {
    parameters.text(name, expected).ifPresent(text -> source.error(text, expected));
  }
}
