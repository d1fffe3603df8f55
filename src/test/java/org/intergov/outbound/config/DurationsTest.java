package org.intergov.outbound.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {

  @ParameterizedTest
  @CsvSource({
    "500ms,PT0.5S",
    "2s,PT2S",
    "5m,PT5M",
    "1h,PT1H",
    "7d,PT168H",
    "0s,PT0S",
    "9s,PT9S",
    "999999999ms,PT277H46M39.999S",
    "1500ms,PT1.5S"
  })
  void a_duration_is_read_and_written_alike(String text, Duration duration) {
    assertThat(Durations.parse(text)).isEqualTo(duration);
    assertThat(Durations.format(duration)).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "5", "s", "-1s", "1.5s", "1 s", "1S", "1h30m", "P1D", "9999999999s", "٣s"})
  void anything_else_is_refused(String text) {
    assertThatThrownBy(() -> Durations.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("found \"" + text + "\", expected a duration such as 500ms, 2s, 5m, 1h or 7d");
  }
}
