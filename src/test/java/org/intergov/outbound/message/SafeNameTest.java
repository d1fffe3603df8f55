package org.intergov.outbound.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SafeNameTest {

  private static String nameOf(String senderRef, int generation) {
    return SafeName.of(
        IdempotencyKey.of(new Message("AU", senderRef, "SG", "s", "o", "p"), generation));
  }

  @Test
  void a_plain_reference_stays_readable() {
    assertThat(nameOf("the-ref_1.2", 1)).isEqualTo("AU%3Athe-ref_1.2");
    assertThat(nameOf("the-ref", 2)).isEqualTo("AU%3Athe-ref%232");
  }

  @Test
  void letters_and_digits_stay_and_their_neighbours_are_encoded() {
    assertThat(nameOf("azAZ09", 1)).isEqualTo("AU%3AazAZ09");
    assertThat(nameOf("`{@[/:", 1)).isEqualTo("AU%3A%60%7B%40%5B%2F%3A");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../../etc/passwd",
        "a/b\\c",
        "..",
        "x y",
        "${header.x}",
        "{{env:PATH}}",
        "name?fileName=evil&x",
        "straße-日本-😀",
        "100%41",
        "a~b",
        "CON:|<>\"*"
      })
  void what_a_reference_holds_never_reaches_a_file_system(String ref) {
    String name = nameOf(ref, 1);
    assertThat(name).matches("AU%3A[A-Za-z0-9._%-]*").hasSizeLessThanOrEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a/b", "x:y", "..", "{{env:PATH}}", "a+b", "a~b"})
  void a_name_decodes_to_its_key(String ref) {
    String key = "AU:" + ref;
    assertThat(URLDecoder.decode(SafeName.of(key), StandardCharsets.UTF_8)).isEqualTo(key);
  }

  @Test
  void different_keys_have_different_names() {
    List<String> refs =
        List.of(
            "a",
            "A",
            "a%3A",
            "a:",
            "a/",
            "a%2F",
            "ä",
            "a~",
            "x".repeat(256),
            "x".repeat(255),
            "x".repeat(255) + "y",
            "日".repeat(256),
            "日".repeat(255) + "本");
    Set<String> names = new HashSet<>();
    for (String ref : refs) {
      assertThat(names.add(nameOf(ref, 1))).as(ref).isTrue();
      assertThat(names.add(nameOf(ref, 2))).as(ref + " again").isTrue();
    }
  }

  @Test
  void a_long_name_is_cut_to_what_a_file_system_takes_and_stays_the_same() {
    assertThat(nameOf("x".repeat(195), 1)).isEqualTo("AU%3A" + "x".repeat(195));
    assertThat(nameOf("x".repeat(196), 1)).hasSize(200).contains("xxx~");
    String name = nameOf("日".repeat(256), 1);
    assertThat(name).hasSize(200).contains("~").isEqualTo(nameOf("日".repeat(256), 1));
  }
}
