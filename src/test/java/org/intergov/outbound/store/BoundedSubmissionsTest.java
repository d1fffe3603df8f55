package org.intergov.outbound.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.intergov.outbound.store.Submissions.Result;
import org.intergov.outbound.store.database.StoreBusyException;
import org.intergov.outbound.store.views.QueueStates;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What intake does when messages pile up, or the database does not keep up. */
class BoundedSubmissionsTest {
  private static final Duration PATIENCE = Duration.ofMillis(300);

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

  private static BoundedSubmissions bounded(long mostBacklog, int atOnce) {
    QueueStates queues = new QueueStates(store.outboxDatabase);
    Backlog backlog = new Backlog(mostBacklog, queues::waiting, System::nanoTime);
    return new BoundedSubmissions(store.submissions, backlog, atOnce, PATIENCE);
  }

  private static List<Result> store(BoundedSubmissions bounded, String prefix, int count) {
    return bounded.store(TestStore.submissions("a", prefix, count));
  }

  private static String rows() {
    return store.ask("SELECT count(*) FROM delivery_outbox").get(0);
  }

  @Test
  void a_full_backlog_takes_nothing_until_messages_have_left() {
    BoundedSubmissions bounded = bounded(20, 2);
    assertThat(store(bounded, "first-", 20)).hasSize(20).containsOnly(Result.CREATED);

    assertThatThrownBy(() -> store(bounded, "second-", 1))
        .isInstanceOf(StoreBusyException.class)
        .hasMessageContaining("20 messages wait");
    assertThat(rows()).isEqualTo("20");

    store.run("UPDATE delivery_outbox SET status = 'accepted' WHERE sender_ref = 'first-7'");
    await()
        .ignoreException(StoreBusyException.class)
        .until(() -> store(bounded, "second-", 1), List.of(Result.CREATED)::equals);
  }

  @Test
  void what_was_there_already_does_not_fill_the_backlog() {
    BoundedSubmissions bounded = bounded(20, 2);
    store(bounded, "same-", 15);
    assertThat(store(bounded, "same-", 15)).containsOnly(Result.EXISTS);
    assertThat(store(bounded, "other-", 1)).containsExactly(Result.CREATED);
  }

  @Test
  void only_what_is_unfinished_waits_and_is_counted_no_further_than_asked() {
    store.submissions.store(TestStore.submissions("a", "m-", 10));
    store.run("UPDATE delivery_outbox SET status = 'held' WHERE sender_ref = 'm-1'");
    store.run(
        "UPDATE delivery_outbox SET status = 'sending', lock_token = gen_random_uuid() WHERE sender_ref = 'm-2'");
    QueueStates queues = new QueueStates(store.outboxDatabase);

    assertThat(queues.waiting(1_000)).isEqualTo(9);
    assertThat(queues.waiting(4)).isEqualTo(4);
  }

  @Test
  void a_database_that_is_stuck_has_intake_wait_on_its_own_share_of_the_connections() {
    BoundedSubmissions bounded = bounded(1_000, 2);
    store(bounded, "before-", 1);
    ExecutorService clients = Executors.newCachedThreadPool();
    try {
      List<Future<List<Result>>> stuck = new ArrayList<>();
      store.outboxDatabase.transaction(
          locking -> {
            try (var s = locking.createStatement()) {
              s.execute("LOCK TABLE delivery_outbox IN SHARE MODE");
            }
            for (int i = 0; i < 2; i++) {
              String prefix = "stuck-" + i + "-";
              stuck.add(clients.submit(() -> store(bounded, prefix, 1)));
            }
            await().until(() -> waitingForLocks() == 2);

            assertThatThrownBy(() -> store(bounded, "third-", 1))
                .isInstanceOf(StoreBusyException.class)
                .hasMessageContaining("busy");
            assertThat(waitingForLocks()).isEqualTo(2);
            assertThat(rows()).as("others still read").isEqualTo("1");
            return null;
          });
      await().until(() -> stuck.stream().allMatch(Future::isDone));
      assertThat(store(bounded, "third-", 1)).containsExactly(Result.CREATED);
      assertThat(rows()).isEqualTo("4");
    } finally {
      clients.shutdownNow();
    }
  }

  private static long waitingForLocks() {
    return Long.parseLong(store.ask("SELECT count(*) FROM pg_locks WHERE NOT granted").get(0));
  }
}
