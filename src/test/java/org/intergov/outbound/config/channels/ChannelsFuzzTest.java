package org.intergov.outbound.config.channels;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.JsonSchema;
import java.nio.file.Path;
import java.util.Random;
import org.intergov.outbound.config.InvalidChannelsException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files with some characters changed. */
class ChannelsFuzzTest {
  @TempDir Path folder;

  @Test
  void mutated_files_are_loaded_or_refused_but_never_break_the_loader() {
    Random random = new Random(5);
    String alphabet = "{}[]:,-#&*!|>'\"%@`?~ \n\t\\\u0000é.0a";
    for (int i = 0; i < 3_000; i++) {
      StringBuilder yaml = new StringBuilder(ChannelsFileTest.FULL);
      for (int k = 0; k <= random.nextInt(4); k++) {
        char c = alphabet.charAt(random.nextInt(alphabet.length()));
        yaml.setCharAt(random.nextInt(yaml.length()), c);
      }
      try {
        assertThat(Tables.load(folder, yaml.toString()).table().channels()).isNotEmpty();
      } catch (InvalidChannelsException e) {
        assertThat(e.problems()).isNotEmpty();
        assertThat(e).hasMessageNotContaining("hunter2");
      }
    }
  }

  @Test
  void whatever_becomes_of_a_file_the_schema_accepts_it_if_the_loader_does() {
    JsonSchema schema = ChannelsSchemaTest.schema(Tables.KINDS);
    Random random = new Random(7);
    String alphabet = "{}[]:,-'\"% \n0123456789aAsSmhdkB.*TZ+null";
    int accepted = 0;
    for (int i = 0; i < 1_500; i++) {
      StringBuilder yaml = new StringBuilder(ChannelsFileTest.FULL);
      for (int k = 0; k <= random.nextInt(2); k++) {
        int at = random.nextInt(yaml.length());
        yaml.setCharAt(at, alphabet.charAt(random.nextInt(alphabet.length())));
      }
      try {
        Tables.load(folder, yaml.toString());
      } catch (InvalidChannelsException e) {
        continue;
      }
      accepted++;
      assertThat(schema.validate(ChannelsSchemaTest.yaml(yaml.toString())))
          .as(yaml.toString())
          .isEmpty();
    }
    assertThat(accepted).isGreaterThan(60);
  }
}
