package org.intergov.outbound.message;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import org.junit.jupiter.api.Test;

/** What is UTF-8 and what is not: Java's own decoder has the last word. */
class Utf8Test {
  /**
   * The first and the last of each range that a byte of a character may be in, and those beside.
   */
  private static final int[] EDGES = {0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff};

  @Test
  void characters_at_the_edges_are_what_java_takes_for_them() {
    for (int lead = 0; lead < 0x100; lead++) {
      for (int second : EDGES) {
        agree(lead);
        agree('a', lead, second);
        for (int third : EDGES) {
          agree(lead, second, third);
          for (int fourth : EDGES) {
            agree(lead, second, third, fourth, 'a');
          }
        }
      }
    }
  }

  @Test
  void only_the_given_part_counts() {
    byte[] bytes = {(byte) 0xff, 'a', (byte) 0xc3, (byte) 0xa9, 'b', (byte) 0xff};

    assertThat(Utf8.firstInvalid(bytes, 1, 4)).isEqualTo(-1);
    assertThat(Utf8.firstInvalid(bytes, 1, 2)).as("half of a character").isEqualTo(2);
    assertThat(Utf8.firstInvalid(bytes, 1, 5)).isEqualTo(5);
  }

  @Test
  void the_mark_before_a_text_is_dropped_and_nothing_else() {
    assertThat(Utf8.withoutMark("\ufeffa\ufeff")).isEqualTo("a\ufeff");
    assertThat(Utf8.withoutMark("a")).isEqualTo("a");
    assertThat(Utf8.withoutMark("")).isEmpty();
  }

  @Test
  void a_text_with_a_replacement_character_could_not_be_read() {
    assertThat(Utf8.isGarbled("\ufffdber")).isTrue();
    assertThat(Utf8.isGarbled("über")).isFalse();
  }

  private static void agree(int... octets) {
    byte[] bytes = new byte[octets.length];
    for (int i = 0; i < octets.length; i++) {
      bytes[i] = (byte) octets[i];
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    boolean isFine = !UTF_8.newDecoder().decode(in, CharBuffer.allocate(9), true).isError();

    assertThat(Utf8.firstInvalid(bytes, 0, bytes.length))
        .as("%x", ByteBuffer.wrap(bytes))
        .isEqualTo(isFine ? -1 : in.position());
  }
}
