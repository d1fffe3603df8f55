package org.intergov.outbound.delivery;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.intergov.outbound.routing.Channel;
import org.intergov.outbound.routing.Circuit;
import org.intergov.outbound.routing.OnUnknown;

/**
 * One channel's share of this replica: how many posts are in flight, what is claimed and waits for
 * a free slot, how much more may be claimed, and whether anything may be sent at all. Thread-safe.
 *
 * <p>A lane is shut while it is paused, in maintenance, or its circuit is open. Then it claims
 * nothing, and {@link #next} hands out what it has in stock to be given back.
 */
public final class Lane {
  private static final int MOST_STOCK = 1_000;

  /** With a rate limit nothing is claimed that would not be sent within this time. */
  private static final Duration CLAIM_AHEAD = Duration.ofSeconds(2);

  private volatile Channel channel;
  private final Stock<Delivery> stock;
  private final LaneGate gate;
  private final LongSupplier nanoTime;
  private final Map<Long, Held> held = new HashMap<>();

  /** How long an outcome may wait to be written while the database answers. */
  private static final Duration WRITTEN_WITHIN = Duration.ofMinutes(1);

  private enum Phase {
    /** In stock. */
    WAITS,
    /** Handed to the channel. */
    POSTS,
    /** Its outcome waits to be written. */
    DECIDED
  }

  /**
   * A delivery that is held.
   *
   * @param from the lease that it came with
   * @param lease the one it is under since
   * @param until when the phase must have ended, by {@code System.nanoTime()}
   * @param turn of the circuit, while it is posted
   */
  private record Held(UUID from, UUID lease, Phase phase, long until, int turn) {}

  /**
   * What is to be done with the next delivery.
   *
   * @param send false: it takes no slot and must be given back; its lease would not outlive a post
   *     (this process was frozen, for example), or the lane is shut
   * @param claimedFor the channel as it was when the claim was made, for its lease
   * @param turn of the circuit, for {@link #finish}
   */
  public record Next(Delivery delivery, boolean send, Channel claimedFor, int turn) {}

  public Lane(Channel channel) {
    this(channel, System::nanoTime);
  }

  Lane(Channel channel, LongSupplier nanoTime) {
    this.channel = channel;
    this.nanoTime = nanoTime;
    this.stock = new Stock<>(limit(channel), nanoTime);
    this.gate = new LaneGate(channel, nanoTime);
  }

  /** How long a claim holds. */
  public Duration lease() {
    return Stock.lease(channel);
  }

  /** The channel that it goes by. */
  public Channel channel() {
    return channel;
  }

  /**
   * Goes by what the channel says now. A rate and a circuit whose settings differ begin anew, and
   * with any difference a broken channel is tried at once.
   *
   * @return what must be given back: the leases it was claimed with are too short for a timeout
   *     that has become longer, and a channel that must not see a message twice has no stock
   */
  public synchronized List<Delivery> follow(Channel now) {
    Channel before = channel;
    channel = now;
    if (!before.equals(now)) {
      gate.follow(before, now);
    }
    stock.limit(limit(now));
    boolean longer = now.timeout().compareTo(before.timeout()) > 0;
    List<Delivery> back = new ArrayList<>();
    Delivery next;
    while ((longer || isExact()) && (next = takeBack()) != null) {
      back.add(next);
    }
    return back;
  }

  /** Its channel is gone: what was known of it says nothing about one that has its id later. */
  public synchronized void forget() {
    gate.forget(channel);
  }

  private static int limit(Channel channel) {
    return channel.onUnknown() == OnUnknown.HOLD ? 0 : MOST_STOCK;
  }

  /** Whether it holds nothing but what may have been sent. */
  private boolean isExact() {
    return channel.onUnknown() == OnUnknown.HOLD;
  }

  /**
   * How many more deliveries this lane may claim now: none while it is shut, or while too much
   * waits to be written; some to try a broken channel with.
   */
  public synchronized int freeSlots() {
    if (gate.isShut()) {
      return 0;
    }
    int room = channel.concurrency() + 2 * stock.most() - held.size();
    int wanted = Math.min(stock.wanted(channel.concurrency()), room);
    if (gate.tries().isPresent()) {
      wanted = Math.min(wanted, gate.tries().getAsInt() - stock.waiting());
    }
    return Math.max(
        0, gate.atMost(wanted, stock.waiting(), isExact() ? Duration.ZERO : CLAIM_AHEAD));
  }

  /** Said once, to whoever took the delivery that made the difference: more may be claimed. */
  public synchronized boolean runsLow() {
    return stock.runsLow(channel.concurrency());
  }

  /**
   * Takes a claimed delivery in.
   *
   * @param claimedAt {@code System.nanoTime()} before the claim was sent to the database
   */
  public synchronized void add(Delivery delivery, long claimedAt) {
    stock.add(delivery, claimedAt);
    UUID lease = delivery.lockToken();
    held.put(delivery.id(), new Held(lease, lease, Phase.WAITS, endsAt(Duration.ZERO), 0));
  }

  private long endsAt(Duration more) {
    return nanoTime.getAsLong() + lease().plus(more).toNanos();
  }

  /** What is done with one that is held now. */
  private void is(Phase phase, Delivery delivery, int turn) {
    held.computeIfPresent(
        delivery.id(),
        (id, h) ->
            h.from().equals(delivery.lockToken())
                ? new Held(
                    h.from(),
                    h.lease(),
                    phase,
                    endsAt(phase == Phase.DECIDED ? WRITTEN_WITHIN : Duration.ZERO),
                    turn)
                : h);
  }

  /** What {@link #adopt} came to. */
  public enum Adoption {
    /** This replica has it; its outcome is on the way and counts under the new lease. */
    ADOPTED,
    /** This replica does not have it. */
    NOT_HERE,
    /** It was here, and its outcome is so late that none is expected any more. */
    GIVEN_UP
  }

  /**
   * A delivery was claimed again, and it may be this replica that still has it: its lease ran out
   * while its outcome is on the way or waits to be written, or the database has forgotten the
   * claim. One that is pending again since its outcome has just been written is not adopted.
   */
  public synchronized Adoption adopt(Delivery claimedAgain) {
    Held h = held.get(claimedAgain.id());
    if (h == null || h.phase() == Phase.DECIDED && !claimedAgain.mayBeSent()) {
      return Adoption.NOT_HERE;
    }
    if (h.phase() != Phase.WAITS && nanoTime.getAsLong() - h.until() > 0) {
      held.remove(claimedAgain.id());
      if (h.phase() == Phase.POSTS) {
        stock.finish();
        gate.ended(
            h.turn(),
            new Outcome.Unknown("no answer"),
            lease().toNanos(),
            channel.refusals().stopAfter());
      }
      return Adoption.GIVEN_UP;
    }
    UUID lease = claimedAgain.lockToken();
    held.put(claimedAgain.id(), new Held(h.from(), lease, h.phase(), h.until(), h.turn()));
    return Adoption.ADOPTED;
  }

  /**
   * The lease under which a delivery is held now; the one it was claimed with if it is not held, or
   * if its row has been claimed here again without this outcome.
   */
  public synchronized UUID lease(Delivery delivery) {
    Held h = held.get(delivery.id());
    return h != null && h.from().equals(delivery.lockToken()) ? h.lease() : delivery.lockToken();
  }

  /**
   * The next delivery, or null: none is left, every slot is taken, or the rate lets none go yet
   * (see {@link #nanosToNext}).
   */
  public synchronized Next next() {
    if (gate.isShut()) {
      Delivery unsent = takeBack();
      return unsent == null ? null : new Next(unsent, false, channel, 0);
    }
    Stock.Next<Delivery> next = stock.next(slots());
    if (next == null) {
      return null;
    }
    int turn = next.inTime() ? gate.begin() : 0;
    is(next.inTime() ? Phase.POSTS : Phase.DECIDED, next.claimed(), turn);
    return new Next(next.claimed(), next.inTime(), channel, turn);
  }

  private int slots() {
    if (!gate.letsGo()) {
      return 0;
    }
    int slots = channel.concurrency();
    return gate.tries().isPresent()
        ? Math.min(slots, stock.underWay() + gate.tries().getAsInt())
        : slots;
  }

  /**
   * Nanoseconds until the rate lets the next one go; 0: it is not the rate that it waits for. A
   * lane that holds nothing but what may have been sent claims no earlier than that.
   */
  public synchronized long nanosToNext() {
    boolean waits = stock.waiting() > 0 || isExact();
    return waits && stock.underWay() < channel.concurrency() ? gate.nanosToNext() : 0;
  }

  /** Whether nothing waits for a slot. */
  public synchronized boolean isEmpty() {
    return stock.waiting() == 0;
  }

  /** A post has ended; its outcome waits to be written. One that was given up counts no more. */
  public synchronized void finish(Next post, Outcome outcome, long tookNanos) {
    Held h = held.get(post.delivery().id());
    if (h != null && h.phase() == Phase.POSTS && h.from().equals(post.delivery().lockToken())) {
      is(Phase.DECIDED, post.delivery(), 0);
      stock.finish();
      gate.ended(post.turn(), outcome, tookNanos, channel.refusals().stopAfter());
    }
  }

  /** What became of a delivery is written, or its lease is lost. */
  public synchronized void settled(Delivery delivery) {
    Held h = held.get(delivery.id());
    if (h != null && h.from().equals(delivery.lockToken())) {
      held.remove(delivery.id());
    }
  }

  /** Takes out one that was not sent; null: none is left. */
  public synchronized Delivery takeBack() {
    Delivery unsent = stock.takeBack();
    if (unsent != null) {
      is(Phase.DECIDED, unsent, 0);
    }
    return unsent;
  }

  /** An operator has paused it, or lets it go on; then a broken channel is tried at once. */
  public synchronized void pause(boolean on) {
    gate.pause(on);
  }

  /**
   * Why the lane has stopped by itself: its channel refuses one message after the other. Said once,
   * to whoever writes it for all replicas and for the operator; null: there is nothing to say.
   */
  public synchronized String stopped() {
    return gate.refusals().reason();
  }

  /** What {@link #stopped} said is written, or could not be. */
  public synchronized void stopIsWritten(boolean isWritten) {
    if (isWritten) {
      gate.pause(true);
      gate.refusals().isWritten();
    } else {
      gate.refusals().notWritten();
    }
  }

  /** A broken channel is tried at once, whatever there was to be waited for. */
  public synchronized void tryNow() {
    gate.tryNow();
  }

  /** Its channel is in maintenance, or is over it. */
  public synchronized void rest(boolean on) {
    gate.rest(on);
  }

  public synchronized boolean isPaused() {
    return gate.isPaused();
  }

  /** Whether nothing is claimed or sent now. */
  public synchronized boolean isShut() {
    return gate.isShut();
  }

  /** Whether it may be left with nothing to claim for long, although it is not shut. */
  public synchronized boolean isRated() {
    return gate.isRated();
  }

  public synchronized CircuitState circuit() {
    return gate.circuit();
  }

  /**
   * How long a message must have waited before it may move to the next channel; empty while that is
   * not called for: the circuit is closed or switched off, or has not been open for that long.
   */
  public synchronized Optional<Duration> failOverAfter() {
    Circuit circuit = channel.protection().circuit();
    if (!circuit.on()) {
      return Optional.empty();
    }
    Duration after = circuit.failOverAfter().orElse(Backoff.whole(channel.retry()));
    return gate.broken().filter(d -> d.compareTo(after) >= 0).map(d -> after);
  }

  /** Whether there is a change of the circuit that nobody has been told of. */
  public boolean hasChanges() {
    return gate.hasChanges();
  }

  /** The next change of the circuit that nobody has been told of, or null. */
  public CircuitState change() {
    return gate.change();
  }

  /** Deliveries handed to the channel whose answer has not come. */
  public synchronized int posting() {
    return stock.underWay();
  }

  /** Everything this replica holds of the lane: waiting for a slot, posting, not yet written. */
  public synchronized int held() {
    return held.size();
  }
}
