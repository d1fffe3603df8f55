package org.intergov.outbound.flow;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.intergov.outbound.delivery.CircuitState;
import org.intergov.outbound.delivery.Delivery;
import org.intergov.outbound.delivery.Lane;
import org.intergov.outbound.delivery.Outcome;
import org.intergov.outbound.routing.Channel;
import org.intergov.outbound.routing.Ordering;

/** A lane at work: its slots, what its posts came to, and the loop that keeps the slots filled. */
public final class ChannelLane {
  /** Timers are coarse; what a fast lane may send within this time goes at once. */
  private static final Duration SHORTEST_REST = Duration.ofMillis(5);

  private static final String STAGE = "multichannel-router";

  private final String id;
  private final Lane lane;
  private final LaneStats stats = new LaneStats();
  private final OneAtATime draining =
      new OneAtATime(e -> Faults.report(STAGE, "running a lane", e));
  private final OneAtATime telling =
      new OneAtATime(e -> Faults.report(STAGE, "reporting a circuit", e));
  private final CircuitLog log = new CircuitLog();
  private final List<CircuitListener> listeners;
  private final LaneTimer timer;
  private final AtomicBoolean resting = new AtomicBoolean();
  private volatile boolean stopped;

  /**
   * @param listeners are told of each change of the circuit; may grow
   */
  ChannelLane(Channel channel, LaneTimer timer, List<CircuitListener> listeners) {
    this.id = channel.id();
    this.lane = new Lane(channel);
    this.timer = timer;
    this.listeners = listeners;
  }

  int freeSlots() {
    return lane.freeSlots();
  }

  Duration lease() {
    return lane.lease();
  }

  /** See {@link Lane#adopt}; whether it is this replica's. */
  boolean adopt(Delivery claimedAgain) {
    Lane.Adoption adoption = lane.adopt(claimedAgain);
    if (adoption == Lane.Adoption.GIVEN_UP) {
      Faults.report(
          STAGE,
          "waiting for the outcome of " + claimedAgain.message().reference(),
          new IllegalStateException("no outcome within its lease"));
    }
    return adoption == Lane.Adoption.ADOPTED;
  }

  UUID lease(Delivery delivery) {
    return lane.lease(delivery);
  }

  void add(Delivery delivery, long claimedAt) {
    lane.add(delivery, claimedAt);
  }

  /**
   * Sends as long as there is a delivery, a slot, and a rate that allows it. Called by whoever adds
   * a delivery or frees a slot, and by the timer when the rate allows the next one.
   *
   * @param runsLow told when it is time to claim more
   */
  void drain(Consumer<Lane.Next> post, Consumer<Delivery> giveBack, Runnable runsLow) {
    draining.run(
        () -> {
          Lane.Next next;
          while ((next = lane.next()) != null) {
            if (next.send()) {
              post.accept(next);
            } else {
              giveBack.accept(next.delivery());
            }
            if (lane.runsLow()) {
              runsLow.run();
            }
          }
          tellChanges();
          rest(post, giveBack, runsLow);
        });
  }

  private void rest(Consumer<Lane.Next> post, Consumer<Delivery> giveBack, Runnable runsLow) {
    long nanos = lane.nanosToNext();
    if (nanos > 0 && resting.compareAndSet(false, true)) {
      timer.in(
          Duration.ofNanos(Math.max(nanos, SHORTEST_REST.toNanos())),
          () -> {
            resting.set(false);
            drain(post, giveBack, runsLow);
            if (lane.isEmpty()) {
              runsLow.run();
            }
          });
    }
  }

  /**
   * Goes by what the channel says now.
   *
   * @param giveBack gets what may not wait any longer under the lease that it was claimed with
   */
  void follow(Channel channel, Consumer<Delivery> giveBack) {
    lane.follow(channel).forEach(giveBack);
    tellChanges();
  }

  /** Its channel has left the table: if it comes back, nothing of before counts. */
  void forget() {
    lane.forget();
    tellChanges();
  }

  void finish(Lane.Next post, Outcome outcome, long tookNanos) {
    lane.finish(post, outcome, tookNanos);
    tellChanges();
  }

  /** One at a time, so that the last thing a listener hears is how it stands. */
  private void tellChanges() {
    if (lane.hasChanges()) {
      telling.run(
          () -> {
            CircuitState state;
            while ((state = lane.change()) != null) {
              log.changed(id, state);
              for (CircuitListener listener : listeners) {
                listener.changed(id, state);
              }
            }
          });
    }
  }

  void settled(Delivery delivery) {
    lane.settled(delivery);
  }

  void giveBackAll(Consumer<Delivery> giveBack) {
    Delivery next;
    while ((next = lane.takeBack()) != null) {
      giveBack.accept(next);
    }
  }

  /** Nothing is claimed or sent from now on, or it goes on; what is in stock goes back. */
  void pause(boolean on) {
    lane.pause(on);
  }

  /**
   * Writes that the lane has stopped by itself, if it has and nobody has written it.
   *
   * @param write gets the reason; what it throws is thrown here, and the next call tries again
   */
  void writeStop(Consumer<String> write) {
    String reason = lane.stopped();
    if (reason != null) {
      boolean isWritten = false;
      try {
        write.accept(reason);
        isWritten = true;
      } finally {
        lane.stopIsWritten(isWritten);
      }
    }
  }

  /** Whether it has stopped by itself, since its channel refused one message after the other. */
  public boolean isStopped() {
    return stopped;
  }

  /** As other replicas have written it. */
  void stopped(boolean on) {
    stopped = on;
  }

  /** One message tries a broken channel at once, whatever there was to be waited for. */
  public void tryNow() {
    lane.tryNow();
  }

  /** As {@link #pause}, while its channel is in maintenance. */
  void rest(boolean on) {
    lane.rest(on);
  }

  /** Whether an operator has paused it, as this replica knows it. */
  public boolean isPaused() {
    return lane.isPaused();
  }

  /** Whether nothing is claimed and sent now: paused, in maintenance, or its circuit is open. */
  boolean isShut() {
    return lane.isShut();
  }

  boolean isRated() {
    return lane.isRated();
  }

  /** Whether the messages of one subject go one after the other. */
  boolean isOrdered() {
    return lane.channel().protection().ordering() == Ordering.SUBJECT;
  }

  Optional<Duration> failOverAfter() {
    return lane.failOverAfter();
  }

  /** How the circuit stands in this replica, at this moment. */
  public CircuitState circuit() {
    return lane.circuit();
  }

  /** Posts in flight now. */
  public int inFlight() {
    return lane.posting();
  }

  /** Deliveries this replica holds of the lane. */
  public int held() {
    return lane.held();
  }

  /** What this lane's posts have come to in this process. */
  public LaneStats stats() {
    return stats;
  }
}
