package org.intergov.outbound.config.channels;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.intergov.outbound.config.yaml.Outline;
import org.intergov.outbound.config.yaml.Section;
import org.intergov.outbound.config.yaml.Text;
import org.intergov.outbound.routing.Circuit;
import org.intergov.outbound.routing.Ordering;
import org.intergov.outbound.routing.Protection;
import org.intergov.outbound.routing.Rate;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** Reads {@code rate}, {@code circuit} and {@code ordering}. */
final class ProtectionReader {

  static final List<String> KEYS = List.of("rate", "circuit", "ordering");

  private static final String OFF = "off";
  private static final String ON = "on";

  private static final List<String> CIRCUIT_KEYS =
      List.of(
          "failure-rate",
          "slow-call",
          "slow-rate",
          "window",
          "minimum",
          "wait",
          "max-wait",
          "fail-over-after");

  private static final String RATE_FORM = Rate.FORM + ", at most 10000/s, or off";
  private static final String SWITCH = "on, off, or a map of " + String.join(", ", CIRCUIT_KEYS);
  private static final int MOST_WINDOW = 10_000;
  private static final Duration TENTH = Duration.ofMillis(100);
  private static final Duration DAY = Duration.ofDays(1);

  private ProtectionReader() {}

  /** The base with what the section gives; a bad value is reported and the base's stays. */
  static Protection read(Section section, Protection base) {
    return new Protection(
        rate(section, base.rate()),
        circuit(section, base.circuit()),
        section.choice("ordering", Ordering.class, base.ordering()));
  }

  private static Optional<Rate> rate(Section section, Optional<Rate> base) {
    Optional<Text> text = section.text("rate", RATE_FORM);
    section.outline(o -> o.put("rate", Outline.notANumber(RATE_FORM, OFF + "|" + Rate.PATTERN)));
    if (text.isEmpty()) {
      return base;
    }
    if (OFF.equals(text.get().value())) {
      return Optional.empty();
    }
    try {
      return Optional.of(Rate.parse(text.get().value()));
    } catch (IllegalArgumentException e) {
      section.source().error(text.get(), RATE_FORM);
      return base;
    }
  }

  private static Circuit circuit(Section section, Circuit base) {
    if (section.get("circuit").filter(ScalarNode.class::isInstance).isPresent()) {
      Optional<Text> text = section.text("circuit", SWITCH);
      if (text.isEmpty()) {
        return base;
      }
      boolean off = OFF.equals(text.get().value());
      if (!off && !ON.equals(text.get().value())) {
        section.source().error(text.get(), SWITCH);
      }
      return base.switched(!off);
    }
    return section
        .sectionOr(List.of(ON, OFF), "circuit", CIRCUIT_KEYS)
        .map(s -> circuitOf(s, base))
        .orElse(base);
  }

  private static Circuit circuitOf(Section circuit, Circuit base) {
    int before = circuit.source().problems().errors();
    int window = circuit.wholeNumber("window", 1, MOST_WINDOW, base.window());
    int fewest =
        circuit.get("minimum").isPresent() ? base.minimum() : Math.min(window, base.minimum());
    Circuit read =
        new Circuit(
            true,
            circuit.percent("failure-rate", base.failureRate()),
            circuit.optionalDuration("slow-call", TENTH, DAY).or(base::slowCall),
            circuit.percent("slow-rate", base.slowRate()),
            window,
            circuit.wholeNumber("minimum", 1, MOST_WINDOW, fewest),
            circuit.duration("wait", TENTH, DAY, base.firstWait()),
            circuit.duration("max-wait", TENTH, DAY, base.maxWait()),
            circuit
                .optionalDuration("fail-over-after", Duration.ZERO, DAY)
                .or(base::failOverAfter));
    if (circuit.source().problems().errors() == before) {
      SettingsReader.notLess(circuit, "max-wait", read.maxWait(), "wait", read.firstWait());
      windowHoldsMinimum(circuit, read);
    }
    return circuit.source().problems().errors() == before ? read : base;
  }

  private static void windowHoldsMinimum(Section circuit, Circuit read) {
    if (read.minimum() > read.window()) {
      String expected = "at most window (" + read.window() + ")";
      circuit.text("minimum", expected).ifPresent(t -> circuit.source().error(t, expected));
    }
  }
}
