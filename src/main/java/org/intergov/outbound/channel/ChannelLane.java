package org.intergov.outbound.channel;

import java.time.Duration;
import java.util.UUID;
import java.util.function.BiConsumer;
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
   * @param post gets it with the channel as it was when it was claimed
   * @param runsLow told when it is time to claim more
   */
  void drain(BiConsumer<Delivery, Channel> post, Consumer<Delivery> giveBack, Runnable runsLow) {
    draining.run(
        () -> {
          Channel claimedFor = lane.channel();
          Stock.Next<Delivery> next;
          while ((next = lane.next()) != null) {
            if (next.inTime()) {
              post.accept(next.claimed(), claimedFor);
            } else {
              giveBack.accept(next.claimed());
            }
            claimedFor = lane.channel();
            if (lane.runsLow()) {
              runsLow.run();
            }
          }
        });
  }

  /**
   * Goes by what the channel says now.
   *
   * @param giveBack gets what may not wait any longer under the lease that it was claimed with
   */
  void follow(Channel channel, Consumer<Delivery> giveBack) {
    lane.follow(channel).forEach(giveBack);
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
