package org.intergov.outbound.chaos;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Judges a history by rules that know nothing of the product's code. */
final class Checker {
  static final List<Rule> RULES = rules();

  private final List<Entry> entries;
  private final World world;
  private final Map<String, Story> stories = new LinkedHashMap<>();

  Checker(List<Entry> entries) {
    this.entries = entries;
    this.world = new World(entries);
    Map<String, List<Entry>> byRef = new LinkedHashMap<>();
    for (Entry e : entries) {
      if (!e.ref().isEmpty()) {
        byRef.computeIfAbsent(e.ref(), r -> new ArrayList<>()).add(e);
      }
    }
    byRef.forEach((ref, all) -> stories.put(ref, new Story(ref, all)));
  }

  private static List<Rule> rules() {
    List<Rule> all = new ArrayList<>();
    all.addAll(RulesOfKeeping.all());
    all.addAll(RulesOfPosting.all());
    all.addAll(RulesOfTruth.all());
    all.addAll(RulesOfTheJournal.all());
    return List.copyOf(all);
  }

  /** What each rule demands, by its name. */
  static Map<String, String> sentences() {
    Map<String, String> all = new LinkedHashMap<>();
    RULES.forEach(r -> all.put(r.name(), r.sentence()));
    all.put(RulesOfOrder.NAME, RulesOfOrder.SENTENCE);
    all.putAll(RulesOfRunning.RULES);
    return all;
  }

  /** What breaks a rule, each with the shortest history that shows it. */
  List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    Map<String, Integer> ofRule = new HashMap<>();
    for (Story story : stories.values()) {
      for (Rule rule : RULES) {
        for (String what : rule.judge(story, world)) {
          // the first of a kind are told in full
          boolean full = ofRule.merge(rule.name(), 1, Integer::sum) <= 10;
          findings.add(finding(rule, story, what, full));
        }
      }
    }
    findings.addAll(new RulesOfOrder(world, stories).findings());
    findings.addAll(RulesOfRunning.findings(entries));
    return findings;
  }

  private Finding finding(Rule rule, Story story, String what, boolean full) {
    List<Entry> evidence =
        full
            ? Shrinker.shortest(story.entries(), less -> shows(rule, story.ref(), what, less))
            : List.of();
    List<String> journal = story.journal().stream().map(j -> j.get("event")).toList();
    return new Finding(rule.name(), story.ref(), what, evidence, journal);
  }

  private boolean shows(Rule rule, String ref, String what, List<Entry> less) {
    return rule.judge(new Story(ref, less), world).contains(what);
  }
}
