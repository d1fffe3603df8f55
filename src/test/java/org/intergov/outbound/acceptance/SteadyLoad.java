package org.intergov.outbound.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Messages at a steady rate, ten batches a second, until it is stopped. */
final class SteadyLoad implements AutoCloseable {
  private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
  private final String name;
  private final List<String> receivers;
  private final int perBatch;
  private final Consumer<List<Sent>> send;
  private final Future<?> running;
  private List<Sent> next;
  private int made;

  /**
   * @param receivers in turn
   * @param send if it fails it gets the same messages again
   */
  SteadyLoad(String name, List<String> receivers, int perSecond, Consumer<List<Sent>> send) {
    this.name = name;
    this.receivers = receivers;
    this.perBatch = perSecond / 10;
    this.send = send;
    this.next = batch();
    this.running = thread.scheduleAtFixedRate(this::send, 0, 100, TimeUnit.MILLISECONDS);
  }

  private List<Sent> batch() {
    List<Sent> batch = new ArrayList<>();
    for (int i = 0; i < perBatch; i++) {
      made++;
      batch.add(Sent.to(receivers.get(made % receivers.size()), name + "-" + made));
    }
    return batch;
  }

  private void send() {
    try {
      send.accept(next);
    } catch (RuntimeException e) {
      return; // again in a moment
    }
    next = batch();
  }

  /** Sends no more; how many were sent. */
  int stop() {
    assertThat(running.isDone()).as("messages are sent").isFalse();
    close();
    return made - perBatch;
  }

  @Override
  public void close() {
    thread.shutdown();
    try {
      assertThat(thread.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
