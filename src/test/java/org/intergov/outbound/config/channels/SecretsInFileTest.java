package org.intergov.outbound.config.channels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.intergov.outbound.config.channels.Tables.KINDS;
import static org.intergov.outbound.config.channels.Tables.entry;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A secret that stands in the file is a warning, and is not shown. */
class SecretsInFileTest {
  private static final String FOUND =
      ": found a secret in plain text (not shown), expected a placeholder such as {{env:NAME}},"
          + " without a default";

  @TempDir Path folder;

  private List<String> told(String apiKey) {
    String yaml = entry("http", "parameters:", "  url: https://a.example", "  api-key: " + apiKey);
    return Tables.told(folder, yaml, KINDS);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hunter2",
        "'{{env:SECRET:hunter2}}'",
        "'{{env:FIVE}}{{env:SECRET:hunter2}}'",
        "'{{env:FIVE:}}{{env:SECRET:hunter2}}{{env:FIVE}}'"
      })
  void what_a_file_holds_of_a_secret_is_told(String value) {
    assertThat(told(value)).containsExactly(":7: warning: channels[0].parameters.api-key" + FOUND);
  }

  @ParameterizedTest
  @ValueSource(strings = {"''", "'{{env:SECRET}}'", "'{{env:SECRET:}}'", "'x{{env:SECRET}}y'"})
  void what_holds_no_secret_is_fine(String value) {
    assertThat(told(value)).isEmpty();
  }

  @Test
  void a_placeholder_without_an_end_is_an_error_alone() {
    assertThat(told("'{{env:SECRET'"))
        .containsExactly(
            ":7: channels[0].parameters.api-key: found a value that is not shown, expected }}"
                + " after {{");
  }

  @Test
  void a_secret_in_a_list_is_told_beside_the_error() {
    assertThat(told("[ '{{env:SECRET}}', hunter2 ]"))
        .containsExactly(
            ":7: channels[0].parameters.api-key: found a list, expected text, a number, true or"
                + " false",
            ":7: warning: channels[0].parameters.api-key[1]" + FOUND);
  }

  @Test
  void a_key_that_is_no_word_is_an_error() {
    assertThat(Tables.told(folder, entry("sqs", "parameters: { queue: q, [ api-key ]: x }"), KINDS))
        .containsExactly(
            ":5: channels[0].parameters: found a list as a key, expected a word as a key");
  }
}
