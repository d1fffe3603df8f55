package org.intergov.outbound.message;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What cannot be seen is shown, and can be pasted back. */
class QuoteTest {
  @ParameterizedTest
  @CsvSource({
    "a\u202eb, a\\u202eb",
    "\u2066x\u2069, \\u2066x\\u2069",
    "a\u200bb, a\\u200bb",
    "a\u2028b, a\\u2028b",
    "\u3164, \\u3164",
    "a\u115fb, a\\u115fb",
    "a\u00a0b, a\\u00a0b",
    "tab\there, tab\\u0009here",
    "八 é, 八 é",
    "a\\b, a\\b",
    "a\\u0041, a\\u005cu0041"
  })
  void what_cannot_be_seen_is_escaped(String text, String shown) {
    assertThat(Quote.escaped(text)).isEqualTo(shown);
    assertThat(Quote.unescaped(shown)).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\\",
        "\\u",
        "\\\\u202e",
        "\\u{e0001}",
        "\udb40\udc01",
        "\\u{110000}",
        "a\nb\r\u0085",
        "$1\\0",
        "\ud83d\ude00"
      })
  void what_was_shown_can_be_given_back(String text) {
    assertThat(Quote.unescaped(Quote.escaped(text))).isEqualTo(text);
  }
}
