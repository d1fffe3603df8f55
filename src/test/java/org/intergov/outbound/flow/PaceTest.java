package org.intergov.outbound.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When a stage starts; an hour stands for a gap that no test waits out. */
@Timeout(60)
class PaceTest {
  private static final BooleanSupplier NOT_YET = () -> false;

  private final Pace pace = new Pace(Duration.ofHours(1));
  private final AtomicBoolean interrupted = new AtomicBoolean();
  private Thread stage;

  @AfterEach
  void stop() throws InterruptedException {
    if (stage != null) {
      stage.interrupt();
      stage.join();
    }
  }

  @Test
  void the_first_start_is_at_once() {
    assertThat(looksOf(pace)).as("it does not even look whether there is enough").isZero();
  }

  @Test
  void after_a_rest_it_starts_at_once() {
    Duration gap = Duration.ofMillis(20);
    Pace rested = new Pace(gap);
    rested.gather(NOT_YET);
    long started = System.nanoTime();
    await().until(() -> System.nanoTime() - started > gap.toNanos());

    assertThat(looksOf(rested)).as("it does not even look whether there is enough").isZero();
  }

  @Test
  void soon_after_a_start_it_gathers_until_there_is_enough() throws InterruptedException {
    AtomicBoolean isFull = new AtomicBoolean();
    AtomicInteger looks = new AtomicInteger();
    pace.gather(NOT_YET);
    gatherInAStage(
        () -> {
          looks.incrementAndGet();
          return isFull.get();
        });
    awaitGathering();

    int before = looks.get();
    pace.enough();
    await().until(() -> looks.get() > before);
    awaitGathering();
    assertThat(stage.isAlive()).as("it has looked, and there is not enough").isTrue();

    isFull.set(true);
    pace.enough();
    stage.join();
    assertThat(interrupted).isFalse();
  }

  @Test
  void with_a_full_batch_it_does_not_gather() {
    pace.gather(NOT_YET);
    AtomicInteger looks = new AtomicInteger();

    pace.gather(() -> looks.incrementAndGet() > 0);

    assertThat(looks).as("one look is enough").hasValue(1);
  }

  @Test
  void what_was_enough_for_one_start_is_not_for_the_next() throws InterruptedException {
    pace.gather(NOT_YET);
    pace.enough();
    gatherInAStage(NOT_YET);

    awaitGathering();
    assertThat(stage.isAlive()).isTrue();
  }

  @Test
  void a_stage_that_is_stopped_does_not_gather_and_stays_interrupted() throws InterruptedException {
    pace.gather(NOT_YET);
    gatherInAStage(NOT_YET);
    awaitGathering();

    stage.interrupt();

    stage.join();
    assertThat(interrupted).isTrue();
  }

  /** How often a start asks whether there is enough; it does only while it has to wait. */
  private static int looksOf(Pace pace) {
    AtomicInteger looks = new AtomicInteger();
    pace.gather(() -> looks.incrementAndGet() > 0); // or it would wait for the rest of the gap
    return looks.get();
  }

  private void gatherInAStage(BooleanSupplier isEnough) {
    stage =
        new Thread(
            () -> {
              pace.gather(isEnough);
              interrupted.set(Thread.currentThread().isInterrupted());
            },
            "stage");
    stage.start();
  }

  private void awaitGathering() {
    await()
        .until(
            () ->
                LockSupport.getBlocker(stage) == pace
                    && stage.getState() == Thread.State.TIMED_WAITING);
  }
}
