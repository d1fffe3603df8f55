package org.intergov.outbound.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The size of what a channel gets. */
class ChannelJsonTest {

  @Test
  void its_size_is_known_without_making_it() {
    Random random = new Random(11);
    int[] characters = {'a', ' ', '"', '\\', 0x1f, 0x7f, 0x80, 0x7ff, 0x800, 0xffff, 0x1f600};
    for (int i = 0; i < 2_000; i++) {
      StringBuilder subject = new StringBuilder();
      random
          .ints(random.nextInt(20), 0, characters.length)
          .forEach(n -> subject.appendCodePoint(characters[n]));
      Message m = new Message("AU", "ref", "SG", subject.toString(), "Qm", "UN.é");

      assertThat(m.channelBytes())
          .isEqualTo(m.channelJson().getBytes(StandardCharsets.UTF_8).length);
    }
  }

  @Test
  void no_message_that_may_travel_is_larger_than_said() {
    String four = "\ud835\udd38";
    String widest = four.repeat(512);
    Message m = new Message("AU", "r", "SG", four.repeat(2048), four.repeat(256), widest);

    assertThat(new MessageRules("AU").check(m)).isEmpty();
    assertThat(m.channelBytes()).isEqualTo(MessageRules.mostChannelBytes());
  }
}
