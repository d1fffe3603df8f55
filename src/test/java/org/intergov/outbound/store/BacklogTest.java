package org.intergov.outbound.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.intergov.outbound.store.database.StoreBusyException;
import org.junit.jupiter.api.Test;

/** When the backlog is counted, and when it is full. */
class BacklogTest {
  private static final long MOST = 100;

  private long now;
  private long waiting;
  private long counts;
  private Duration takes = Duration.ZERO;
  private final Backlog backlog = new Backlog(MOST, this::count, () -> now);

  private long count(long most) {
    counts++;
    now += takes.toNanos();
    return Math.min(waiting, most);
  }

  private void pass(Duration time) {
    now += time.toNanos();
  }

  private void assertFull() {
    assertThatThrownBy(backlog::admit)
        .isInstanceOfSatisfying(
            StoreBusyException.class,
            e -> assertThat(e.retryAfter()).isGreaterThanOrEqualTo(Duration.ofSeconds(1)));
  }

  private void assertRoom() {
    assertThatCode(backlog::admit).doesNotThrowAnyException();
  }

  @Test
  void what_waits_from_an_earlier_run_counts() {
    waiting = MOST;
    assertFull();
  }

  @Test
  void a_refusal_names_the_number_and_the_limit() {
    waiting = MOST - 1;
    backlog.admit();
    backlog.stored(24);
    assertThatThrownBy(backlog::admit).hasMessageContaining("123").hasMessageContaining("100");
  }

  @Test
  void a_thousand_requests_are_one_count() {
    for (int i = 0; i < 1_000; i++) {
      assertRoom();
    }
    assertThat(counts).isEqualTo(1);
  }

  @Test
  void what_is_stored_fills_it_without_a_count() {
    backlog.admit();
    backlog.stored(MOST - 1);
    assertRoom();
    backlog.stored(1);
    assertFull();
    assertThat(counts).isEqualTo(1);
  }

  @Test
  void once_messages_have_left_there_is_room_within_a_second() {
    waiting = MOST;
    assertFull();
    waiting = MOST - 1;
    pass(Duration.ofMillis(999));
    assertFull();
    pass(Duration.ofMillis(1));
    assertRoom();
  }

  @Test
  void what_others_insert_is_seen_after_ten_seconds() {
    assertRoom();
    waiting = MOST;
    pass(Duration.ofSeconds(9));
    assertRoom();
    pass(Duration.ofSeconds(1));
    assertFull();
  }

  @Test
  void a_count_that_takes_long_is_made_the_more_rarely() {
    takes = Duration.ofSeconds(2);
    assertRoom();
    pass(Duration.ofSeconds(39));
    assertRoom();
    assertThat(counts).isEqualTo(1);
    pass(Duration.ofSeconds(1));
    waiting = MOST;
    assertFull();
    assertThat(counts).isEqualTo(2);
    pass(Duration.ofSeconds(9));
    assertFull();
    assertThat(counts).isEqualTo(2);
  }

  @Test
  void what_was_stored_before_a_count_is_not_counted_twice() {
    assertRoom();
    backlog.stored(60);
    waiting = 60;
    pass(Duration.ofSeconds(10));
    assertRoom();
    backlog.stored(39);
    assertRoom();
    backlog.stored(1);
    assertFull();
  }

  @Test
  void while_one_counts_the_others_do_not_wait() throws Exception {
    CountDownLatch counting = new CountDownLatch(1);
    CountDownLatch othersDone = new CountDownLatch(1);
    Backlog slow =
        new Backlog(
            MOST,
            most -> {
              counting.countDown();
              return await(othersDone) ? 0 : most;
            },
            System::nanoTime);
    Callable<Boolean> first =
        () -> {
          slow.admit();
          return true;
        };
    Callable<Boolean> other =
        () -> {
          boolean begun = await(counting);
          slow.admit();
          othersDone.countDown();
          return begun;
        };
    assertThat(TestStore.atOnce(List.of(first, other))).containsOnly(true);
  }

  private static boolean await(CountDownLatch latch) {
    try {
      return latch.await(5, TimeUnit.MINUTES);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
