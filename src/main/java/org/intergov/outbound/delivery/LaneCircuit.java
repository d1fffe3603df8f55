package org.intergov.outbound.delivery;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.intergov.outbound.delivery.CircuitState.Phase;
import org.intergov.outbound.routing.Channel;
import org.intergov.outbound.routing.Circuit;

/**
 * A lane's circuit breaker. Unavailable and unknown outcomes are failures; a refusal is not, since
 * a channel that refuses works. One that says when to come back ({@code Retry-After}) has not
 * failed either: it is left alone until then, whatever the settings, and then tried with one
 * message.
 *
 * <p>What comes of a post counts only in the phase in which it began: an answer that was on the way
 * when the circuit opened says nothing about the channel of now. Not thread-safe.
 */
final class LaneCircuit {
  private static final Duration MOST_ASKED = Duration.ofHours(1);
  private static final Throwable FAILURE = new Failure();

  private final Circuit settings;
  private final Duration slowCall;
  private final LongSupplier nanoTime;
  private final CircuitBreaker breaker;
  private Phase phase = Phase.CLOSED;

  /** Counts phases; a post remembers in which one it began. */
  private int turn;

  private boolean probing;
  private int opened;
  private long since;
  private long brokenSince;
  private long openUntil;
  private String cause;
  private String lastFailure;
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
                .permittedNumberOfCallsInHalfOpenState(1)
                .waitIntervalFunctionInOpenState(n -> nextWait().toMillis())
                .clock(new Ticks(nanoTime))
                .build());
  }

  /** Whether nothing may be claimed or sent now. */
  boolean isShut() {
    return switch (phase) {
      case CLOSED -> false;
      case OPEN -> nanoTime.getAsLong() - openUntil <= 0;
      case HALF_OPEN -> probing;
    };
  }

  /** Whether the next one sent is a probe. */
  boolean isTrying() {
    return phase != Phase.CLOSED;
  }

  /**
   * A post begins; only while the circuit is not shut.
   *
   * @return to be given to {@link #ended}
   */
  int begin() {
    if (phase != Phase.CLOSED) {
      if (!breaker.tryAcquirePermission()) {
        breaker.transitionToHalfOpenState();
        breaker.tryAcquirePermission();
      }
      if (phase == Phase.OPEN) {
        enter(Phase.HALF_OPEN);
      }
      probing = true;
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
    if (wait.isPresent()) {
      leaveAlone(wait.get(), outcome.detail());
    } else if (phase == Phase.HALF_OPEN) {
      probed(outcome, tookNanos);
    } else if (settings.on()) {
      count(outcome, tookNanos);
    }
  }

  /** It was to be sent and was not: another one may be the probe. */
  private void notSent() {
    if (probing) {
      breaker.releasePermission();
      probing = false;
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

  private void probed(Outcome outcome, long tookNanos) {
    record(outcome, tookNanos);
    if (!settings.on()) {
      breaker.transitionToClosedState(); // it was only asked to wait
    }
    if (breaker.getState() == CircuitBreaker.State.CLOSED) {
      opened = 0;
      cause = null;
      asked = false;
      enter(Phase.CLOSED);
    } else {
      open(
          isFailure(outcome)
              ? "the probe failed: " + outcome.detail()
              : "the probe took " + seconds(Duration.ofNanos(tookNanos)));
    }
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
    breaker.transitionToOpenStateFor(bounded);
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
    probing = false;
    since = nanoTime.getAsLong();
  }

  /** What the breaker is about to wait; it opens before {@link #open} counts it. */
  private Duration nextWait() {
    return waitAfter(opened + 1);
  }

  private Duration waitAfter(int times) {
    double doubled = settings.firstWait().toMillis() * Math.pow(2, Math.min(times - 1, 40));
    return Duration.ofMillis((long) Math.min(doubled, settings.maxWait().toMillis()));
  }

  private String whyOpened() {
    CircuitBreaker.Metrics seen = breaker.getMetrics();
    int posts = seen.getNumberOfBufferedCalls();
    return seen.getNumberOfFailedCalls() >= settings.failureRate() * posts
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

  /** The breaker waits by a clock; this one never goes back. */
  private static final class Ticks extends Clock {
    private final LongSupplier nanoTime;
    private final long start;

    Ticks(LongSupplier nanoTime) {
      this.nanoTime = nanoTime;
      this.start = nanoTime.getAsLong();
    }

    @Override
    public Instant instant() {
      return Instant.EPOCH.plusNanos(nanoTime.getAsLong() - start);
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }
}
