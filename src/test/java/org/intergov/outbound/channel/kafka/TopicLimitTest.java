package org.intergov.outbound.channel.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalInt;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.junit.jupiter.api.Test;

/** What servers say about the size of a batch. */
class TopicLimitTest {
  private static OptionalInt said(String value) {
    return TopicLimit.limit(new ConfigEntry("max.message.bytes", value));
  }

  @Test
  void a_number_is_the_limit_and_anything_else_is_none() {
    assertThat(said("1048588")).hasValue(1_048_588);
    assertThat(said(" 20000 ")).hasValue(20_000);
    assertThat(said("1 MB")).isEmpty();
    assertThat(said("")).isEmpty();
    assertThat(said(null)).isEmpty();
    assertThat(TopicLimit.limit(null)).isEmpty();
  }
}
