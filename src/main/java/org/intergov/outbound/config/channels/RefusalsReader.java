package org.intergov.outbound.config.channels;

import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import org.intergov.outbound.config.yaml.Outline;
import org.intergov.outbound.config.yaml.Section;
import org.intergov.outbound.routing.Refusals;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Reads {@code refused-on}, {@code stop-after-refusals} and {@code idempotent}. */
final class RefusalsReader {
  static final List<String> KEYS = List.of("refused-on", "stop-after-refusals", "idempotent");

  private static final String STATUS_PATTERN = "[45][0-9][0-9]";
  private static final String STATUS = "an HTTP status from 400 to 599, or a list of them";
  private static final String COUNT = "a whole number from 1 to 1000000, or off";
  private static final String COUNT_PATTERN = "off|[1-9][0-9]{0,5}|1000000";
  private static final String OFF = "off";

  private RefusalsReader() {}

  /** The base with what the section gives; a bad value is reported and the base's stays. */
  static Refusals read(Section section, Refusals base) {
    return new Refusals(
        on(section, base.on()),
        stopAfter(section, base.stopAfter()),
        idempotent(section, base.idempotent()));
  }

  private static Set<Integer> on(Section section, Set<Integer> base) {
    section.outline(
        o -> o.put("refused-on", Outline.oneOrAny(Outline.text(STATUS, STATUS_PATTERN))));
    if (section.get("refused-on").isEmpty()) {
      return base;
    }
    Node node = section.get("refused-on").get();
    Set<Integer> statuses = new TreeSet<>();
    if (node instanceof SequenceNode list) {
      for (int i = 0; i < list.getValue().size(); i++) {
        add(section, list.getValue().get(i), "refused-on[" + i + "]", statuses);
      }
    } else {
      add(section, node, "refused-on", statuses);
    }
    return statuses;
  }

  private static void add(Section section, Node node, String key, Set<Integer> to) {
    section
        .source()
        .text(node, section.pathOf(key), "refused-on", STATUS)
        .ifPresent(
            text -> {
              if (text.value().matches(STATUS_PATTERN)) {
                to.add(Integer.valueOf(text.value()));
              } else {
                section.source().error(text, STATUS);
              }
            });
  }

  private static OptionalInt stopAfter(Section section, OptionalInt base) {
    return section
        .text("stop-after-refusals", COUNT, COUNT_PATTERN)
        .map(
            text ->
                text.value().equals(OFF)
                    ? OptionalInt.empty()
                    : OptionalInt.of(Integer.parseInt(text.value())))
        .orElse(base);
  }

  private static boolean idempotent(Section section, boolean base) {
    return section
        .text("idempotent", "true or false", "true|false")
        .map(text -> text.value().equals("true"))
        .orElse(base);
  }
}
