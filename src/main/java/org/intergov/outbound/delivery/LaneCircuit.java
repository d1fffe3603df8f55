package org.intergov.outbound.delivery;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.intergov.outbound.delivery.CircuitState.Phase;
import org.intergov.outbound.routing.Channel;
import org.intergov.outbound.routing.Circuit;

/**
 * A lane's circuit breaker. Unavailable and unknown outcomes are failures; a refusal is not, since
 * a channel that refuses works. An answer that says when to come back ({@code Retry-After}) is no
 * failure either: it is about its message, as long as others are taken. Only when most of the
 * newest answers say so, the channel is left alone until then, whatever the settings.
 *
 * <p>Half open, it lets some messages try, and goes by what most of them come to: one unlucky try
 * does not keep a channel shut that works.
 *
 * <p>What comes of a post counts only in the phase in which it began: an answer that was on the way
 * when the circuit opened says nothing about the channel of now. Not thread-safe.
 */
final class LaneCircuit {
  private static final Duration MOST_ASKED = Duration.ofHours(1);

  /** Messages that try a broken channel. */
  static final int TRIES = 5;

  /** Of the tries, so many must be taken. */
  private static final int ENOUGH = TRIES / 2 + 1;

  private static final Throwable FAILURE = new Failure();

  private final Circuit settings;
  private final Duration slowCall;
  private final LongSupplier nanoTime;

  /** Counts while the circuit is closed, and says when it must open; all else is decided here. */
  private final CircuitBreaker breaker;

  private Phase phase = Phase.CLOSED;

  /** Counts phases; a post remembers in which one it began. */
  private int turn;

  /** Tries that are on the way, and that have been given out since it became half open. */
  private int trying;

  private int tried;
  private int succeeded;
  private int failed;

  /** Marked: it asked to wait. */
  private final NewestAnswers newest = new NewestAnswers();

  private int opened;
  private long since;
  private long brokenSince;
  private long openUntil;
  private String cause;
  private String lastFailure;
  private Duration lastWait;
  private Duration lastTook;
  private boolean asked;

  /**
   * A closed one.
   *
   * @param before whose place it takes, since the channel has changed; null: nobody's. What began
   *     under that one says nothing about this one
   */
  LaneCircuit(Channel channel, LaneCircuit before, LongSupplier nanoTime) {
    this.turn = before == null ? 0 : before.turn + 1;
    this.settings = channel.protection().circuit();
    this.slowCall = settings.slowCall().orElse(channel.timeout().multipliedBy(4).dividedBy(5));
    this.nanoTime = nanoTime;
    this.since = nanoTime.getAsLong();
    this.breaker =
        CircuitBreaker.of(
            channel.id(),
            CircuitBreakerConfig.custom()
                .slidingWindow(settings.window(), settings.minimum(), SlidingWindowType.COUNT_BASED)
                .failureRateThreshold((float) (settings.failureRate() * 100))
                .slowCallRateThreshold((float) (settings.slowRate() * 100))
                .slowCallDurationThreshold(slowCall)
                .build());
  }

  /** Whether nothing may be claimed or sent now. */
  boolean isShut() {
    return switch (phase) {
      case CLOSED -> false;
      case OPEN -> nanoTime.getAsLong() - openUntil <= 0;
      case HALF_OPEN -> tried == TRIES;
    };
  }

  /** How many more may be sent now; empty: as many as the lane has room for. */
  OptionalInt most() {
    return switch (phase) {
      case CLOSED -> OptionalInt.empty();
      case OPEN -> OptionalInt.of(isShut() ? 0 : TRIES);
      case HALF_OPEN -> OptionalInt.of(TRIES - tried);
    };
  }

  /**
   * A post begins; only while the circuit is not shut.
   *
   * @return to be given to {@link #ended}
   */
  int begin() {
    if (phase == Phase.OPEN) {
      enter(Phase.HALF_OPEN);
    }
    if (phase == Phase.HALF_OPEN) {
      trying++;
      tried++;
    }
    return turn;
  }

  /** A post that began in {@code begunIn} has ended. */
  void ended(int begunIn, Outcome outcome, long tookNanos) {
    if (begunIn != turn) {
      return;
    }
    if (outcome instanceof Outcome.NotSent) {
      notSent();
      return;
    }
    Optional<Duration> wait = asksToWait(outcome);
    newest.add(wait.isPresent());
    if (phase == Phase.HALF_OPEN) {
      tried(outcome, wait, tookNanos);
    } else if (wait.isPresent()) {
      if (newest.mostAre()) {
        leaveAlone(wait.get(), outcome.detail());
      }
    } else if (settings.on()) {
      count(outcome, tookNanos);
    }
  }

  /** It was to be sent and was not: another one may try. */
  private void notSent() {
    if (phase == Phase.HALF_OPEN) {
      trying--;
      tried--;
    }
  }

  /** The next one may be sent now, whatever there was to be waited for. */
  void tryNow() {
    if (phase == Phase.OPEN) {
      openUntil = nanoTime.getAsLong() - 1;
    }
  }

  private static Optional<Duration> asksToWait(Outcome outcome) {
    return outcome instanceof Outcome.Unavailable unavailable
        ? unavailable.retryAfter().filter(d -> !d.isZero() && !d.isNegative())
        : Optional.empty();
  }

  private void count(Outcome outcome, long tookNanos) {
    record(outcome, tookNanos);
    if (breaker.getState() == CircuitBreaker.State.OPEN) {
      open(whyOpened());
    }
  }

  /** It closes when most of the tries are taken, and opens when that cannot come about any more. */
  private void tried(Outcome outcome, Optional<Duration> wait, long tookNanos) {
    trying--;
    if (!settings.on() && wait.isEmpty()) {
      close(); // it was only asked to wait
      return;
    }
    boolean isFailure = isFailure(outcome);
    if (isFailure || tookNanos > slowCall.toNanos()) {
      failed++;
      lastFailure = isFailure ? outcome.detail() : null;
      lastWait = wait.orElse(null);
      lastTook = Duration.ofNanos(tookNanos);
    } else {
      succeeded++;
    }
    if (succeeded >= ENOUGH || trying == 0 && failed == 0) {
      close();
    } else if (failed > TRIES - ENOUGH || trying == 0 && failed >= succeeded) {
      if (lastWait != null) {
        leaveAlone(lastWait, lastFailure);
      } else {
        open(whyShutAgain());
      }
    }
  }

  private String whyShutAgain() {
    return lastFailure != null
        ? "%d of %d tries failed, the last one: %s"
            .formatted(failed, failed + succeeded, lastFailure)
        : "%d of %d tries were slow, the last one took %s"
            .formatted(failed, failed + succeeded, seconds(lastTook));
  }

  private void close() {
    breaker.reset();
    opened = 0;
    cause = null;
    asked = false;
    newest.clear();
    enter(Phase.CLOSED);
  }

  private void record(Outcome outcome, long tookNanos) {
    if (isFailure(outcome)) {
      lastFailure = outcome.detail();
      breaker.onError(tookNanos, TimeUnit.NANOSECONDS, FAILURE);
    } else {
      breaker.onSuccess(tookNanos, TimeUnit.NANOSECONDS);
    }
  }

  private static boolean isFailure(Outcome outcome) {
    return outcome instanceof Outcome.Unavailable || outcome instanceof Outcome.Unknown;
  }

  private void open(String why) {
    opened++;
    asked = false;
    openFor(waitAfter(opened), why);
  }

  private void leaveAlone(Duration wait, String said) {
    Duration bounded = wait.compareTo(MOST_ASKED) > 0 ? MOST_ASKED : wait;
    asked = true;
    openFor(bounded, "the channel asked to wait " + seconds(wait) + " (" + said + ")");
  }

  private void openFor(Duration wait, String why) {
    cause = why;
    openUntil = nanoTime.getAsLong() + wait.toNanos();
    enter(Phase.OPEN);
  }

  private void enter(Phase next) {
    if (phase == Phase.CLOSED) {
      brokenSince = nanoTime.getAsLong();
    }
    phase = next;
    turn++;
    trying = 0;
    tried = 0;
    succeeded = 0;
    failed = 0;
    lastWait = null;
    since = nanoTime.getAsLong();
  }

  private Duration waitAfter(int times) {
    double doubled = settings.firstWait().toMillis() * Math.pow(2, Math.min(times - 1, 40));
    return Duration.ofMillis((long) Math.min(doubled, settings.maxWait().toMillis()));
  }

  private String whyOpened() {
    CircuitBreaker.Metrics seen = breaker.getMetrics();
    int posts = seen.getNumberOfBufferedCalls();
    return seen.getFailureRate() >= breaker.getCircuitBreakerConfig().getFailureRateThreshold()
        ? "%d of the last %d posts failed, the last one: %s"
            .formatted(seen.getNumberOfFailedCalls(), posts, lastFailure)
        : "%d of the last %d posts took longer than %s"
            .formatted(seen.getNumberOfSlowCalls(), posts, seconds(slowCall));
  }

  private static String seconds(Duration d) {
    return String.format(Locale.ROOT, "%.1f s", d.toMillis() / 1000.0);
  }

  CircuitState state() {
    long now = nanoTime.getAsLong();
    return new CircuitState(
        phase,
        Duration.ofNanos(now - since),
        cause,
        phase == Phase.OPEN ? Duration.ofNanos(Math.max(0, openUntil - now)) : null,
        asked);
  }

  Phase phase() {
    return phase;
  }

  /** How long it has not been closed; empty while it is. */
  Optional<Duration> broken() {
    return phase == Phase.CLOSED
        ? Optional.empty()
        : Optional.of(Duration.ofNanos(nanoTime.getAsLong() - brokenSince));
  }

  /** The breaker wants a reason; what it was stands in the outcome. */
  private static final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Failure() {
      super("unavailable or unknown", null, false, false);
    }
  }
}
