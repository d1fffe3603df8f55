package org.intergov.outbound;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** docs/CONFIGURATION.md is made of application.properties and {@link Setting}. */
class ConfigurationReferenceTest {
  private static final Path DEFAULTS =
      Path.of("src", "main", "resources", "application.properties");
  private static final Path REFERENCE = Path.of("docs", "CONFIGURATION.md");
  private static final String RENEW =
      "mvn -o -q test -Dtest=ConfigurationReferenceTest -Dintergov.renew=true";

  private static final String HEAD =
      """
      # Configuration

      Made of [application.properties](../src/main/resources/application.properties); the build fails
      where they differ. To renew: `%s`.

      A setting may stand, each place overriding the one before, in the JAR's defaults, in
      `config/application.properties` beside the JAR, in the environment, or on the command line:
      `java -Dintergov.api.port=8081 -jar intergov-outbound.jar`. An unknown key or a bad value stops the
      start; the error names the place, the key, what was found and what was expected.
      Durations are written `500ms`, `30s`, `5m`, `2h` or `7d`. The channels have a file of their own:
      [CHANNELS.md](CHANNELS.md).
      """;

  /** A setting as the file shows it; the meaning is empty where the one before has it for both. */
  private record Entry(String section, String key, String defaultValue, String meaning) {
    String row() {
      String value = defaultValue.isEmpty() ? "" : "`" + defaultValue + "`";
      String text = meaning.isEmpty() ? "(as above)" : meaning.replace("|", "\\|");
      String variable = Setting.ofKey(key).orElseThrow().variable();
      return "| `%s`<br>`%s` | %s | %s |\n".formatted(key, variable, value, text);
    }
  }

  private static List<Entry> entries() throws IOException {
    List<Entry> entries = new ArrayList<>();
    String section = "";
    StringBuilder comment = new StringBuilder();
    for (String line : Files.readAllLines(DEFAULTS)) {
      if (line.startsWith("# --- ")) {
        section = line.replace("# --- ", "").replaceAll(" -+$", "");
        comment.setLength(0);
      } else if (line.startsWith("#")) {
        comment.append(comment.isEmpty() ? "" : " ").append(line.substring(1).trim());
      } else if (line.isBlank()) {
        comment.setLength(0);
      } else {
        String[] parts = line.split("=", 2);
        entries.add(new Entry(section, parts[0], parts[1], comment.toString()));
        comment.setLength(0);
      }
    }
    return entries;
  }

  private static String reference() throws IOException {
    StringBuilder text = new StringBuilder(HEAD.formatted(RENEW));
    String section = "";
    for (Entry entry : entries()) {
      if (!entry.section().equals(section)) {
        section = entry.section();
        text.append("\n## ").append(section);
        text.append("\n\n| setting, environment variable | default | meaning |\n|---|---|---|\n");
      }
      text.append(entry.row());
    }
    return text.toString();
  }

  @Test
  void the_reference_is_what_the_defaults_say() throws IOException {
    if (Boolean.getBoolean("intergov.renew")) {
      Files.writeString(REFERENCE, reference());
    }
    assertThat(Files.readString(REFERENCE))
        .as("docs/CONFIGURATION.md is out of date; to renew it: %s", RENEW)
        .isEqualTo(reference());
  }

  @Test
  void every_setting_has_a_default_a_section_and_a_meaning_of_its_own_or_shared()
      throws IOException {
    List<Entry> entries = entries();
    assertThat(entries)
        .extracting(Entry::key)
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(Setting.values()).map(Setting::key).toList());
    String section = null;
    for (Entry entry : entries) {
      assertThat(entry.section()).as(entry.key()).isNotEmpty();
      if (!entry.section().equals(section)) {
        assertThat(entry.meaning()).as("%s, the first of its section", entry.key()).isNotEmpty();
      }
      section = entry.section();
    }
  }
}
