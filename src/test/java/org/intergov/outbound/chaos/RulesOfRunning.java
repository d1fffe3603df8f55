package org.intergov.outbound.chaos;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the gateways say of themselves. */
final class RulesOfRunning {
  static final Map<String, String> RULES =
      new TreeMap<>(
          Map.of(
              "fails-at-start", "No gateway runs with route files that are broken.",
              "no-secret", "No secret is in a log, in the journal or in an answer.",
              "no-strange-error", "Every ERROR in a log is one that is expected by name.",
              "figures", "What metrics and interface say is what is there.",
              "comes-back", "Every gateway is ready again once the faults have ended."));

  private RulesOfRunning() {}

  static List<Finding> findings(List<Entry> entries) {
    List<Finding> findings = new ArrayList<>();
    for (Entry e : entries) {
      if (e.kind() == Kind.LINE) {
        findings.add(
            new Finding(
                e.get("rule"), "", e.get("who") + ": " + e.get("text"), List.of(e), List.of()));
      } else if (e.kind() == Kind.FIGURE && !e.get("is").equals(e.get("should"))) {
        findings.add(
            new Finding(
                "figures",
                "",
                "%s is %s and should be %s".formatted(e.get("name"), e.get("is"), e.get("should")),
                List.of(e),
                List.of()));
      }
    }
    return findings;
  }
}
