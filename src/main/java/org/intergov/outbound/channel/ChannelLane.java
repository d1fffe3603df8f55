package org.intergov.outbound.channel;

import java.time.Duration;
import java.util.UUID;
import java.util.function.Consumer;
import org.intergov.outbound.delivery.Delivery;
import org.intergov.outbound.delivery.Lane;
import org.intergov.outbound.delivery.Stock;
import org.intergov.outbound.routing.Channel;

/** A lane at work: its slots, what its posts came to, and the loop that keeps the slots filled. */
public final class ChannelLane {
  private final Lane lane;
  private final LaneStats stats = new LaneStats();
  private final OneAtATime draining = new OneAtATime();

  ChannelLane(Channel channel) {
    this.lane = new Lane(channel);
  }

  int freeSlots() {
    return lane.freeSlots();
  }

  Duration lease() {
    return lane.lease();
  }

  boolean adopt(Delivery claimedAgain) {
    return lane.adopt(claimedAgain);
  }

  UUID lease(Delivery delivery) {
    return lane.lease(delivery);
  }

  void add(Delivery delivery, long claimedAt) {
    lane.add(delivery, claimedAt);
  }

  /**
   * Sends as long as there is a delivery and a slot. Called by whoever adds a delivery or frees a
   * slot.
   *
   * @param runsLow told when it is time to claim more
   */
  void drain(Consumer<Delivery> post, Consumer<Delivery> giveBack, Runnable runsLow) {
    draining.run(
        () -> {
          Stock.Next<Delivery> next;
          while ((next = lane.next()) != null) {
            (next.inTime() ? post : giveBack).accept(next.claimed());
            if (lane.runsLow()) {
              runsLow.run();
            }
          }
        });
  }

  void finish() {
    lane.finish();
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
