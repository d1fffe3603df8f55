package org.intergov.outbound.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What runs for many callers, one run at a time, and goes on running whatever a run does. */
@Timeout(60)
class OneAtATimeTest {
  private final List<Throwable> failures = new CopyOnWriteArrayList<>();
  private final OneAtATime one = new OneAtATime(failures::add);
  private final AtomicInteger runs = new AtomicInteger();
  private final ExecutorService threads = Executors.newCachedThreadPool();

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  @Test
  void a_call_runs_it_in_the_thread_of_the_caller() {
    List<Thread> by = new ArrayList<>();

    one.run(() -> by.add(Thread.currentThread()));

    assertThat(by).containsExactly(Thread.currentThread());
  }

  @Test
  void a_call_made_while_it_runs_returns_at_once_and_makes_it_run_once_more() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    var first =
        threads.submit(
            () ->
                one.run(
                    () -> {
                      runs.incrementAndGet();
                      running.countDown();
                      awaitLatch(goOn);
                    }));
    awaitLatch(running);

    for (int i = 0; i < 10; i++) {
      one.run(
          () -> assertThat(runs).as("the task of a call meanwhile is not run here").hasValue(-1));
    }
    assertThat(runs).as("they have returned while it runs").hasValue(1);

    goOn.countDown();
    first.get(5, TimeUnit.MINUTES);
    assertThat(runs).as("ten calls, one more run").hasValue(2);
  }

  @Test
  void a_call_from_within_does_not_recurse() {
    List<String> order = new ArrayList<>();

    one.run(
        () -> {
          order.add("begins");
          if (runs.incrementAndGet() < 3) {
            one.run(() -> order.add("never run by itself"));
          }
          order.add("ends");
        });

    assertThat(order).containsExactly("begins", "ends", "begins", "ends", "begins", "ends");
  }

  @Test
  void many_callers_never_run_it_at_the_same_time_and_no_call_is_without_a_run_after_it()
      throws Exception {
    int callers = 8;
    int calls = 2_000;
    AtomicInteger made = new AtomicInteger();
    AtomicInteger seen = new AtomicInteger();
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    Runnable task =
        () -> {
          most.accumulateAndGet(inside.incrementAndGet(), Math::max);
          seen.set(made.get());
          inside.decrementAndGet();
        };
    List<java.util.concurrent.Future<?>> running = new ArrayList<>();
    for (int i = 0; i < callers; i++) {
      running.add(
          threads.submit(
              () -> {
                for (int n = 0; n < calls; n++) {
                  made.incrementAndGet();
                  one.run(task);
                }
              }));
    }
    for (var caller : running) {
      caller.get(5, TimeUnit.MINUTES);
    }

    assertThat(most).hasValue(1);
    assertThat(seen).as("the last run has seen the last call").hasValue(callers * calls);
  }

  @Test
  void a_run_that_fails_does_not_stop_later_calls() {
    one.run(
        () -> {
          throw new IllegalStateException("this one fails");
        });

    one.run(runs::incrementAndGet);

    assertThat(runs).hasValue(1);
    assertThat(failures).hasSize(1).first().isInstanceOf(IllegalStateException.class);
  }

  @Test
  void an_error_does_not_stop_later_calls_either() {
    one.run(
        () -> {
          throw new StackOverflowError("this one fails");
        });

    one.run(runs::incrementAndGet);

    assertThat(runs).hasValue(1);
    assertThat(failures).hasSize(1).first().isInstanceOf(StackOverflowError.class);
  }

  @Test
  void a_call_made_during_a_run_that_fails_is_not_forgotten() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    threads.submit(
        () ->
            one.run(
                () -> {
                  if (runs.incrementAndGet() == 1) {
                    running.countDown();
                    awaitLatch(goOn);
                    throw new IllegalStateException("this one fails");
                  }
                }));
    awaitLatch(running);
    one.run(() -> {});

    goOn.countDown();

    await().until(() -> runs.get() == 2);
  }

  private static void awaitLatch(CountDownLatch latch) {
    try {
      assertThat(latch.await(5, TimeUnit.MINUTES)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
