package org.intergov.outbound.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.intergov.outbound.store.ChannelStates.Pause;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Lanes that an operator has paused. */
class ChannelStatesTest {
  private static TestStore store;

  @BeforeAll
  static void start() {
    store = TestStore.start();
  }

  @AfterAll
  static void stop() {
    store.close();
  }

  @BeforeEach
  void clear() {
    store.clear();
  }

  @Test
  void who_paused_a_lane_is_kept_with_when_and_why() {
    store.channels.pause("a", "an operator", "their\nmigration");

    Pause pause = store.channels.paused().get("a");
    assertThat(pause.at()).isBetween(Instant.now().minus(Duration.ofMinutes(1)), Instant.now());
    assertThat(pause.by()).isEqualTo("an operator");
    assertThat(pause.reason()).isEqualTo("their migration");
  }

  @Test
  void pausing_twice_keeps_the_first_and_resuming_twice_is_harmless() {
    store.channels.pause("a", "first", null);
    Instant since = store.channels.paused().get("a").at();
    store.channels.pause("a", "second", "now with a reason");
    store.channels.pause("a", "third", null);
    assertThat(store.channels.paused())
        .containsEntry("a", new Pause(since, "first", "now with a reason"));

    assertThat(store.channels.resume("a", "test")).isTrue();
    assertThat(store.channels.resume("a", "test")).isFalse();
    assertThat(store.channels.paused()).isEmpty();
    store.channels.reloaded("third", "added b");
    assertThat(
            store.ask(
                "SELECT channel_id || ' ' || action || ' ' || who FROM channel_journal"
                    + " WHERE channel_id IS NOT NULL ORDER BY seq"))
        .containsExactly("a paused first", "a paused second", "a paused third", "a resumed test");
    assertThat(
            store.ask("SELECT who || ': ' || detail FROM channel_journal WHERE channel_id IS NULL"))
        .containsExactly("third: added b");
    store.submit("a", "1");
    assertThat(store.claim("a", 10)).hasSize(1);
  }

  @Test
  void a_paused_lane_with_an_order_is_not_claimed_either() {
    store.submit("a", "1");
    store.channels.pause("a", "an operator", null);
    assertThat(OrderedLanesTest.claim(store, 10)).isEmpty();

    store.channels.resume("a", "test");
    assertThat(OrderedLanesTest.references(OrderedLanesTest.claim(store, 10)))
        .isEqualTo(List.of("1"));
  }
}
