package org.intergov.outbound.delivery;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.intergov.outbound.routing.Retry;

/** How long to wait before the same channel is tried again. */
final class Backoff {
  /** Longer than any message lives. */
  private static final Duration MOST_WHOLE = Duration.ofDays(3650);

  private static final Duration MOST_ASKED = Duration.ofDays(1);

  private static final int TRUSTED = 5;

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

  /**
   * The same where the channel said when to come back. Its word counts as it is, plus a tenth at
   * most, for the first {@value #TRUSTED} attempts; a channel that goes on putting a message off is
   * asked no more often than one that says nothing.
   *
   * @param asked at most a day of it; zero and less say nothing
   */
  static Duration delay(Retry retry, int attempt, Duration asked) {
    Duration own = delay(retry, attempt);
    if (asked.isZero() || asked.isNegative()) {
      return own;
    }
    Duration bounded = asked.compareTo(MOST_ASKED) > 0 ? MOST_ASKED : asked;
    Duration spread =
        bounded.plusMillis(ThreadLocalRandom.current().nextLong(bounded.toMillis() / 10 + 1));
    return attempt <= TRUSTED || spread.compareTo(own) > 0 ? spread : own;
  }
}
