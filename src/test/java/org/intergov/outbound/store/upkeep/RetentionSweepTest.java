package org.intergov.outbound.store.upkeep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.intergov.outbound.store.TestStore.posted;

import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.intergov.outbound.delivery.Delivery;
import org.intergov.outbound.delivery.PendingDelivery;
import org.intergov.outbound.delivery.PendingSettlement;
import org.intergov.outbound.postgres.PostgresBinaries;
import org.intergov.outbound.store.ChannelPending.CheckSlots;
import org.intergov.outbound.store.TestStore;
import org.intergov.outbound.store.upkeep.Retention.Batch;
import org.intergov.outbound.store.upkeep.Retention.Next;
import org.intergov.outbound.store.upkeep.Retention.Policy;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sweeps: batch after batch, beside other replicas, beside the flow. */
class RetentionSweepTest {
  private static final Policy A_DAY =
      new Policy(Duration.ofDays(1), Optional.of(Duration.ofDays(1)), true);
  private static TestStore store;
  private static Retention retention;

  @BeforeAll
  static void start() {
    store = TestStore.start();
    retention = new Retention(store.outboxDatabase, A_DAY, 10);
  }

  @AfterAll
  static void stop() {
    store.close();
  }

  @BeforeEach
  void clear() {
    store.clear();
    store.run("ALTER TABLE delivery_outbox ALTER COLUMN id RESTART");
  }

  @Test
  void a_walk_goes_forward_in_batches_past_what_must_stay() {
    fill(25);
    store.run("UPDATE delivery_outbox SET status = 'held' WHERE id BETWEEN 5 AND 16");

    assertThat(retention.outbox(0)).isEqualTo(new Batch(Next.MORE, 10, 4));
    assertThat(retention.outbox(10)).isEqualTo(new Batch(Next.MORE, 20, 4));
    assertThat(retention.outbox(20)).isEqualTo(new Batch(Next.END, 25, 5));

    assertThat(ids("delivery_outbox")).hasSize(12);
    assertThat(ids("delivery_outbox_archive")).hasSize(13);
  }

  @Test
  void a_walk_ends_where_all_are_young_and_not_at_one_that_seems_to_be() {
    fill(40);
    store.run("UPDATE delivery_outbox SET created_at = now() WHERE id > 20");
    store.run("UPDATE delivery_outbox SET created_at = now() + interval '9 years' WHERE id = 3");

    assertThat(retention.outbox(0)).isEqualTo(new Batch(Next.MORE, 10, 9));
    assertThat(retention.outbox(10)).isEqualTo(new Batch(Next.MORE, 20, 10));
    assertThat(retention.outbox(20)).isEqualTo(new Batch(Next.END, 30, 0));
  }

  @Test
  void an_empty_table_ends_a_walk() {
    assertThat(retention.outbox(0)).isEqualTo(new Batch(Next.END, 0, 0));
    assertThat(retention.journal(0)).isEqualTo(new Batch(Next.END, 0, 0));
  }

  @Test
  void a_row_that_somebody_has_locked_is_not_waited_for() {
    fill(5);

    store.outboxDatabase.transaction(
        connection -> {
          try (Statement s = connection.createStatement()) {
            s.execute("SELECT FROM delivery_outbox WHERE id = 3 FOR UPDATE");
            assertThat(retention.outbox(0).left()).isEqualTo(4);
            return null;
          }
        });

    assertThat(retention.outbox(0).left()).isEqualTo(1);
  }

  @Test
  void while_another_replica_is_at_it_nothing_is_done() {
    fill(5);

    store.outboxDatabase.transaction(
        connection -> {
          try (Statement s = connection.createStatement()) {
            s.execute("SELECT pg_advisory_xact_lock(hashtextextended('intergov.retention', 0))");
            assertThat(retention.outbox(0).next()).isEqualTo(Next.ANOTHER_REPLICA);
            assertThat(retention.journal(0).next()).isEqualTo(Next.ANOTHER_REPLICA);
            return null;
          }
        });

    assertThat(retention.outbox(0).left()).as("it has ended, however").isEqualTo(5);
  }

  @Test
  void four_replicas_at_once_let_each_row_leave_once() throws Exception {
    fill(2_000);
    Callable<Integer> replica =
        () -> {
          int left = 0;
          while (!ids("delivery_outbox").isEmpty()) {
            left += sweep(retention);
          }
          return left;
        };

    List<Integer> left = TestStore.atOnce(List.of(replica, replica, replica, replica));

    assertThat(left.stream().mapToInt(Integer::intValue).sum()).isEqualTo(2_000);
    assertThat(ids("delivery_outbox_archive")).doesNotHaveDuplicates().hasSize(2_000);
  }

  /** Everything finished leaves at once, while three threads deliver, refuse and follow. */
  @Test
  void beside_the_flow_nothing_is_lost_and_nobody_waits_for_another_in_a_circle() throws Exception {
    Duration atOnce = Duration.ZERO;
    Retention eager =
        new Retention(store.outboxDatabase, new Policy(atOnce, Optional.of(atOnce), true), 50);
    AtomicInteger working = new AtomicInteger(3);
    List<Callable<Integer>> all = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      String lane = "lane" + i;
      all.add(
          () -> {
            try {
              return flow(lane, 40);
            } finally {
              working.decrementAndGet();
            }
          });
    }
    all.add(
        () -> {
          int swept = 0;
          while (working.get() > 0) {
            swept += sweep(eager);
          }
          return swept;
        });
    long deadlocks = deadlocks();

    int swept = TestStore.atOnce(all).get(3);
    store.applyUpdates();
    store.applyRejections();
    sweep(eager);

    assertThat(swept).as("rows that left while the flow went on").isPositive();
    assertThat(deadlocks()).isEqualTo(deadlocks);
    assertThat(ids("delivery_outbox")).isEmpty();
    assertThat(ids("delivery_outbox_archive")).doesNotHaveDuplicates().hasSize(3 * 40 * 20);
    assertThat(store.ask("SELECT seq FROM delivery_status")).isEmpty();
    String stories =
        "SELECT DISTINCT string_agg(event, ' ' ORDER BY seq) FROM delivery_status_archive"
            + " GROUP BY message_id";
    assertThat(store.ask(stories))
        .containsExactlyInAnyOrder("submitted posted accepted", "submitted refused rejected");
    assertThat(store.ask("SELECT status || ' ' || count(*) FROM message_lake GROUP BY status"))
        .containsExactlyInAnyOrder("accepted 1200", "rejected 1200");
  }

  /** Rounds of 20 messages: ten are delivered and become final, ten are refused. */
  private static int flow(String lane, int rounds) {
    for (int round = 0; round < rounds; round++) {
      String prefix = lane + "-" + round + "-";
      store.submissions.store(TestStore.submissions(lane, prefix, 20));
      List<Delivery> claimed = store.claim(lane, 20);
      assertThat(claimed).hasSize(20);
      store.settlements.deliveries(
          claimed.subList(0, 10).stream().map(d -> posted(d, "t" + d.id(), true)).toList());
      store.settlements.deliveries(
          claimed.subList(10, 20).stream().map(TestStore::refused).toList());
      store.applyUpdates();
      List<PendingDelivery> followed =
          store.pending.claim(
              List.of(
                  new CheckSlots(
                      lane, 20, A_DAY.outbox(), Duration.ZERO, Duration.ZERO, A_DAY.outbox())),
              List.of(),
              UUID.randomUUID());
      assertThat(followed).hasSize(10);
      store.settlements.pending(followed.stream().map(RetentionSweepTest::done).toList());
      store.applyRejections();
    }
    return rounds;
  }

  private static PendingSettlement done(PendingDelivery d) {
    return new PendingSettlement(
        d, PendingSettlement.Next.DELETE, null, null, null, null, List.of());
  }

  /** As the sweeper does it; returns how many outbox rows left. */
  private static int sweep(Retention retention) {
    int left = 0;
    Batch batch = new Batch(Next.MORE, 0, 0);
    while (batch.next() == Next.MORE) {
      batch = retention.outbox(batch.cursor());
      left += batch.left();
    }
    batch = new Batch(Next.MORE, 0, 0);
    while (batch.next() == Next.MORE) {
      batch = retention.journal(batch.cursor());
    }
    return left;
  }

  private static void fill(int rows) {
    store.run(
        """
        INSERT INTO delivery_outbox (sender, sender_ref, receiver, subject, obj, predicate, status,
          admitted, created_at, updated_at)
        SELECT 'AU', 'r' || n, 'SG', 's', 'o', 'p', 'accepted', true,
          now() - interval '2 days', now() - interval '2 days'
        FROM generate_series(1, %d) n
        """
            .formatted(rows));
  }

  private static List<String> ids(String table) {
    return store.ask("SELECT id FROM " + table);
  }

  private static long deadlocks() {
    if (PostgresBinaries.isAtLeast(15)) { // before, it counts at once
      store.run("SELECT pg_stat_force_next_flush()");
    }
    return Long.parseLong(
        store
            .ask("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
            .get(0));
  }
}
