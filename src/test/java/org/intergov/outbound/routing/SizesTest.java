package org.intergov.outbound.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.intergov.outbound.config.channels.Loaded;
import org.intergov.outbound.config.channels.Tables;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SizesTest {

  @ParameterizedTest
  @CsvSource({
    "512B,512",
    "64kB,64000",
    "64KiB,65536",
    "1MB,1000000",
    "256MiB,268435456",
    "1500B,1500",
    "0B,0",
    "999999999B,999999999"
  })
  void a_size_is_read_and_written_alike(String text, long bytes) {
    assertThat(Sizes.parse(text)).isEqualTo(bytes);
    assertThat(Sizes.format(bytes)).isEqualTo(text);
    assertThat(text).matches(Sizes.PATTERN);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "5", "kB", "-1B", "1.5kB", "1 kB", "1KB", "1kb", "9999999999B"})
  void anything_else_is_refused(String text) {
    assertThatThrownBy(() -> Sizes.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("found \"" + text + "\", expected a size such as 512B");
    assertThat(text).doesNotMatch(Sizes.PATTERN);
  }

  @Test
  void a_screen_for_messages_larger_than_any_is_a_warning(@TempDir Path folder) throws Exception {
    Loaded loaded =
        Tables.load(
            folder,
            """
            channels:
              - id: a
                match: { receiver: SG }
                kind: sqs
                parameters: { queue: q }
                screen:
                  deny:
                    - { size: { more-than: 256kB } }
            """);

    assertThat(loaded.warnings())
        .singleElement()
        .satisfies(
            w -> {
              assertThat(w.line()).isEqualTo(8);
              assertThat(w.path()).isEqualTo("channels[0].screen.deny[0]");
              assertThat(w.toString()).contains("size: { more-than: 256kB }", "a message can have");
            });
  }
}
