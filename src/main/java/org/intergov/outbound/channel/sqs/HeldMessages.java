package org.intergov.outbound.channel.sqs;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Messages that were received and are neither deleted nor visible again, by their receipt handles:
 * so many at most, so that a reader does not take from others what it cannot work on. Thread-safe.
 */
final class HeldMessages {
  private final int most;
  private final Map<String, Long> visibleAtNanos = new HashMap<>();
  private boolean closed;

  HeldMessages(int most) {
    this.most = most;
  }

  /** Waits until there is room, for so long at most; false: there is none. */
  synchronized boolean awaitRoom(Duration atMost) throws InterruptedException {
    long deadline = System.nanoTime() + atMost.toNanos();
    while (!closed && isFull()) {
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (left <= 0) {
        return false;
      }
      wait(left);
    }
    return !closed;
  }

  private boolean isFull() {
    if (visibleAtNanos.size() >= most) {
      long now = System.nanoTime();
      visibleAtNanos.values().removeIf(at -> now - at >= 0);
    }
    return visibleAtNanos.size() >= most;
  }

  /** Nobody else gets this one for that long, counted from now. */
  synchronized void hold(String handle, Duration visibility) {
    visibleAtNanos.put(handle, System.nanoTime() + visibility.toNanos());
  }

  /** It is deleted, or is as good as that. */
  synchronized void letGo(String handle) {
    visibleAtNanos.remove(handle);
    notifyAll();
  }

  /** Those that are still held; from now on there is no room. */
  synchronized List<String> close() {
    closed = true;
    notifyAll();
    List<String> left = List.copyOf(visibleAtNanos.keySet());
    visibleAtNanos.clear();
    return left;
  }
}
