package org.intergov.outbound.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** {@code mvn -B -ntp -Pchaos verify}; see CONTRIBUTING.md for what can be set. */
@Tag("chaos")
class ChaosIT {
  @Test
  void whatever_happens_every_rule_holds() {
    String replay = System.getProperty("chaos.replay", "");
    if (!replay.isEmpty()) {
      replay(Path.of(replay));
      return;
    }
    String given = System.getProperty("chaos.seed", "");
    long seed = given.isEmpty() ? new Random().nextInt(1_000_000) : Long.parseLong(given);
    double minutes = Double.parseDouble(System.getProperty("chaos.minutes", "10"));
    String only = System.getProperty("chaos.only", "");
    Path folder = Path.of("target", "chaos", String.valueOf(seed)).toAbsolutePath();
    String again =
        "mvn -B -ntp -Pchaos verify -Dchaos.seed=%d -Dchaos.minutes=%s%s"
            .formatted(seed, minutes, only.isEmpty() ? "" : " -Dchaos.only=" + only);
    String bug = System.getProperty("chaos.bug", "");
    if (!bug.isEmpty()) {
      assertThat(BugAgent.names()).as("chaos.bug").containsKey(bug);
      again += " -Dchaos.bug=" + bug;
    }
    Plan plan = Plan.of(seed, Duration.ofMillis((long) (minutes * 60_000)), names(only), bug);
    String replicas = System.getProperty("chaos.replicas", "");
    if (!replicas.isEmpty()) {
      plan = plan.withReplicas(Integer.parseInt(replicas));
      again += " -Dchaos.replicas=" + replicas;
    }
    System.out.println("chaos: " + again);

    List<Finding> findings = new ChaosRun(plan, bug, quiet(bug), folder).run(again);

    assertThat(findings).as("see %s", folder.resolve(Report.FILE)).isEmpty();
  }

  /** With a bug nobody waits long for what will never end. */
  private static Duration quiet(String bug) {
    return Duration.ofSeconds(bug.isEmpty() ? 300 : 75);
  }

  private static void replay(Path folder) {
    List<Entry> entries = History.read(folder);
    List<Finding> findings = new Checker(entries).findings();
    new Report(null, "mvn -B -ntp -Pchaos verify -Dchaos.replay=" + folder, entries, findings)
        .write(folder);
    assertThat(findings).as("see %s", folder.resolve(Report.FILE)).isEmpty();
  }

  private static Set<String> names(String only) {
    Set<String> names = new TreeSet<>();
    for (String name : only.split(",")) {
      if (!name.isBlank()) {
        assertThat(Plan.faultNames()).as("chaos.only").contains(name.trim());
        names.add(name.trim());
      }
    }
    return names;
  }
}
