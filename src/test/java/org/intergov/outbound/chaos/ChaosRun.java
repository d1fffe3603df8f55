package org.intergov.outbound.chaos;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** One run: sets up what the plan says, lets it happen, waits until all is quiet, and judges. */
final class ChaosRun {
  private final Plan plan;
  private final String bug;
  private final Duration quiet;
  private final Path folder;

  /**
   * @param bug see {@link BugAgent#names}; empty: none
   * @param quiet how long everything may take to end once the last fault is over
   */
  ChaosRun(Plan plan, String bug, Duration quiet, Path folder) {
    this.plan = plan;
    this.bug = bug;
    this.quiet = quiet;
    this.folder = folder;
  }

  /** What was found; history, logs and report are in the folder. */
  List<Finding> run(String again) {
    List<Entry> entries;
    List<Finding> more = new ArrayList<>();
    try (History history = new History(folder)) {
      try (Estate estate = new Estate(plan, bug, history, folder)) {
        more.addAll(happen(estate, history));
      }
      entries = history.entries();
    }
    List<Finding> findings = new ArrayList<>(new Checker(entries).findings());
    findings.addAll(more);
    new Report(plan, again, entries, findings).write(folder);
    return findings;
  }

  private List<Finding> happen(Estate estate, History history) {
    List<String> trouble = new ArrayList<>();
    try (Load load = new Load(estate, history, plan);
        Operator operator = new Operator(estate, history, plan);
        Faults faults = new Faults(estate, history, plan)) {
      Pause.millis(plan.length().toMillis());
      trouble.addAll(faults.awaitAll());
      trouble.addAll(load.failures());
      load.stop();
      estate.channels().values().forEach(ChaosChannel::goodMood);
      faults.put(Table.complete(estate.nextEdit()));
      operator.stop(); // a channel that is not in the table cannot be resumed
    }
    checkBugIsThere(estate);
    Collector collector = new Collector(estate, history);
    awaitQuiet(estate, collector, trouble);
    collector.collect();
    new Witnesses(estate, history, folder).hear();
    return trouble.stream()
        .map(t -> new Finding("comes-back", "", t, List.of(), List.of()))
        .toList();
  }

  /** A bug that is nowhere is none that the rules could miss: the run is worth nothing. */
  private void checkBugIsThere(Estate estate) {
    boolean isThere =
        bug.isEmpty()
            || estate.replicas().stream()
                .anyMatch(r -> r.process().log().contains(BugAgent.said(bug)));
    if (!isThere) {
      throw new IllegalStateException("bug " + bug + " is in no gateway: its code has changed");
    }
  }

  private void awaitQuiet(Estate estate, Collector collector, List<String> trouble) {
    long until = System.nanoTime() + quiet.toNanos();
    while (System.nanoTime() < until) {
      if (estate.replicas().stream().allMatch(r -> r.process().readyStatus() == 200)
          && collector.unfinished() == 0) {
        return;
      }
      Pause.millis(500);
    }
    for (Estate.Replica replica : estate.replicas()) {
      if (replica.process().readyStatus() != 200) {
        trouble.add("a gateway is not ready: " + replica.process().health());
      }
    }
  }
}
