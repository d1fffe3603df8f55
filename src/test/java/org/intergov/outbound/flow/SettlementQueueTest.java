package org.intergov.outbound.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.intergov.outbound.store.Settlements.Written;
import org.intergov.outbound.store.database.Database;
import org.intergov.outbound.store.database.StoreUnavailableException;
import org.junit.jupiter.api.Test;

/** Outcomes that wait to be written: none is forgotten, none is written twice. */
class SettlementQueueTest {
  private final List<String> table = new ArrayList<>();
  private final List<String> told = new ArrayList<>();
  private int writesUntilAway = Integer.MAX_VALUE;

  @Test
  void what_has_gathered_is_one_batch() {
    List<Integer> sizes = new ArrayList<>();
    SettlementQueue<String> queue = queue(null);
    IntStream.range(0, 1_200).forEach(i -> queue.add("s" + i));

    assertThat(queue.write(w -> sizes.add(w.settled()))).isTrue();

    assertThat(sizes).containsExactly(500, 500, 200);
    assertThat(told).hasSize(1_200).isEqualTo(table);
  }

  @Test
  void what_many_add_while_it_is_written_is_written_once_and_in_their_order() throws Exception {
    List<Integer> sizes = new ArrayList<>();
    SettlementQueue<String> queue = queue(null);
    int adders = 8;
    int each = 2_000;
    ExecutorService threads = Executors.newFixedThreadPool(adders);
    try {
      CountDownLatch adding = new CountDownLatch(adders);
      for (int a = 0; a < adders; a++) {
        String adder = a + " ";
        threads.submit(
            () -> {
              IntStream.range(0, each).forEach(i -> queue.add(adder + i));
              adding.countDown();
            });
      }

      boolean all = false;
      while (!all) {
        all = adding.getCount() == 0;
        assertThat(queue.write(w -> sizes.add(w.settled()))).isTrue();
      }
    } finally {
      threads.shutdownNow();
    }

    assertThat(queue.isEmpty()).isTrue();
    assertThat(sizes).allSatisfy(size -> assertThat(size).isBetween(1, 500));
    assertThat(table).hasSize(adders * each).isEqualTo(told);
    for (int a = 0; a < adders; a++) {
      String adder = a + " ";
      assertThat(table.stream().filter(s -> s.startsWith(adder)))
          .containsExactlyElementsOf(IntStream.range(0, each).mapToObj(i -> adder + i).toList());
    }
  }

  @Test
  void while_the_database_is_away_outcomes_are_kept_in_order() {
    SettlementQueue<String> queue = queue(null);
    writesUntilAway = 0;
    queue.add("a");
    assertThat(queue.write(w -> {})).isFalse();
    queue.add("b");
    assertThat(queue.write(w -> {})).isFalse();
    assertThat(told).isEmpty();

    writesUntilAway = Integer.MAX_VALUE;
    assertThat(queue.write(w -> {})).isTrue();
    assertThat(table).containsExactly("a", "b");
  }

  @Test
  void one_that_the_database_refuses_does_not_keep_the_others_back() {
    SettlementQueue<String> queue = queue(null);
    IntStream.range(0, 10).forEach(i -> queue.add(i == 3 ? "poison" : "s" + i));

    assertThat(queue.write(w -> {})).isTrue();

    assertThat(table).hasSize(9).doesNotContain("poison");
    assertThat(told).hasSize(10);
  }

  @Test
  void what_stands_in_for_it_is_written_instead() {
    SettlementQueue<String> queue = queue("held");
    queue.add("a");
    queue.add("poison");

    queue.write(w -> {});

    assertThat(table).containsExactly("a", "held");
  }

  @Test
  void if_that_is_refused_too_the_rest_goes_on() {
    SettlementQueue<String> queue = queue("poison");
    queue.add("poison");
    queue.add("b");

    assertThat(queue.write(w -> {})).isTrue();
    assertThat(table).containsExactly("b");
  }

  @Test
  void an_error_that_nobody_expected_is_isolated_and_counted_and_the_rest_goes_on() {
    long before = Faults.count("other");
    SettlementQueue<String> queue =
        new SettlementQueue<>(
            "test",
            (batch, once) -> {
              if (batch.contains("odd")) {
                throw new ArithmeticException("nobody expected this");
              }
              return write(batch);
            },
            s -> s.equals("odd") ? "held" : null,
            s -> {
              told.add(s);
              if (s.equals("a")) {
                throw new NullPointerException("nor this");
              }
            });
    for (String s : List.of("a", "odd", "b")) {
      queue.add(s);
    }

    assertThat(queue.write(w -> {})).isTrue();

    assertThat(table).containsExactly("a", "held", "b");
    assertThat(told).containsExactly("a", "held", "b");
    assertThat(queue.isEmpty()).isTrue();
    assertThat(Faults.count("other")).isGreaterThan(before);
  }

  @Test
  void what_is_written_before_the_database_goes_away_is_not_written_again() {
    SettlementQueue<String> queue = queue("held");
    for (String s : List.of("a", "b", "c", "poison")) {
      queue.add(s);
    }
    writesUntilAway = 1; // the first half, [a, b]

    assertThat(queue.write(w -> {})).isFalse();
    assertThat(table).containsExactly("a", "b");
    writesUntilAway = Integer.MAX_VALUE;
    assertThat(queue.write(w -> {})).isTrue();

    assertThat(table).containsExactly("a", "b", "c", "held");
    assertThat(told).containsExactly("a", "b", "c", "held");
  }

  private SettlementQueue<String> queue(String lastResort) {
    return new SettlementQueue<>("test", (batch, once) -> write(batch), s -> lastResort, told::add);
  }

  /** A database that holds text, but not poison, and may go away. */
  private Written write(List<String> batch) {
    if (batch.contains("poison")) {
      throw new IllegalStateException("refused");
    }
    if (writesUntilAway-- <= 0) {
      throw away();
    }
    table.addAll(batch);
    return new Written(batch.size(), 0, false, Map.of(), 0);
  }

  /** What the store says when its pool gives no connection. */
  private static StoreUnavailableException away() {
    Database closed = Database.connect("test", "jdbc:postgresql://127.0.0.1:1/none", "", "", 2);
    closed.close();
    return catchThrowableOfType(
        StoreUnavailableException.class, () -> closed.statement(connection -> null));
  }
}
