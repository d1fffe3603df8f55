package org.intergov.outbound.delivery;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongSupplier;
import org.intergov.outbound.routing.Channel;

/**
 * Whether a lane may send now: its pause, its channel's maintenance, its circuit and its rate. Not
 * thread-safe, but for {@link #change} and {@link #hasChanges}: its lane guards it.
 */
final class LaneGate {
  private final LongSupplier nanoTime;
  private final Queue<CircuitState> changes = new ConcurrentLinkedQueue<>();
  private CircuitState.Phase told = CircuitState.Phase.CLOSED;

  /** Null: there is no limit. */
  private RateLimit rate;

  private LaneCircuit circuit;
  private final RefusalRun refusals = new RefusalRun();
  private boolean paused;
  private boolean resting;

  LaneGate(Channel channel, LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.rate = rateOf(channel);
    this.circuit = new LaneCircuit(channel, null, nanoTime);
  }

  private RateLimit rateOf(Channel channel) {
    return channel
        .protection()
        .rate()
        .map(r -> new RateLimit(r, nanoTime.getAsLong()))
        .orElse(null);
  }

  /** Its channel has changed. What differs begins anew; a broken channel is tried at once. */
  void follow(Channel before, Channel now) {
    if (!now.protection().rate().equals(before.protection().rate())) {
      RateLimit old = rate;
      rate = rateOf(now);
      if (rate != null && old != null) {
        rate.follow(old);
      }
    }
    if (now.protection().circuit().equals(before.protection().circuit())
        && now.timeout().equals(before.timeout())) {
      circuit.tryNow();
    } else {
      circuit = new LaneCircuit(now, circuit, nanoTime);
    }
    tell();
  }

  /** Its channel is gone. */
  void forget(Channel channel) {
    rate = rateOf(channel);
    circuit = new LaneCircuit(channel, circuit, nanoTime);
    paused = false;
    resting = false;
    tell();
  }

  /** Whether nothing may be claimed or sent. */
  boolean isShut() {
    return paused || resting || refusals.isStopped() || circuit.isShut();
  }

  /** How many may be sent now to try a broken channel; empty: it is not broken. */
  OptionalInt tries() {
    return circuit.most();
  }

  boolean isRated() {
    return rate != null;
  }

  /** Whether the rate lets one go now. */
  boolean letsGo() {
    return nanosToNext() == 0;
  }

  /** Until the rate lets one go. */
  long nanosToNext() {
    return rate == null ? 0 : rate.nanosToNext(nanoTime.getAsLong());
  }

  /** The less of {@code wanted} and what the rate lets go within {@code ahead}. */
  int atMost(int wanted, int waiting, Duration ahead) {
    return rate == null
        ? wanted
        : Math.min(wanted, rate.within(ahead, nanoTime.getAsLong()) - waiting);
  }

  /**
   * One is sent now.
   *
   * @return for {@link #ended}
   */
  int begin() {
    if (rate != null) {
      rate.take(nanoTime.getAsLong());
    }
    int turn = circuit.begin();
    tell();
    return turn;
  }

  /**
   * @param mostRefusals in a row; empty: any number
   */
  void ended(int turn, Outcome outcome, long tookNanos, OptionalInt mostRefusals) {
    refusals.ended(outcome, mostRefusals);
    circuit.ended(turn, outcome, tookNanos);
    tell();
  }

  void pause(boolean on) {
    if (paused && !on) {
      circuit.tryNow();
    }
    paused = on;
  }

  RefusalRun refusals() {
    return refusals;
  }

  void rest(boolean on) {
    resting = on;
  }

  boolean isPaused() {
    return paused;
  }

  void tryNow() {
    circuit.tryNow();
  }

  CircuitState circuit() {
    return circuit.state();
  }

  /**
   * How long it has not been closed; empty while it is, or while it is not for the circuit to say.
   */
  Optional<Duration> broken() {
    return paused || resting || refusals.isStopped() ? Optional.empty() : circuit.broken();
  }

  private void tell() {
    if (circuit.phase() != told) {
      told = circuit.phase();
      changes.add(circuit.state());
    }
  }

  boolean hasChanges() {
    return !changes.isEmpty();
  }

  CircuitState change() {
    return changes.poll();
  }
}
