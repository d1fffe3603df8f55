package org.intergov.outbound.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.UUID;
import org.intergov.outbound.routing.Channel;
import org.junit.jupiter.api.Test;

/** One channel's share of a replica. */
class LaneTest {

  @Test
  void an_idle_lane_may_claim_as_many_as_its_concurrency() {
    assertThat(lane("concurrency: 3").freeSlots()).isEqualTo(3);
  }

  @Test
  void no_more_are_posted_at_a_time_than_its_concurrency() {
    Lane lane = lane("concurrency: 2");
    add(lane, 1, 2, 3);

    assertThat(lane.next().delivery().id()).isEqualTo(1);
    assertThat(lane.next().delivery().id()).isEqualTo(2);
    assertThat(lane.next()).isNull();
    assertThat(lane.posting()).isEqualTo(2);

    lane.finish();
    assertThat(lane.next().delivery().id()).isEqualTo(3);
    assertThat(lane.next()).isNull();
  }

  @Test
  void a_slot_is_free_for_a_claim_only_when_the_outcome_is_written() {
    Lane lane = lane("concurrency: 2, on-unknown: hold");
    Delivery first = add(lane, 1);
    add(lane, 2);
    assertThat(lane.freeSlots()).isZero();

    lane.next();
    lane.finish();
    assertThat(lane.freeSlots()).isZero();

    lane.settled(first);
    assertThat(lane.freeSlots()).isEqualTo(1);
    assertThat(lane.held()).isEqualTo(1);
  }

  @Test
  void a_lane_that_answers_fast_gets_a_stock_of_about_what_it_posts_in_half_a_second() {
    Lane lane = lane("concurrency: 2");
    assertThat(lane.freeSlots()).isEqualTo(2);
    postAndSettle(lane, 30);

    assertThat(lane.freeSlots()).isEqualTo(32);
  }

  @Test
  void the_stock_is_bounded() {
    Lane lane = lane("concurrency: 2");
    postAndSettle(lane, 5_000);

    assertThat(lane.freeSlots()).isEqualTo(1_002);
  }

  @Test
  void a_lane_that_must_never_send_twice_has_no_stock() {
    Lane lane = lane("concurrency: 2, on-unknown: hold");
    postAndSettle(lane, 30);

    assertThat(lane.freeSlots()).isEqualTo(2);
  }

  @Test
  void a_delivery_whose_lease_would_not_outlive_a_post_is_not_in_time_and_takes_no_slot() {
    Lane lane = lane("concurrency: 1, timeout: 10s");
    lane.add(delivery(1), System.nanoTime() - Duration.ofSeconds(6).toNanos());
    lane.add(delivery(2), System.nanoTime() - Duration.ofSeconds(1).toNanos());

    Lane.Next late = lane.next();
    assertThat(late.delivery().id()).isEqualTo(1);
    assertThat(late.inTime()).isFalse();
    assertThat(lane.posting()).isZero();

    Lane.Next inTime = lane.next();
    assertThat(inTime.delivery().id()).isEqualTo(2);
    assertThat(inTime.inTime()).isTrue();
  }

  @Test
  void one_that_is_late_is_handed_out_even_if_every_slot_is_taken() {
    Lane lane = lane("concurrency: 1, timeout: 10s");
    add(lane, 1);
    lane.next();
    lane.add(delivery(2), System.nanoTime() - Duration.ofMinutes(1).toNanos());

    assertThat(lane.next().inTime()).isFalse();
  }

  @Test
  void a_claim_outlives_the_channels_timeout() {
    assertThat(lane("timeout: 60s").lease()).isGreaterThan(Duration.ofSeconds(120));
  }

  @Test
  void what_was_not_sent_can_be_taken_back_and_is_held_until_that_is_written() {
    Lane lane = lane("concurrency: 1");
    add(lane, 1, 2, 3);
    lane.next();

    assertThat(lane.takeBack().id()).isEqualTo(2);
    assertThat(lane.takeBack().id()).isEqualTo(3);
    assertThat(lane.takeBack()).isNull();
    assertThat(lane.held()).isEqualTo(3);

    lane.settled(delivery(2));
    lane.settled(delivery(3));
    lane.settled(delivery(3));
    assertThat(lane.held()).isEqualTo(1);
  }

  @Test
  void an_empty_lane_has_nothing_to_send() {
    assertThat(lane("").next()).isNull();
  }

  private static Lane lane(String settings) {
    Channel channel = Channels.table("a | " + settings).channel("a").orElseThrow();
    return new Lane(channel);
  }

  private static Delivery delivery(long id) {
    Delivery d = Channels.delivery("a");
    return new Delivery(
        id, d.message(), "a", d.refusedBy(), 1, 0, 0, Delivery.Claim.DUE, UUID.randomUUID());
  }

  private static Delivery add(Lane lane, long... ids) {
    Delivery last = null;
    for (long id : ids) {
      last = delivery(id);
      lane.add(last, System.nanoTime());
    }
    return last;
  }

  private static void postAndSettle(Lane lane, int count) {
    for (int i = 0; i < count; i++) {
      Delivery d = add(lane, i);
      lane.next();
      lane.finish();
      lane.settled(d);
    }
  }
}
