package org.intergov.outbound.message;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a message is found in the API, whatever its reference. */
class MessagePathTest {
  @ParameterizedTest
  @CsvSource({
    "AU:the-ref, '', /messages/AU:the-ref",
    "AU:the-ref, /journal, /messages/AU:the-ref/journal",
    "AU:a b/c~d%?#é+, '', /messages/AU:a%20b%2Fc~d%25%3F%23%C3%A9%2B",
    "AU:a/../b, '', /messages/-?reference=AU:a%2F..%2Fb",
    "AU:a//b, /journal, /messages/-/journal?reference=AU:a%2F%2Fb"
  })
  void a_reference_that_a_path_may_not_have_stands_in_the_query(
      String reference, String rest, String path) {
    assertThat(MessagePath.of(reference, rest)).isEqualTo(path);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a//b", "a/./b", "a/..", "../a", ".", "a\\b"})
  void a_path_that_a_server_could_shorten_is_ambiguous(String path) {
    assertThat(MessagePath.isAmbiguous(path)).isTrue();
  }

  @Test
  void dots_inside_a_segment_are_harmless() {
    assertThat(MessagePath.isAmbiguous("AU:a.b/..c/d../e...f")).isFalse();
  }
}
