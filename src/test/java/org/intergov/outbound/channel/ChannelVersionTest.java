package org.intergov.outbound.channel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.intergov.outbound.delivery.Channels;
import org.junit.jupiter.api.Test;

/** Routes that are let go of only when nothing uses them. */
class ChannelVersionTest {
  private final ChannelVersion version =
      new ChannelVersion(
          Channels.table("c | ").channel("c").orElseThrow(), "c~2", List.of("c~2-post"), Map.of());

  @Test
  void unused_routes_are_let_go_of_at_once() {
    AtomicInteger told = new AtomicInteger();
    version.retire(told::incrementAndGet);
    assertThat(told).hasValue(1);
    assertThat(version.use()).isFalse();
    assertThat(version.isInUse()).isFalse();
  }

  @Test
  void routes_in_use_are_let_go_of_when_the_last_use_ends() {
    AtomicInteger told = new AtomicInteger();
    assertThat(version.use()).isTrue();
    assertThat(version.use()).isTrue();
    version.retire(told::incrementAndGet);
    version.end();
    assertThat(told).hasValue(0);
    assertThat(version.isInUse()).isTrue();
    version.end();
    assertThat(told).hasValue(1);
    assertThat(version.isInUse()).isFalse();
  }

  @Test
  void nobody_uses_what_has_been_let_go_of() throws InterruptedException {
    AtomicBoolean gone = new AtomicBoolean();
    AtomicInteger late = new AtomicInteger();
    CountDownLatch busy = new CountDownLatch(3);
    Thread[] users = new Thread[3];
    for (int i = 0; i < users.length; i++) {
      users[i] =
          new Thread(
              () -> {
                for (int n = 0; version.use(); n++) {
                  if (gone.get()) {
                    late.incrementAndGet();
                  }
                  version.end();
                  if (n == 1_000) {
                    busy.countDown();
                  }
                }
              });
      users[i].start();
    }
    assertThat(busy.await(5, TimeUnit.MINUTES)).isTrue();
    CountDownLatch told = new CountDownLatch(1);
    version.retire(
        () -> {
          gone.set(true);
          told.countDown();
        });
    assertThat(told.await(5, TimeUnit.MINUTES)).isTrue();
    for (Thread user : users) {
      user.join();
    }
    assertThat(late).hasValue(0);
  }
}
