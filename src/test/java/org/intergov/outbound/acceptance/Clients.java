package org.intergov.outbound.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/**
 * Systems that submit one message after the other, as fast as they are answered, until they are
 * stopped. One that gets no answer, or is told to come back, submits the same message again, or
 * leaves it and submits the next one.
 */
final class Clients implements AutoCloseable {
  private static final Duration COME_BACK = Duration.ofMillis(20);

  private final ExecutorService threads;
  private final Supplier<Api> api;
  private final IntFunction<Sent> messages;
  private final AtomicInteger made = new AtomicInteger();
  private final Set<Sent> stored = ConcurrentHashMap.newKeySet();
  private final Queue<String> odd = new ConcurrentLinkedQueue<>();
  private final boolean again;
  private volatile boolean stopped;

  /**
   * Clients that submit a message again until it is stored.
   *
   * @param api asked for at each request
   * @param messages the nth message
   */
  static Clients thatInsist(int count, Supplier<Api> api, IntFunction<Sent> messages) {
    return new Clients(count, api, messages, true);
  }

  /** Clients that submit each message once. */
  static Clients thatMoveOn(int count, Supplier<Api> api, IntFunction<Sent> messages) {
    return new Clients(count, api, messages, false);
  }

  private Clients(int count, Supplier<Api> api, IntFunction<Sent> messages, boolean again) {
    this.again = again;
    this.api = api;
    this.messages = messages;
    this.threads = Executors.newFixedThreadPool(count);
    for (int i = 0; i < count; i++) {
      threads.execute(this::submitUntilStopped);
    }
  }

  private void submitUntilStopped() {
    while (!stopped) {
      Sent message = messages.apply(made.incrementAndGet());
      boolean done = isStored(message);
      while (!stopped && !done) {
        LockSupport.parkNanos(COME_BACK.toNanos());
        done = !again || isStored(message);
      }
    }
  }

  private boolean isStored(Sent message) {
    Api.Answer answer;
    try {
      answer = api.get().post(message.json());
    } catch (UncheckedIOException e) {
      return false;
    }
    switch (answer.status()) {
      case 201, 200 -> stored.add(message);
      case 503 -> {
        return false;
      }
      default -> odd.add(message.reference() + ": " + answer);
    }
    return true;
  }

  /** Messages that the gateway says it has stored. */
  Set<Sent> stored() {
    return Set.copyOf(stored);
  }

  /** Waits until so many more are stored. */
  void awaitMore(int more) {
    int before = stored.size();
    await(more + " more messages are stored")
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(5))
        .until(() -> stored.size() >= before + more);
  }

  /** Submits no more; no answer but those of a gateway that has a moment's trouble was seen. */
  Set<Sent> stop() {
    close();
    assertThat(List.copyOf(odd)).as("answers that fit no message").isEmpty();
    return stored();
  }

  @Override
  public void close() {
    stopped = true;
    threads.shutdown();
    try {
      assertThat(threads.awaitTermination(90, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
