package org.intergov.outbound.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.intergov.outbound.store.TestStore.LEASE;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.intergov.outbound.delivery.Delivery;
import org.intergov.outbound.delivery.Delivery.Claim;
import org.intergov.outbound.store.ShutLanes.Part;
import org.intergov.outbound.store.ShutLanes.Place;
import org.intergov.outbound.store.database.CuttingProxy;
import org.intergov.outbound.store.database.CuttingProxy.Cut;
import org.intergov.outbound.store.database.Database;
import org.intergov.outbound.store.database.StoreUnavailableException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What waits in lanes that send nothing for now. */
class ShutLanesTest {
  private static final ShutLanes.Lane A = new ShutLanes.Lane("a", false);

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
  void what_has_expired_is_claimed_although_the_lane_is_paused_and_the_rest_is_left_alone() {
    store.submit("a", "1", "2", "3");
    store.submit("b", "4");
    store.channels.pause("a", "an operator", null);
    store.run("UPDATE delivery_outbox SET expires_at = now() WHERE sender_ref IN ('2', '4')");

    Part part = store.shut.expired(A, Place.START, UUID.randomUUID(), LEASE);
    assertThat(references(part)).containsExactly("2");
    assertThat(part.claimed().get(0).claim()).isEqualTo(Claim.EXPIRED);
    assertThat(part.next()).isEmpty();
    assertThat(store.ask("SELECT sender_ref FROM delivery_outbox WHERE status = 'sending'"))
        .containsExactly("2");
    assertThat(store.shut.expired(A, Place.START, UUID.randomUUID(), LEASE).claimed())
        .as("it is claimed already")
        .isEmpty();
  }

  @Test
  void one_that_was_being_sent_when_its_holder_died_is_left_to_the_lane() {
    store.submit("a", "1");
    store.claim("a", 1);
    store.run("UPDATE delivery_outbox SET locked_until = now(), expires_at = now()");

    assertThat(store.shut.expired(A, Place.START, UUID.randomUUID(), LEASE).claimed()).isEmpty();
    assertThat(store.claim("a", 1))
        .extracting(Delivery::claim)
        .containsExactly(Claim.LEASE_RAN_OUT);
  }

  @Test
  void one_that_was_only_looked_at_when_its_holder_died_was_not_sent() {
    store.submit("a", "1", "2");
    store.run("UPDATE delivery_outbox SET due_at = due_at - interval '1 minute'");
    Part part =
        store.shut.expiredOrMovable(
            A,
            Place.START,
            Duration.ofSeconds(30),
            w -> w.message().senderRef().equals("1"),
            UUID.randomUUID(),
            LEASE);
    assertThat(references(part)).containsExactly("1");
    store.run("UPDATE delivery_outbox SET locked_until = now()");

    assertThat(store.claim("a", 2))
        .extracting(d -> d.message().senderRef() + " " + d.claim())
        .containsExactlyInAnyOrder("1 DUE", "2 DUE");
    store.run("UPDATE delivery_outbox SET locked_until = now()");
    assertThat(store.claim("a", 2))
        .extracting(Delivery::claim)
        .containsExactly(Claim.LEASE_RAN_OUT, Claim.LEASE_RAN_OUT);
  }

  @Test
  void a_claim_whose_answer_was_cut_off_is_given_back() throws Exception {
    store.submit("a", "1");
    store.run("UPDATE delivery_outbox SET expires_at = now()");
    int port = Integer.parseInt(store.url().replaceAll(".*:(\\d+)/.*", "$1"));
    try (CuttingProxy proxy = new CuttingProxy(port);
        Database db = store.connect("cut", store.url().replace(":" + port, ":" + proxy.port()))) {
      ShutLanes shut = new ShutLanes(db, new DeliveryOutbox(db, true));
      proxy.cutNext("FOR UPDATE SKIP LOCKED", Cut.AFTER_THE_COMMIT);
      assertThatThrownBy(() -> shut.expired(A, Place.START, UUID.randomUUID(), LEASE))
          .isInstanceOf(StoreUnavailableException.class);
      await().until(() -> store.outbox("1", "status").equals("sending"));

      assertThat(references(shut.expired(A, Place.START, UUID.randomUUID(), LEASE)))
          .containsExactly("1");
    }
  }

  @Test
  void what_has_waited_for_so_long_is_claimed_if_it_may_move() {
    store.submit("a", "1", "2", "3", "4", "5");
    String long1 = "UPDATE delivery_outbox SET due_at = due_at - interval '1 minute'";
    store.run(long1 + " WHERE sender_ref <> '2'");
    store.run("UPDATE delivery_outbox SET unknowns = 1 WHERE sender_ref = '4'");
    store.run("UPDATE delivery_outbox SET refused_by = '{b}' WHERE sender_ref = '5'");

    Part part =
        store.shut.expiredOrMovable(
            A,
            Place.START,
            Duration.ofSeconds(30),
            w -> !w.message().senderRef().equals("3") && !w.refusedBy().contains("b"),
            UUID.randomUUID(),
            LEASE);
    assertThat(references(part)).containsExactly("1");
    assertThat(part.claimed().get(0).claim()).isEqualTo(Claim.DUE);
  }

  @Test
  void a_long_lane_is_walked_in_parts_from_its_beginning_to_its_end() {
    store.submissions.store(TestStore.submissions("a", "m", 2_500));
    store.run("UPDATE delivery_outbox SET expires_at = now() WHERE sender_ref = 'm2400'");
    Place from = Place.START;
    int parts = 0;
    Part part;
    do {
      part =
          store.shut.expiredOrMovable(
              A, from, Duration.ofDays(1), w -> true, UUID.randomUUID(), LEASE);
      assertThat(part.claimed()).hasSize(++parts == 3 ? 1 : 0);
      from = part.next().orElse(null);
    } while (from != null);
    assertThat(parts).isEqualTo(3);
    assertThat(references(part)).containsExactly("m2400");
  }

  @Test
  void what_is_looked_at_in_a_lane_with_an_order_keeps_the_later_ones_of_its_subject_waiting() {
    ShutLanes.Lane ordered = new ShutLanes.Lane("a", true);
    store.submissions.store(
        List.of(
            new Submissions.Submission(TestStore.message("1", "x"), "a"),
            new Submissions.Submission(TestStore.message("2", "x"), "a"),
            new Submissions.Submission(TestStore.message("3", "x"), "a")));
    Delivery first =
        store
            .shut
            .expiredOrMovable(
                ordered,
                Place.START,
                Duration.ZERO,
                w -> w.message().senderRef().equals("1"),
                UUID.randomUUID(),
                LEASE)
            .claimed()
            .get(0);
    // another replica, whose circuit is closed
    assertThat(OrderedLanesTest.claim(store, 10)).isEmpty();

    // there is no other channel for it after all
    store.settlements.deliveries(List.of(TestStore.again(first, Duration.ZERO)));
    assertThat(OrderedLanesTest.references(OrderedLanesTest.claim(store, 10))).containsExactly("1");
    assertThat(
            references(
                store.shut.expiredOrMovable(
                    ordered, Place.START, Duration.ZERO, w -> true, UUID.randomUUID(), LEASE)))
        .as("those behind it wait for it")
        .isEmpty();
  }

  @Test
  void the_next_of_a_subject_has_waited_for_as_long_as_it_is_there() {
    ShutLanes.Lane ordered = new ShutLanes.Lane("a", true);
    store.submissions.store(
        List.of(
            new Submissions.Submission(TestStore.message("1", "x"), "a"),
            new Submissions.Submission(TestStore.message("2", "x"), "a")));
    store.run("UPDATE delivery_outbox SET created_at = now() - interval '1 minute'");
    Delivery first = OrderedLanesTest.claim(store, 10).get(0);
    assertThat(OrderedLanesTest.claim(store, 10)).isEmpty();
    store.settlements.deliveries(List.of(TestStore.refused(first)));

    assertThat(
            references(
                store.shut.expiredOrMovable(
                    ordered,
                    Place.START,
                    Duration.ofSeconds(30),
                    w -> true,
                    UUID.randomUUID(),
                    LEASE)))
        .containsExactly("2");
  }

  @Test
  void an_empty_lane_has_nothing() {
    assertThat(store.shut.expired(A, Place.START, UUID.randomUUID(), LEASE))
        .isEqualTo(new Part(List.of(), java.util.Optional.empty()));
  }

  private static List<String> references(Part part) {
    return part.claimed().stream().map(d -> d.message().senderRef()).toList();
  }
}
