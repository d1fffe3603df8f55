package org.intergov.outbound.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.intergov.outbound.delivery.Channels;
import org.intergov.outbound.routing.RoutingTable;
import org.intergov.outbound.store.DeliveryOutbox.LaneSlots;
import org.junit.jupiter.api.Test;

/** How much a replica claims for all its lanes together. */
class LaneClaimsTest {
  @Test
  void lanes_share_what_the_replica_may_hold_and_none_is_left_without_any() {
    Map<String, ChannelLane> lanes = new HashMap<>();
    List<LaneSlots> shares = claims(100, 40).shares(lanes, 500);

    assertThat(shares).hasSize(100);
    assertThat(shares.stream().mapToInt(LaneSlots::slots).filter(s -> s > 1).sum())
        .as("what the lanes get in turn, until it is used up")
        .isBetween(30, 40);
    assertThat(shares).allMatch(s -> s.slots() >= 1);
  }

  @Test
  void with_room_for_all_every_lane_gets_its_concurrency() {
    assertThat(claims(3, 1_000).shares(new HashMap<>(), 500))
        .hasSize(3)
        .allMatch(s -> s.slots() == 16);
  }

  @Test
  void every_lane_comes_to_be_the_first_in_turn() {
    LaneClaims claims = claims(3, 16);
    TreeSet<String> first = new TreeSet<>();
    for (int i = 0; i < 3; i++) {
      first.add(claims.shares(new HashMap<>(), 500).get(0).channelId());
    }
    assertThat(first).containsExactly("c0", "c1", "c2");
  }

  @Test
  void a_lane_in_maintenance_claims_nothing_and_the_others_go_on() {
    Instant[] now = {Instant.parse("2026-06-07T01:59:59Z")};
    Clock clock = movedBy(now);
    RoutingTable table =
        Channels.table(
            clock,
            "rests | maintenance: { from: Sun 02:00, until: Sun 04:00, zone: UTC }",
            "works | match: { receiver: SG }");
    LaneClaims claims = claims(table, 1_000);

    assertThat(claims.shares(new HashMap<>(), 500)).hasSize(2);
    now[0] = Instant.parse("2026-06-07T02:00:00Z");
    assertThat(claims.shares(new HashMap<>(), 500))
        .extracting(LaneSlots::channelId)
        .containsExactly("works");
    now[0] = Instant.parse("2026-06-07T04:00:00Z");
    assertThat(claims.shares(new HashMap<>(), 500)).hasSize(2);
  }

  @Test
  void
      what_waits_for_a_channel_that_is_not_active_is_claimed_to_be_decided_as_far_as_there_is_room() {
    Instant[] now = {Instant.parse("2026-06-07T02:00:00Z")};
    RoutingTable table =
        Channels.table(
            movedBy(now),
            "ended | active: { until: 2026-06-01T00:00:00Z }, match: { receiver: SG }, concurrency: 30",
            "works | match: { receiver: SG }");
    LaneClaims claims = claims(table, 1_000);

    assertThat(claims.shares(new HashMap<>(), 20))
        .extracting(s -> s.channelId() + " " + s.slots() + " " + s.decides())
        .containsExactlyInAnyOrder("ended 20 true", "works 16 false");
    assertThat(claims.shares(new HashMap<>(), 0))
        .extracting(s -> s.channelId() + " " + s.slots())
        .contains("ended 0");
  }

  private static Clock movedBy(Instant[] now) {
    return new Clock() {
      @Override
      public Instant instant() {
        return now[0];
      }

      @Override
      public ZoneId getZone() {
        return ZoneOffset.UTC;
      }

      @Override
      public Clock withZone(ZoneId zone) {
        return this;
      }
    };
  }

  private static LaneClaims claims(int channels, int mostHeld) {
    RoutingTable table =
        Channels.table(
            IntStream.range(0, channels)
                .mapToObj(n -> "c" + n + " | match: { receiver: SG, predicate: UN." + n + " }")
                .toArray(String[]::new));
    return claims(table, mostHeld);
  }

  private static LaneClaims claims(RoutingTable table, int mostHeld) {
    return new LaneClaims(
        null,
        () -> table,
        channel -> new ChannelLane(channel, (delay, then) -> {}, List.of()),
        () -> 0,
        new Shares(mostHeld));
  }
}
