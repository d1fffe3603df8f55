package org.intergov.outbound.channel.sqs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Making batches of what comes one by one. */
class GathererTest {
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final ConcurrentLinkedQueue<List<Integer>> batches = new ConcurrentLinkedQueue<>();

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  @Test
  void what_comes_while_others_are_at_work_is_the_next_batch() throws InterruptedException {
    CountDownLatch go = new CountDownLatch(1);
    CountDownLatch first = new CountDownLatch(1);
    Gatherer<Integer> gatherer =
        new Gatherer<>(
            10,
            1_000,
            i -> 1,
            1,
            threads,
            batch -> {
              first.countDown();
              awaitQuietly(go);
              batches.add(batch);
            });
    gatherer.add(0);
    first.await();
    IntStream.rangeClosed(1, 25).forEach(gatherer::add);
    go.countDown();

    await().until(() -> batches.stream().mapToInt(List::size).sum() == 26);
    assertThat(batches).extracting(List::size).containsExactly(1, 10, 10, 5);
    List<Integer> order = new ArrayList<>();
    batches.forEach(order::addAll);
    assertThat(order).isEqualTo(IntStream.rangeClosed(0, 25).boxed().toList());
  }

  @Test
  void an_error_in_one_batch_does_not_end_the_worker() {
    Gatherer<Integer> gatherer =
        new Gatherer<>(
            1,
            1_000,
            i -> 1,
            1,
            threads,
            batch -> {
              if (batch.get(0) == 1) {
                throw new StackOverflowError("of this test");
              }
              batches.add(batch);
            });
    IntStream.rangeClosed(1, 3).forEach(gatherer::add);
    await().until(() -> batches.size() == 2);
    gatherer.add(4);
    await().until(() -> batches.size() == 3);
  }

  @Test
  void what_is_held_when_an_error_comes_is_let_go_and_the_next_is_worked_on() {
    HeldBatches<Integer, Integer> held =
        new HeldBatches<>(
            "of-this-test",
            () -> false,
            all -> {
              if (all.contains(1)) {
                throw new StackOverflowError("of this test");
              }
              return all;
            });
    assertThatThrownBy(() -> held.add(1).toCompletableFuture().get(1, TimeUnit.MINUTES))
        .hasCauseInstanceOf(StackOverflowError.class);
    assertThat(held.add(2).toCompletableFuture())
        .succeedsWithin(Duration.ofMinutes(1))
        .isEqualTo(2);
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void a_batch_is_no_larger_than_it_may_be_unless_it_is_of_one() {
    List<Runnable> asked = new ArrayList<>();
    Gatherer<Integer> gatherer = new Gatherer<>(10, 100, i -> i, 1, asked::add, batches::add);
    List.of(60, 40, 1, 500, 60, 60).forEach(gatherer::add);
    asked.get(0).run();

    assertThat(batches)
        .containsExactly(List.of(60, 40), List.of(1), List.of(500), List.of(60), List.of(60));
  }

  @Test
  void no_more_work_at_once_than_they_may_and_none_is_left_behind() {
    AtomicInteger atWork = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    AtomicInteger done = new AtomicInteger();
    Gatherer<Integer> gatherer =
        new Gatherer<>(
            3,
            1_000,
            i -> 1,
            4,
            threads,
            batch -> {
              most.accumulateAndGet(atWork.incrementAndGet(), Math::max);
              Thread.yield();
              atWork.decrementAndGet();
              done.addAndGet(batch.size());
            });
    IntStream.range(0, 4)
        .mapToObj(n -> threads.submit(() -> IntStream.range(0, 5_000).forEach(gatherer::add)))
        .toList()
        .forEach(
            f -> {
              try {
                f.get();
              } catch (Exception e) {
                throw new AssertionError(e);
              }
            });

    await().until(() -> done.get() == 20_000);
    assertThat(most.get()).isLessThanOrEqualTo(4);
  }

  @Test
  void a_batch_that_fails_keeps_nobody_back() {
    Gatherer<Integer> gatherer =
        new Gatherer<>(
            1,
            1_000,
            i -> 1,
            1,
            threads,
            batch -> {
              if (batch.get(0) == 1) {
                throw new IllegalStateException("this one");
              }
              batches.add(batch);
            });
    List.of(0, 1, 2).forEach(gatherer::add);

    await().until(() -> batches.size() == 2);
  }

  @Test
  void nothing_is_taken_once_nobody_works_any_more() {
    threads.shutdown();
    Gatherer<Integer> gatherer = new Gatherer<>(1, 1, i -> 1, 1, threads, batches::add);

    assertThatThrownBy(() -> gatherer.add(1)).isInstanceOf(RejectedExecutionException.class);
  }
}
