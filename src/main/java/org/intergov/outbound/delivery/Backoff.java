package org.intergov.outbound.delivery;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.intergov.outbound.routing.Retry;

/** How long to wait before the same channel is tried again. */
final class Backoff {
  /** Longer than any message lives. */
  private static final Duration MOST_WHOLE = Duration.ofDays(3650);

  private Backoff() {}

  /**
   * Exponential with jitter: between half and the whole of {@code first-delay * factor^(n-1)}, at
   * most {@code max-delay}, so that messages that failed together do not come back together.
   *
   * @param attempt attempts so far, from 1
   */
  static Duration delay(Retry retry, int attempt) {
    double full = retry.firstDelay().toMillis() * Math.pow(retry.factor(), attempt - 1);
    long capped = (long) Math.min(full, retry.maxDelay().toMillis());
    long half = capped / 2;
    return Duration.ofMillis(half + ThreadLocalRandom.current().nextLong(capped - half + 1));
  }

  /** How long all attempts take, without what the attempts themselves take; at most ten years. */
  static Duration whole(Retry retry) {
    double most = retry.maxDelay().toMillis();
    double delay = retry.firstDelay().toMillis();
    double millis = 0;
    int left = retry.attempts() - 1;
    while (left > 0 && delay < most && retry.factor() > 1) {
      millis += delay;
      delay *= retry.factor();
      left--;
    }
    millis += left * Math.min(delay, most);
    return Duration.ofMillis((long) Math.min(millis, MOST_WHOLE.toMillis()));
  }

  /** What the channel asked for, if it asked for more than we would wait; at most a day. */
  static Duration atLeast(Duration asked, Duration own) {
    Duration bounded = asked.compareTo(Duration.ofDays(1)) > 0 ? Duration.ofDays(1) : asked;
    return bounded.compareTo(own) > 0 ? bounded : own;
  }
}
