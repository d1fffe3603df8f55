package org.intergov.outbound.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** Whoever is woken by an alert finds what it means and what to do. */
class AlertsTest {
  private static final Path RULES = Path.of("ops", "prometheus", "intergov-outbound.rules.yml");
  private static final Path SCRAPE = Path.of("ops", "prometheus", "prometheus.yml");
  private static final String RUNBOOK = "docs/RUNBOOK.md";

  private static List<JsonNode> alerts() {
    return StreamSupport.stream(DeployFiles.yaml(RULES).get(0).path("groups").spliterator(), false)
        .flatMap(group -> StreamSupport.stream(group.path("rules").spliterator(), false))
        .filter(rule -> rule.has("alert"))
        .toList();
  }

  private static List<String> found(String text, String pattern) {
    return Pattern.compile(pattern).matcher(text).results().map(m -> m.group(1)).toList();
  }

  @Test
  void every_alert_has_a_chapter_of_the_runbook_and_every_chapter_an_alert() throws IOException {
    String runbook = Files.readString(Path.of(RUNBOOK));
    List<String> chapters = found(runbook, "(?m)^## (.+)$");
    assertThat(chapters).doesNotHaveDuplicates();
    assertThat(alerts()).hasSizeGreaterThan(10);
    assertThat(alerts())
        .allSatisfy(
            alert -> {
              assertThat(alert.at("/labels/severity").asText())
                  .as(alert.toString())
                  .isIn("critical", "warning", "info");
              assertThat(alert.at("/annotations/summary").asText()).isNotEmpty();
              assertThat(alert.at("/annotations/description").asText()).isNotEmpty();
            });
    List<String> linked =
        alerts().stream().map(alert -> alert.at("/annotations/runbook_url").asText()).toList();
    assertThat(linked).allMatch(link -> link.startsWith(RUNBOOK + "#"));
    assertThat(linked.stream().map(link -> link.substring(link.indexOf('#') + 1)))
        .containsExactlyInAnyOrderElementsOf(chapters);
    for (String chapter : runbook.split("(?m)^## ")) {
      assertThat(chapter.lines().skip(1).anyMatch(line -> line.length() > 20))
          .as("says something: " + chapter)
          .isTrue();
    }
  }

  @Test
  void the_job_that_the_rules_ask_for_is_the_one_that_is_scraped() throws IOException {
    Set<String> asked = new TreeSet<>(found(Files.readString(RULES), "job=\"([^\"]+)\""));
    assertThat(asked).hasSize(1);
    assertThat(DeployFiles.yaml(SCRAPE).get(0).at("/scrape_configs/0/job_name").asText())
        .isIn(asked);
    assertThat(found(Files.readString(Path.of("docs/DEPLOYING.md")), "job_name: (\\S+)"))
        .isNotEmpty()
        .allMatch(asked::contains);
  }
}
