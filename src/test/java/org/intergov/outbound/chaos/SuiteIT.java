package org.intergov.outbound.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.intergov.outbound.Patience;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The chaos suite in short: it finds nothing in the gateway, and finds a gateway with a bug out.
 */
class SuiteIT {
  private static final Path FOLDER = Path.of("target", "chaos").toAbsolutePath();

  @Test
  @Tag("thorough")
  void a_gateway_that_is_killed_breaks_no_rule() {
    Plan.Fault kill = new Plan.Fault("kill", 4_000, 500, 0);

    assertThat(run(1, "", List.of(kill))).isEmpty();
  }

  @Test
  void a_gateway_that_mixes_up_answers_is_found_out() {
    assertThat(run(2, "answer-of-another", List.of()))
        .extracting(Finding::rule)
        .contains("truly-accepted");
  }

  private static List<Finding> run(long seed, String bug, List<Plan.Fault> faults) {
    Plan plan = new Plan(seed, Duration.ofSeconds(7), 1, false, false, false, 80, faults);
    // what is mixed up never ends, and what shows it shows at once
    Duration quiet = bug.isEmpty() ? Patience.MOST : Duration.ofSeconds(15);
    return new ChaosRun(plan, bug, quiet, FOLDER.resolve("short-" + seed))
        .run("mvn -B -ntp verify");
  }
}
