package org.intergov.outbound.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.intergov.outbound.store.TestStore.LEASE;
import static org.intergov.outbound.store.TestStore.again;
import static org.intergov.outbound.store.TestStore.message;
import static org.intergov.outbound.store.TestStore.posted;
import static org.intergov.outbound.store.TestStore.refused;

import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import org.intergov.outbound.delivery.Delivery;
import org.intergov.outbound.delivery.Delivery.Claim;
import org.intergov.outbound.delivery.OutboxStatus;
import org.intergov.outbound.delivery.Settlement;
import org.intergov.outbound.message.Reference;
import org.intergov.outbound.store.DeliveryOutbox.LaneSlots;
import org.intergov.outbound.store.Submissions.Submission;
import org.intergov.outbound.store.database.Database;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Lanes that send the messages of one subject one after the other. */
class OrderedLanesTest {
  private static TestStore store;

  @BeforeAll
  static void start() {
    store = TestStore.start();
  }

  @AfterAll
  static void stop() {
    store.close();
  }

  @BeforeEach
  void clear() {
    store.clear();
  }

  @Test
  void
      a_settlement_waits_for_no_lane_that_somebody_claims_from_and_the_next_goes_when_it_is_free() {
    submit("x", "1", "2");
    Delivery first = claim(store, 1).get(0);
    assertThat(claim(store, 5)).as("2 is put behind 1").isEmpty();

    store.outboxDatabase.transaction(
        frozen -> {
          assertThat(OrderedLanes.isOurTurn(frozen, "a")).isTrue();
          store.settlements.deliveries(List.of(posted(first, "t1", true)));
          assertThat(claim(store, 5)).isEmpty();
          return null;
        });

    assertThat(
            references(
                store.ordered.claim(List.of(new LaneSlots("a", 5, LEASE)), UUID.randomUUID())))
        .containsExactly("2");
    assertThat(store.ask("SELECT count(*) FROM ordered_turns")).containsExactly("0");
  }

  @Test
  void one_that_was_claimed_to_be_decided_upon_keeps_its_place_in_the_order() {
    submit("x", "1", "2");
    LaneSlots deciding = new LaneSlots("a", 1, LEASE, true, true);
    store.ordered.claim(deciding, UUID.randomUUID());
    store.run("UPDATE delivery_outbox SET due_at = now() WHERE sender_ref = '2'");
    store.run(
        "UPDATE delivery_outbox SET status = 'sending', locked_until = now(),"
            + " lock_token = '00000000-0000-0000-0000-000000000000' WHERE sender_ref = '2'");

    assertThat(claim(store, 5)).isEmpty();
    store.run("UPDATE delivery_outbox SET locked_until = now() WHERE sender_ref = '1'");
    assertThat(references(claim(store, 5))).containsExactly("1");
  }

  @Test
  void of_each_subject_only_the_first_is_claimed() {
    submit("x", "1", "2", "3");
    submit("y", "4", "5");
    submit("z", "6");

    assertThat(references(claim(store, 10))).containsExactlyInAnyOrder("1", "4", "6");
    assertThat(claim(store, 10)).isEmpty();
  }

  @Test
  void no_more_are_claimed_than_the_lane_has_slots_and_the_rest_keeps_its_order() {
    submit("x", "1", "2");
    submit("y", "3", "4");

    List<Delivery> first = claim(store, 1);
    assertThat(references(first)).containsExactly("1");
    settle(posted(first.get(0), "t1", true));
    assertThat(references(claim(store, 1))).containsExactly("3");
    assertThat(references(claim(store, 1))).containsExactly("2");
    assertThat(claim(store, 1)).isEmpty();
  }

  @Test
  void the_next_goes_when_the_one_before_is_accepted_or_rejected() {
    submit("x", "1", "2", "3");

    settle(posted(only(claim(store, 10)), "t1", false));
    Delivery second = only(claim(store, 10));
    assertThat(second.message().senderRef()).isEqualTo("2");
    settle(refused(second));
    assertThat(references(claim(store, 10))).containsExactly("3");
  }

  @Test
  void one_that_waits_to_be_tried_again_keeps_the_later_ones_waiting() {
    submit("x", "1", "2");
    settle(again(only(claim(store, 10)), Duration.ofHours(1)));
    submit("x", "3");
    submit("y", "4");

    assertThat(references(claim(store, 10))).containsExactly("4");
    store.run("UPDATE delivery_outbox SET due_at = now() WHERE sender_ref = '1'");
    Delivery first = only(claim(store, 10));
    assertThat(first.message().senderRef()).isEqualTo("1");
    settle(posted(first, "t1", true));
    settle(posted(only(claim(store, 10)), "t2", true));
    assertThat(references(claim(store, 10))).containsExactly("3");
  }

  @Test
  void a_held_one_keeps_the_later_ones_waiting_until_an_operator_has_sent_it_again() {
    submit("x", "1", "2");
    settle(with(only(claim(store, 10)), OutboxStatus.HELD, "a"));
    assertThat(claim(store, 10)).isEmpty();
    store.ordered.repair("a");
    assertThat(claim(store, 10)).isEmpty();
    assertThat(waitsFor("2")).isEqualTo("AU:1 (held)");
    assertThat(waitsFor("1")).isNull();

    store.actions.replay(Reference.parse("AU:1"), "an operator");
    settle(posted(only(claim(store, 10)), "t1", true));
    assertThat(references(claim(store, 10))).containsExactly("2");
  }

  @Test
  void a_held_one_that_an_operator_has_resolved_makes_room_for_the_next_at_once() {
    submit("x", "1", "2");
    settle(with(only(claim(store, 10)), OutboxStatus.HELD, "a"));
    assertThat(claim(store, 10)).isEmpty();

    store.actions.resolve(Reference.parse("AU:1"), true, "they have it", "an operator");
    assertThat(references(claim(store, 10))).containsExactly("2");
  }

  @Test
  void one_that_moves_to_another_lane_makes_room_for_the_next() {
    submit("x", "1", "2");
    settle(with(only(claim(store, 10)), OutboxStatus.PENDING, "b"));

    assertThat(references(claim(store, 10))).containsExactly("2");
    assertThat(references(store.claim("b", 10))).containsExactly("1");
  }

  @Test
  void one_whose_holder_died_is_claimed_again_before_any_later_one() {
    submit("x", "1", "2");
    claim(store, 10);
    store.run("UPDATE delivery_outbox SET locked_until = now() WHERE status = 'sending'");

    Delivery again = only(claim(store, 10));
    assertThat(again.message().senderRef()).isEqualTo("1");
    assertThat(again.claim()).isEqualTo(Claim.LEASE_RAN_OUT);
  }

  @Test
  void one_that_expires_while_it_waits_is_claimed_to_be_rejected() {
    submit("x", "1", "2");
    claim(store, 10);
    assertThat(claim(store, 10)).isEmpty();
    store.run(
        "UPDATE delivery_outbox SET expires_at = now(), due_at = now() WHERE sender_ref = '2'");

    assertThat(only(claim(store, 10)).claim()).isEqualTo(Claim.EXPIRED);
  }

  @Test
  void a_later_one_waits_for_an_earlier_one_that_is_not_routed_yet() {
    store.submissions.store(List.of(new Submission(message("1", "x"), null)));
    submit("x", "2");
    submit("y", "3");

    assertThat(references(claim(store, 10))).containsExactly("3");
    Delivery unrouted = only(store.claim("", 10));
    assertThat(claim(store, 10)).isEmpty();
    settle(with(unrouted, OutboxStatus.PENDING, "a"));
    Delivery first = only(claim(store, 10));
    assertThat(first.message().senderRef()).isEqualTo("1");
    settle(posted(first, "t", true));
    assertThat(references(claim(store, 10))).containsExactly("2");
  }

  @Test
  void what_was_taken_away_by_other_means_is_noticed() {
    submit("x", "1", "2");
    claim(store, 10);
    assertThat(store.ordered.repair("a")).isZero();
    store.run("UPDATE delivery_outbox SET status = 'rejected' WHERE sender_ref = '1'");
    assertThat(claim(store, 10)).isEmpty();

    assertThat(store.ordered.repair("a")).isEqualTo(1);
    assertThat(references(claim(store, 10))).containsExactly("2");
  }

  @Test
  void a_lane_that_has_no_order_any_more_lets_all_go() {
    submit("x", "1", "2", "3");
    claim(store, 10);
    assertThat(store.claim("a", 10)).isEmpty();

    assertThat(store.ordered.release(List.of("a", "b"))).isEqualTo(2);
    assertThat(references(store.claim("a", 10))).containsExactlyInAnyOrder("2", "3");
    assertThat(store.ordered.release(List.of("a", "b"))).isZero();
  }

  @Test
  void a_lane_that_comes_to_have_an_order_keeps_it_from_then_on() {
    submit("x", "1", "2", "3");
    List<Delivery> unordered = store.claim("a", 1);
    assertThat(references(unordered)).containsExactly("1");

    assertThat(references(claim(store, 10))).as("1 is not known to be ordered").hasSize(1);
    assertThat(claim(store, 10)).isEmpty();
  }

  @Test
  void one_that_somebody_has_locked_is_not_overtaken() {
    submit("x", "1", "2");
    submit("y", "3");
    try (Database other = store.connect("other", store.url())) {
      other.transaction(
          connection -> {
            try (Statement s = connection.createStatement()) {
              s.execute("SELECT FROM delivery_outbox WHERE sender_ref = '1' FOR UPDATE");
            }
            assertThat(references(claim(store, 10))).containsExactly("3");
            return null;
          });
    }
    assertThat(references(claim(store, 10))).containsExactly("1");
    assertThat(claim(store, 10)).isEmpty();
  }

  @Test
  void several_lanes_are_claimed_from_under_one_lease() {
    submit("x", "1", "2");
    store.submit("b", "3");
    UUID token = UUID.randomUUID();
    List<LaneSlots> lanes =
        List.of(
            new LaneSlots("a", 5, LEASE),
            new LaneSlots("empty", 5, LEASE),
            new LaneSlots("b", 5, LEASE));
    List<Delivery> claimed = store.ordered.claim(lanes, token);
    assertThat(references(claimed)).containsExactlyInAnyOrder("1", "3");
    assertThat(claimed).allMatch(d -> d.lockToken().equals(token));
    assertThat(store.ordered.claim(lanes, UUID.randomUUID())).isEmpty();
  }

  @Test
  void lanes_without_an_order_have_nothing_in_its_index() {
    submit("x", "1", "2");
    store.claim("a", 1);

    assertThat(store.ask("SELECT count(*) FROM delivery_outbox WHERE in_order"))
        .containsExactly("0");
  }

  /**
   * Four replicas claim and settle one lane, some outcomes being unavailable, some leases running
   * out: whenever one is claimed, all earlier ones of its subject are finished.
   */
  @Test
  void four_replicas_at_once_keep_the_order_of_every_subject() throws Exception {
    int subjects = 7;
    int count = 700;
    List<Submission> all = new ArrayList<>();
    IntStream.range(0, count)
        .forEach(n -> all.add(new Submission(message("m" + n, "s" + n % subjects), "a")));
    store.submissions.store(all);
    Queue<String> sent = new ConcurrentLinkedQueue<>();
    Callable<Integer> replica =
        () -> {
          try (Database db = store.connect("replica", store.url())) {
            return sendAll(db, sent, count);
          }
        };
    TestStore.atOnce(List.of(replica, replica, replica, replica));

    Map<String, List<Integer>> bySubject = new TreeMap<>();
    for (String line : sent) {
      String[] parts = line.split(" ");
      bySubject.computeIfAbsent(parts[0], s -> new ArrayList<>()).add(Integer.valueOf(parts[1]));
    }
    assertThat(bySubject).hasSize(subjects);
    bySubject.forEach((s, order) -> assertThat(order).as(s).hasSize(count / subjects).isSorted());
  }

  private static int sendAll(Database db, Queue<String> sent, int count) {
    OrderedLanes lanes = new OrderedLanes(db, new DeliveryOutbox(db, true));
    Settlements settlements = new Settlements(db);
    ThreadLocalRandom random = ThreadLocalRandom.current();
    while (sent.size() < count) {
      List<Settlement> outcomes = new ArrayList<>();
      for (Delivery d : lanes.claim(new LaneSlots("a", 5, LEASE), UUID.randomUUID())) {
        if (random.nextInt(5) == 0) {
          outcomes.add(again(d, Duration.ofMillis(random.nextInt(20))));
        } else {
          sent.add(d.message().subject() + " " + d.message().senderRef().substring(1));
          outcomes.add(posted(d, "t", true));
        }
      }
      if (!outcomes.isEmpty()) {
        settlements.deliveries(outcomes);
      }
    }
    return 0;
  }

  static List<Delivery> claim(TestStore store, int slots) {
    return store.ordered.claim(new LaneSlots("a", slots, LEASE), UUID.randomUUID());
  }

  static List<String> references(List<Delivery> claimed) {
    return claimed.stream().map(d -> d.message().senderRef()).toList();
  }

  private static String waitsFor(String reference) {
    return store.views.find(Reference.parse("AU:" + reference)).orElseThrow().delivery().waitsFor();
  }

  private static Delivery only(List<Delivery> claimed) {
    assertThat(claimed).hasSize(1);
    return claimed.get(0);
  }

  private static void submit(String subject, String... references) {
    store.submissions.store(
        IntStream.range(0, references.length)
            .mapToObj(i -> new Submission(message(references[i], subject), "a"))
            .toList());
  }

  private static void settle(Settlement settlement) {
    assertThat(store.settlements.deliveries(List.of(settlement)).leasesLost()).isZero();
  }

  private static Settlement with(Delivery d, OutboxStatus status, String channelId) {
    return new Settlement(
        d,
        status,
        channelId,
        d.refusedBy(),
        1,
        0,
        0,
        Duration.ZERO,
        null,
        null,
        List.of(),
        null,
        List.of());
  }
}
