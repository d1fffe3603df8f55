package org.intergov.outbound.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.intergov.outbound.delivery.Lane.Adoption;
import org.intergov.outbound.routing.Channel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One channel's share of a replica. */
class LaneTest {
  private static final Outcome POSTED = new Outcome.Posted("1", false);
  private static final long WINDOW = Duration.ofMillis(500).toNanos();

  private static final Outcome UNAVAILABLE =
      new Outcome.Unavailable("no connection", java.util.Optional.empty());

  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - WINDOW);

  @Test
  void an_idle_lane_may_claim_as_many_as_its_concurrency() {
    assertThat(lane("concurrency: 3").freeSlots()).isEqualTo(3);
  }

  @Test
  void no_more_are_posted_at_a_time_than_its_concurrency() {
    Lane lane = lane("concurrency: 2");
    add(lane, 1, 2, 3);

    Lane.Next one = lane.next();
    assertThat(one.delivery().id()).isEqualTo(1);
    assertThat(lane.next().delivery().id()).isEqualTo(2);
    assertThat(lane.next()).isNull();
    assertThat(lane.posting()).isEqualTo(2);

    lane.finish(one, POSTED, 0);
    assertThat(lane.next().delivery().id()).isEqualTo(3);
    assertThat(lane.next()).isNull();
  }

  @Test
  void a_slot_is_free_for_a_claim_only_when_the_outcome_is_written() {
    Lane lane = lane("concurrency: 2, on-unknown: hold");
    Delivery first = add(lane, 1);
    add(lane, 2);
    assertThat(lane.freeSlots()).isZero();

    lane.finish(lane.next(), POSTED, 0);
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
    assertThat(lane.runsLow()).isFalse();
  }

  @Test
  void a_lane_that_has_become_slow_gets_no_stock_any_more() {
    Lane lane = lane("concurrency: 2");
    postAndSettle(lane, 30);

    now.addAndGet(WINDOW);
    assertThat(lane.freeSlots()).as("half a second later").isEqualTo(32);
    now.addAndGet(WINDOW);
    assertThat(lane.freeSlots()).as("a second later").isEqualTo(2);
  }

  @Test
  void no_more_is_claimed_while_more_than_half_of_the_stock_is_left() {
    Lane lane = lane("concurrency: 20");
    postAndSettle(lane, 40);
    add(lane, LongStream.range(0, 40).toArray());

    post(lane, 19);
    assertThat(lane.freeSlots()).as("21 of 40 are left").isZero();
    post(lane, 1);
    assertThat(lane.freeSlots()).as("20 are left and 20 are on the way").isEqualTo(20);
  }

  @Test
  void no_more_is_claimed_while_too_much_waits_to_be_written() {
    Lane lane = lane("concurrency: 2");
    postAndSettle(lane, 30);
    List<Delivery> posted = new ArrayList<>();
    while (lane.freeSlots() > 0) {
      for (int i = lane.freeSlots(); i > 0; i--) {
        posted.add(add(lane, 100 + posted.size()));
        lane.finish(lane.next(), POSTED, 0);
      }
      now.addAndGet(WINDOW); // what it has just posted counts for its next stock
      lane.freeSlots();
      now.addAndGet(WINDOW);
    }

    assertThat(lane.held()).isEqualTo(posted.size());
    lane.settled(posted.get(0));
    assertThat(lane.freeSlots()).as("nothing is written, so nothing is free").isZero();
    posted.forEach(lane::settled);
    assertThat(lane.freeSlots()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(ints = {30, 31, 32, 33, 99, 500, 1_000})
  void that_the_stock_runs_low_is_said_once_and_then_more_may_be_claimed(int stock) {
    Lane lane = lane("concurrency: 2");
    postAndSettle(lane, stock);

    for (int claim = 0; claim < 3; claim++) {
      int claimed = lane.freeSlots();
      add(lane, LongStream.range(0, claimed).toArray());
      int said = 0;
      for (int i = 0; i < claimed; i++) {
        Lane.Next next = lane.next();
        if (lane.runsLow()) {
          said++;
          assertThat(lane.freeSlots()).isPositive();
        }
        lane.finish(next, POSTED, 0);
        lane.settled(next.delivery());
      }
      assertThat(said).as("of %d", claimed).isEqualTo(1);
    }
  }

  @Test
  void a_lane_whose_stock_is_smaller_than_its_slots_never_runs_low() {
    Lane lane = lane("concurrency: 40");
    postAndSettle(lane, 30);
    add(lane, LongStream.range(0, 30).toArray());

    for (int i = 0; i < 30; i++) {
      post(lane, 1);
      assertThat(lane.runsLow()).isFalse();
    }
  }

  @Test
  void a_delivery_whose_lease_would_not_outlive_a_post_is_not_in_time_and_takes_no_slot() {
    Lane lane = lane("concurrency: 1, timeout: 10s");
    lane.add(delivery(1), now.get() - Duration.ofSeconds(6).toNanos());
    lane.add(delivery(2), now.get() - Duration.ofSeconds(1).toNanos());

    Lane.Next late = lane.next();
    assertThat(late.delivery().id()).isEqualTo(1);
    assertThat(late.send()).isFalse();
    assertThat(lane.posting()).isZero();

    Lane.Next inTime = lane.next();
    assertThat(inTime.delivery().id()).isEqualTo(2);
    assertThat(inTime.send()).isTrue();
  }

  @Test
  void one_that_is_late_is_handed_out_even_if_every_slot_is_taken() {
    Lane lane = lane("concurrency: 1, timeout: 10s");
    add(lane, 1);
    lane.next();
    lane.add(delivery(2), now.get() - Duration.ofMinutes(1).toNanos());

    assertThat(lane.next().send()).isFalse();
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

    Delivery two = lane.takeBack();
    Delivery three = lane.takeBack();
    assertThat(List.of(two.id(), three.id())).containsExactly(2L, 3L);
    assertThat(lane.takeBack()).isNull();
    assertThat(lane.held()).isEqualTo(3);

    lane.settled(two);
    lane.settled(three);
    lane.settled(three);
    assertThat(lane.held()).isEqualTo(1);
  }

  @Test
  void an_outcome_is_written_under_the_lease_that_took_its_delivery_over_and_under_no_other() {
    Lane lane = lane("concurrency: 2");
    Delivery first = add(lane, 1);
    Delivery reclaimed = delivery(1, Delivery.Claim.LEASE_RAN_OUT);
    assertThat(lane.adopt(reclaimed)).isEqualTo(Adoption.ADOPTED);
    assertThat(lane.lease(first)).isEqualTo(reclaimed.lockToken());

    // another replica had the row meanwhile, and it is due here again
    Delivery anew = add(lane, 1);
    assertThat(lane.lease(first)).isEqualTo(first.lockToken());
    lane.settled(first);
    assertThat(lane.held()).isEqualTo(1);
    assertThat(lane.lease(anew)).isEqualTo(anew.lockToken());
    lane.settled(anew);
    assertThat(lane.held()).isZero();
  }

  @Test
  void one_that_the_database_has_forgotten_is_not_sent_a_second_time_while_it_is_being_posted() {
    Lane lane = lane("concurrency: 2, on-unknown: hold");
    Delivery first = add(lane, 1);
    Lane.Next post = lane.next();

    Delivery dueAgain = delivery(1);
    assertThat(lane.adopt(dueAgain)).isEqualTo(Adoption.ADOPTED);
    assertThat(lane.next()).isNull();

    lane.finish(post, POSTED, 0);
    assertThat(lane.lease(first)).isEqualTo(dueAgain.lockToken());
  }

  @Test
  void one_that_is_due_again_since_its_outcome_has_just_been_written_is_not_adopted() {
    Lane lane = lane("concurrency: 2");
    Delivery first = add(lane, 1);
    lane.finish(lane.next(), UNAVAILABLE, 0);

    assertThat(lane.adopt(delivery(1))).isEqualTo(Adoption.NOT_HERE);
    Delivery anew = add(lane, 1);
    lane.settled(first);
    assertThat(lane.next().delivery()).isEqualTo(anew);
  }

  @Test
  void a_post_that_never_ends_is_given_up_and_its_slot_is_free_again() {
    Lane lane = lane("concurrency: 1, on-unknown: hold, timeout: 2s");
    add(lane, 1);
    Lane.Next post = lane.next();
    Delivery claimedAgain = delivery(1, Delivery.Claim.LEASE_RAN_OUT);

    now.addAndGet(lane.lease().toNanos());
    assertThat(lane.adopt(claimedAgain)).isEqualTo(Adoption.ADOPTED);
    now.addAndGet(1);
    assertThat(lane.adopt(claimedAgain)).isEqualTo(Adoption.GIVEN_UP);
    assertThat(lane.adopt(claimedAgain)).isEqualTo(Adoption.NOT_HERE);
    assertThat(lane.posting()).isZero();
    assertThat(lane.freeSlots()).isEqualTo(1);

    lane.finish(post, POSTED, 0);
    assertThat(lane.posting()).as("the answer that came after all frees no slot twice").isZero();
  }

  @Test
  void an_outcome_that_is_never_written_is_not_waited_for_for_ever() {
    Lane lane = lane("concurrency: 1, on-unknown: hold");
    add(lane, 1);
    lane.finish(lane.next(), POSTED, 0);
    Delivery claimedAgain = delivery(1, Delivery.Claim.LEASE_RAN_OUT);

    now.addAndGet(lane.lease().plusMinutes(1).toNanos());
    assertThat(lane.adopt(claimedAgain)).isEqualTo(Adoption.ADOPTED);
    now.addAndGet(1);
    assertThat(lane.adopt(claimedAgain)).isEqualTo(Adoption.GIVEN_UP);
    assertThat(lane.held()).isZero();
  }

  @Test
  void with_a_longer_timeout_what_waits_goes_back_since_its_leases_are_too_short() {
    Lane lane = lane("concurrency: 1, timeout: 10s");
    add(lane, 1, 2, 3);
    lane.next();

    assertThat(lane.follow(channel("concurrency: 1, timeout: 10s"))).isEmpty();
    assertThat(lane.follow(channel("concurrency: 1, timeout: 9s"))).isEmpty();
    assertThat(lane.follow(channel("concurrency: 1, timeout: 10s")))
        .extracting(Delivery::id)
        .containsExactly(2L, 3L);
    assertThat(lane.isEmpty()).isTrue();
    assertThat(lane.held()).as("until that is written").isEqualTo(3);
    assertThat(lane.channel()).isEqualTo(channel("concurrency: 1, timeout: 10s"));
  }

  @Test
  void a_channel_that_must_not_see_a_message_twice_any_more_has_no_stock_from_then_on() {
    String settings = "concurrency: 2";
    Lane lane = lane(settings);
    postAndSettle(lane, 30);
    add(lane, 1, 2);

    assertThat(lane.follow(channel(settings + ", on-unknown: hold")))
        .extracting(Delivery::id)
        .containsExactly(1L, 2L);
    assertThat(lane.held()).isEqualTo(2);
    assertThat(lane.freeSlots()).as("2 are not written yet").isZero();
    assertThat(lane.follow(channel(settings))).isEmpty();
    assertThat(lane.freeSlots()).as("30 in stock again").isEqualTo(32);
  }

  @Test
  void one_that_was_taken_back_is_due_again_and_not_adopted() {
    Lane lane = lane("concurrency: 1");
    add(lane, 1);
    assertThat(lane.isEmpty()).isFalse();
    lane.takeBack();

    assertThat(lane.isEmpty()).isTrue();
    assertThat(lane.adopt(delivery(1))).isEqualTo(Adoption.NOT_HERE);
  }

  @Test
  void an_empty_lane_has_nothing_to_send() {
    assertThat(lane("").next()).isNull();
  }

  private Lane lane(String settings) {
    return new Lane(channel(settings), now::get);
  }

  private static Channel channel(String settings) {
    return Channels.table("a | " + settings).channel("a").orElseThrow();
  }

  private static Delivery delivery(long id) {
    return delivery(id, Delivery.Claim.DUE);
  }

  private static Delivery delivery(long id, Delivery.Claim claim) {
    Delivery d = Channels.delivery("a");
    return new Delivery(id, d.message(), "a", d.refusedBy(), 1, 0, 0, claim, UUID.randomUUID());
  }

  private Delivery add(Lane lane, long... ids) {
    Delivery last = null;
    for (long id : ids) {
      last = delivery(id);
      lane.add(last, now.get());
    }
    return last;
  }

  private static void post(Lane lane, int count) {
    for (int i = 0; i < count; i++) {
      assertThat(lane.next()).isNotNull();
    }
  }

  private void postAndSettle(Lane lane, int count) {
    for (int i = 0; i < count; i++) {
      Delivery d = add(lane, i);
      lane.finish(lane.next(), POSTED, 0);
      lane.settled(d);
    }
  }
}
