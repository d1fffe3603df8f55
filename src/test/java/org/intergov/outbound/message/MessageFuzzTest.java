package org.intergov.outbound.message;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** Bodies that nobody thought of. */
class MessageFuzzTest {
  private static final String GOOD =
      "{\"sender\":\"AU\",\"receiver\":\"SG\",\"subject\":\"AU.abn1.x\",\"obj\":\"QmHash\","
          + "\"predicate\":\"UN.CEFACT.created\",\"sender_ref\":\"r-1\"}";

  private final MessageReader reader = new MessageReader(new MessageRules("AU"), 2_000);

  @Test
  void random_bytes_never_throw() {
    Random random = new Random(7);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = new byte[random.nextInt(60)];
      random.nextBytes(bytes);
      assertThat(reader.read(bytes)).isInstanceOf(ReadResult.Invalid.class);
    }
  }

  @Test
  void mutated_messages_are_read_or_refused_but_never_throw() {
    Random random = new Random(8);
    String alphabet = "{}[]\":,\\u0d8tnfe-.#AU \n\u0000é";
    for (int i = 0; i < 50_000; i++) {
      byte[] bytes = GOOD.getBytes(UTF_8);
      for (int k = 0; k <= random.nextInt(4); k++) {
        bytes[random.nextInt(bytes.length)] =
            random.nextInt(4) == 0
                ? (byte) random.nextInt(256)
                : (byte) alphabet.charAt(random.nextInt(alphabet.length()));
      }
      ReadResult result = reader.read(bytes, 0, bytes.length - random.nextInt(3));
      if (result instanceof ReadResult.Read read) {
        assertThat(new MessageRules("AU").check(read.message())).isEmpty();
      } else if (result instanceof ReadResult.Invalid invalid) {
        assertThat(invalid.violations()).isNotEmpty();
      }
    }
  }
}
