package org.intergov.outbound.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** One page for people: what was done, what was found, how to run it again. */
final class Report {
  static final String FILE = "report.md";

  /** Findings of one rule that are told in full; the rest are counted. */
  private static final int IN_FULL = 3;

  private final List<Entry> entries;
  private final List<Finding> findings;
  private final Plan plan;
  private final String again;

  /**
   * @param plan null if a history is replayed
   * @param again the command
   */
  Report(Plan plan, String again, List<Entry> entries, List<Finding> findings) {
    this.plan = plan;
    this.again = again;
    this.entries = entries;
    this.findings = findings;
  }

  void write(Path folder) {
    try {
      Files.writeString(folder.resolve(FILE), text());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String text() {
    StringBuilder page = new StringBuilder();
    page.append("# Chaos run").append(plan == null ? "" : " " + plan.seed()).append("\n\n");
    page.append(
        findings.isEmpty() ? "**Nothing was found.**" : "**" + findings.size() + " findings.**");
    page.append("\n\nAgain: `").append(again).append("`\n\n");
    done(page);
    rules(page);
    findings(page);
    return page.toString();
  }

  private void done(StringBuilder page) {
    page.append("## What was done\n\n");
    if (plan != null) {
      page.append(
          "%d gateways for %d s%s%s%s. Load: %d messages a second.\n\n"
              .formatted(
                  plan.replicas(),
                  plan.length().toSeconds(),
                  plan.separateLake() ? ", lake in a database of its own" : "",
                  plan.movedClock() ? ", the clock of one an hour ahead" : "",
                  plan.retention() ? ", retention running" : "",
                  plan.perSecond()));
    }
    page.append("| seen | times |\n|---|---|\n");
    counts(page, "handed in", Kind.SUBMIT, "via");
    counts(page, "answered", Kind.ANSWER, "status");
    counts(page, "posts answered", Kind.REPLY, "said");
    counts(page, "said when asked", Kind.WORD, "word");
    counts(page, "in the lake", Kind.LAKE, "status");
    counts(page, "in the outbox", Kind.OUTBOX, "status");
    counts(page, "operators", Kind.OPERATOR, "what");
    counts(page, "journaled", Kind.JOURNAL, "event");
    page.append("\n| fault | begun | ended |\n|---|---|---|\n");
    Map<String, long[]> faults = new TreeMap<>();
    entries.stream()
        .filter(e -> e.kind() == Kind.FAULT)
        .forEach(
            e -> {
              long[] n = faults.computeIfAbsent(e.get("what"), w -> new long[2]);
              if (e.is("phase", "begins")) {
                n[0]++;
              } else if (e.is("phase", "ends")) {
                n[1]++;
              }
            });
    faults.forEach((what, n) -> page.append("| %s | %d | %d |\n".formatted(what, n[0], n[1])));
    entries.stream()
        .filter(e -> e.kind() == Kind.FAULT && e.is("phase", "impossible"))
        .forEach(
            e -> page.append("\n%s was not possible: %s\n".formatted(e.get("what"), e.get("why"))));
  }

  private void counts(StringBuilder page, String what, Kind kind, String fact) {
    Map<String, Long> counts =
        entries.stream()
            .filter(e -> e.kind() == kind)
            .collect(Collectors.groupingBy(e -> e.get(fact), TreeMap::new, Collectors.counting()));
    String all =
        counts.entrySet().stream()
            .map(e -> e.getKey() + " " + e.getValue())
            .collect(Collectors.joining(", "));
    page.append("| ").append(what).append(" | ").append(all).append(" |\n");
  }

  private void rules(StringBuilder page) {
    Map<String, Long> found =
        findings.stream().collect(Collectors.groupingBy(Finding::rule, Collectors.counting()));
    page.append("\n## What was judged\n\n| rule | what it demands | broken |\n|---|---|---|\n");
    Checker.sentences()
        .forEach(
            (name, sentence) ->
                page.append(
                    "| %s | %s | %d |\n".formatted(name, sentence, found.getOrDefault(name, 0L))));
  }

  private void findings(StringBuilder page) {
    Map<String, List<Finding>> byRule = new LinkedHashMap<>();
    findings.forEach(f -> byRule.computeIfAbsent(f.rule(), r -> new ArrayList<>()).add(f));
    byRule.forEach(
        (rule, all) -> {
          page.append("\n## ").append(rule).append(": ").append(all.size()).append('\n');
          all.stream().limit(IN_FULL).forEach(f -> finding(page, f));
        });
  }

  private static void finding(StringBuilder page, Finding f) {
    page.append("\n%s %s\n".formatted(f.ref().isEmpty() ? "" : "**AU:" + f.ref() + "**", f.what()));
    if (!f.journal().isEmpty()) {
      page.append("\nJournal: ").append(String.join(", ", f.journal())).append("\n");
    }
    if (!f.evidence().isEmpty()) {
      page.append("\n```\n");
      f.evidence().forEach(e -> page.append(e).append('\n'));
      page.append("```\n");
    }
  }
}
