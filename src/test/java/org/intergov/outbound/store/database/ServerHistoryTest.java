package org.intergov.outbound.store.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.intergov.outbound.store.TestStore.LEASE;
import static org.intergov.outbound.store.TestStore.message;
import static org.intergov.outbound.store.TestStore.posted;
import static org.intergov.outbound.store.TestStore.refused;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.intergov.outbound.delivery.Delivery;
import org.intergov.outbound.delivery.Event;
import org.intergov.outbound.delivery.JournalEntry;
import org.intergov.outbound.delivery.OutboxStatus;
import org.intergov.outbound.delivery.PendingDelivery;
import org.intergov.outbound.delivery.PendingSettlement;
import org.intergov.outbound.delivery.PendingSettlement.OutboxChange;
import org.intergov.outbound.store.ChannelPending.CheckSlots;
import org.intergov.outbound.store.DeliveryOutbox.LaneSlots;
import org.intergov.outbound.store.Settlements;
import org.intergov.outbound.store.Submissions.Submission;
import org.intergov.outbound.store.TestStore;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A database that was promoted or restored has forgotten what was done last. */
class ServerHistoryTest {
  private static TestStore store;

  @BeforeAll
  static void start() {
    store = TestStore.start();
    look(Standby.ASYNCHRONOUS);
  }

  @AfterAll
  static void stop() {
    store.close();
  }

  @BeforeEach
  void clear() {
    store.clear();
    store.run("UPDATE server_history SET forgot_at = NULL");
  }

  /** As a replica that opens its connections now. */
  private static void look(Standby standby) {
    try (Database replica = store.connect("replica", store.url())) {
      replica.check(new ServerHistory(standby));
    }
  }

  /** As if the rows had last been written on another timeline of the same server. */
  private static void promote() {
    store.run(
        "UPDATE server_history SET server = left(server, position('/' in server)) || '0000FFFF'");
  }

  private static void restoreElsewhere() {
    store.run("UPDATE server_history SET server = '1' || server");
  }

  private static String claims(List<Delivery> deliveries) {
    return deliveries.stream().map(d -> d.message().senderRef() + " " + d.claim()).toList() + "";
  }

  @Test
  void what_is_open_counts_as_possibly_sent_once_and_nothing_else_does() {
    store.submit("a", "waits");
    store.submit(null, "unrouted");
    store.submit("b", "sending", "held", "accepted");
    List<Delivery> sent = store.claim("b", 3);
    store.settlements.deliveries(List.of(posted(sent.get(2), "t", true)));
    store.run("UPDATE delivery_outbox SET status = 'held' WHERE sender_ref = 'held'");
    promote();

    look(Standby.ASYNCHRONOUS);

    assertThat(claims(store.claim("a", 5))).isEqualTo("[waits FORGOTTEN]");
    assertThat(claims(store.claim("", 5))).isEqualTo("[unrouted FORGOTTEN]");
    assertThat(store.claim("b", 5)).as("its own lease holds").isEmpty();
    assertThat(store.outbox("held", "status")).isEqualTo("held");
    assertThat(store.outbox("accepted", "status")).isEqualTo("accepted");

    store.run(
        "UPDATE delivery_outbox SET status = 'pending', locked_until = NULL"
            + " WHERE sender_ref = 'waits'");
    look(Standby.ASYNCHRONOUS);
    assertThat(claims(store.claim("a", 5))).isEqualTo("[waits DUE]");
  }

  @Test
  void what_was_claimed_to_be_decided_upon_may_have_been_decided_and_sent() {
    store.submit("a", "1");
    store.outbox.claim(List.of(new LaneSlots("a", 1, LEASE, true, true)), UUID.randomUUID());
    promote();

    look(Standby.ASYNCHRONOUS);

    assertThat(claims(store.claim("a", 1))).isEqualTo("[1 FORGOTTEN]");
  }

  @Test
  void one_that_is_due_later_is_decided_upon_then() {
    store.submit("a", "1");
    store.run("UPDATE delivery_outbox SET due_at = now() + interval '1 hour'");
    promote();

    look(Standby.ASYNCHRONOUS);

    assertThat(store.claim("a", 1)).isEmpty();
    store.run("UPDATE delivery_outbox SET due_at = now()");
    assertThat(claims(store.claim("a", 1))).isEqualTo("[1 FORGOTTEN]");
  }

  @Test
  void one_that_waited_for_its_turn_is_decided_upon_at_once() {
    store.submit("a", "1", "2");
    store.ordered.claim(new LaneSlots("a", 5, LEASE), UUID.randomUUID());
    assertThat(store.outbox("2", "due_at = expires_at")).isEqualTo("t");
    promote();

    look(Standby.ASYNCHRONOUS);

    assertThat(claims(store.ordered.claim(new LaneSlots("a", 5, LEASE), UUID.randomUUID())))
        .isEqualTo("[2 FORGOTTEN]");
  }

  @Test
  void a_backlog_of_any_size_is_brought_into_line() {
    store.submissions.store(TestStore.submissions("a", "m", 45_000));
    store.run("UPDATE delivery_outbox SET due_at = now() - id % 7 * interval '1 minute'");
    promote();

    look(Standby.ASYNCHRONOUS);

    assertThat(
            store.ask(
                "SELECT count(*) FROM delivery_outbox WHERE status = 'sending'"
                    + " AND locked_until <= now()"))
        .containsExactly("45000");
  }

  @Test
  void numbers_go_on_beyond_those_that_may_have_been_given_out() {
    store.submit("a", "before");
    long id = Long.parseLong(store.outbox("before", "id"));
    long seq = Long.parseLong(store.ask("SELECT max(seq) FROM delivery_status").get(0));
    promote();

    look(Standby.ASYNCHRONOUS);

    store.submit("a", "after");
    assertThat(Long.parseLong(store.outbox("after", "id"))).isGreaterThan(id + 1_000_000_000L);
    assertThat(Long.parseLong(store.ask("SELECT max(seq) FROM delivery_status").get(0)))
        .isGreaterThan(seq + 1_000_000_000L);
    assertThat(Long.parseLong(store.ask("SELECT nextval('message_seq')").get(0)))
        .isGreaterThan(1_000_000_000L);
  }

  @Test
  void the_outcome_of_a_post_whose_claim_is_forgotten_is_written_by_who_has_it() {
    store.submit("a", "1");
    Delivery d = store.claim("a", 1).get(0);
    store.run(
        "UPDATE delivery_outbox SET status = 'pending', lock_token = NULL, locked_until = NULL");
    promote();
    look(Standby.ASYNCHRONOUS);

    Settlements.Written written = store.settlements.deliveries(List.of(posted(d, "17", true)));

    assertThat(written.settled()).isEqualTo(1);
    assertThat(written.leasesLost()).isZero();
    assertThat(store.outbox("1", "status")).isEqualTo("accepted");
    assertThat(store.events("1")).containsExactly("submitted", "posted");
  }

  @Test
  void no_outcome_is_written_over_another_claim_or_another_generation() {
    store.submit("a", "claimed", "later");
    List<Delivery> before = store.claim("a", 2);
    store.run(
        "UPDATE delivery_outbox SET status = 'pending', lock_token = NULL, locked_until = NULL");
    store.run("UPDATE delivery_outbox SET generation = 2 WHERE sender_ref = 'later'");
    promote();
    look(Standby.ASYNCHRONOUS);
    store.run(
        "UPDATE delivery_outbox SET due_at = now() + interval '1 h'"
            + " WHERE sender_ref = 'later'");
    store.claim("a", 2);

    Settlements.Written written =
        store.settlements.deliveries(
            before.stream().map(d -> posted(d, "t" + d.id(), true)).toList());

    assertThat(written.leasesLost()).isEqualTo(2);
    assertThat(store.ask("SELECT DISTINCT status FROM delivery_outbox")).containsExactly("sending");
  }

  @Test
  void what_is_said_of_a_message_that_is_lost_is_not_said_of_the_one_that_has_its_number() {
    store.submit("a", "lost");
    Delivery d = store.claim("a", 1).get(0);
    store.run("TRUNCATE delivery_outbox, message_lake, delivery_status");
    store.run(
        "INSERT INTO delivery_outbox (id, sender, sender_ref, receiver, subject, obj, predicate)"
            + " OVERRIDING SYSTEM VALUE SELECT %d, 'AU', 'inserted', 'SG', 's', 'o', 'UN.CEFACT.p'"
                .formatted(d.id()));
    promote();
    look(Standby.ASYNCHRONOUS);

    assertThat(store.settlements.deliveries(List.of(posted(d, "17", true))).leasesLost())
        .isEqualTo(1);

    assertThat(claims(store.claim("", 1))).isEqualTo("[inserted FORGOTTEN]");
    assertThat(
            store.ask(
                "SELECT concat_ws(' ', sender_ref, event, detail) FROM delivery_status"
                    + " ORDER BY seq"))
        .containsExactly(
            "lost lease_lost the outbox has this message no more; the outcome here was posted, not"
                + " recorded",
            "inserted submitted");
    assertThat(store.events("inserted")).containsExactly("submitted");
  }

  @Test
  void what_is_said_of_a_message_that_has_left_the_outbox_is_said_under_its_number() {
    store.submit("a", "1");
    Delivery d = store.claim("a", 1).get(0);
    store.run("DELETE FROM delivery_outbox");

    assertThat(store.settlements.deliveries(List.of(posted(d, "17", true))).leasesLost())
        .isEqualTo(1);

    assertThat(
            store.ask(
                "SELECT event FROM delivery_status WHERE message_id = " + d.id() + " ORDER BY seq"))
        .containsExactly("submitted", "lease_lost");
  }

  @Test
  void an_outcome_that_is_no_post_does_not_undo_the_doubt() {
    store.submit("a", "1");
    Delivery d = store.claim("a", 1).get(0);
    store.run(
        "UPDATE delivery_outbox SET status = 'pending', lock_token = NULL, locked_until = NULL");
    promote();
    look(Standby.ASYNCHRONOUS);

    assertThat(store.settlements.deliveries(List.of(refused(d))).leasesLost()).isEqualTo(1);
    assertThat(claims(store.claim("a", 1))).isEqualTo("[1 FORGOTTEN]");
  }

  @Test
  void a_delivery_that_is_taken_back_after_that_may_have_been_sent_again_already() {
    store.deliver("a", "1", "17");
    promote();
    look(Standby.ASYNCHRONOUS);
    revoke("1", 2);

    assertThat(claims(store.claim("a", 1))).isEqualTo("[1 FORGOTTEN]");
    assertThat(store.outbox("1", "generation")).isEqualTo("2");
  }

  @Test
  void one_that_was_posted_since_has_not() {
    promote();
    look(Standby.ASYNCHRONOUS);
    store.deliver("a", "1", "17");
    revoke("1", 2);

    assertThat(claims(store.claim("a", 1))).isEqualTo("[1 DUE]");
  }

  private static void revoke(String reference, int generation) {
    Duration any = Duration.ofSeconds(30);
    store.makeDue("channel_pending");
    PendingDelivery d =
        store
            .pending
            .claim(
                List.of(new CheckSlots("a", 1, any, any, any, any)), List.of(), UUID.randomUUID())
            .get(0);
    assertThat(d.message()).isEqualTo(message(reference));
    store.settlements.pending(
        List.of(
            new PendingSettlement(
                d,
                PendingSettlement.Next.DELETE,
                new OutboxChange(OutboxStatus.PENDING, "a", List.of(), generation, null),
                null,
                null,
                null,
                List.of(new JournalEntry(Event.REVOKED, "a", "17", null, null)))));
  }

  @Test
  void a_synchronous_standby_that_is_promoted_has_forgotten_nothing() {
    store.submit("a", "1");
    promote();

    look(Standby.SYNCHRONOUS);

    assertThat(claims(store.claim("a", 1))).isEqualTo("[1 DUE]");
  }

  @Test
  void a_backup_restored_on_another_server_has_whatever_its_standbys_are() {
    store.submit("a", "1");
    restoreElsewhere();

    look(Standby.SYNCHRONOUS);

    assertThat(claims(store.claim("a", 1))).isEqualTo("[1 FORGOTTEN]");
  }

  @Test
  void replicas_that_notice_it_at_once_mark_it_once() throws Exception {
    store.submit("a", "1");
    promote();

    TestStore.atOnce(
        java.util.Collections.nCopies(
            4,
            () -> {
              look(Standby.ASYNCHRONOUS);
              return true;
            }));

    assertThat(claims(store.claim("a", 1))).isEqualTo("[1 FORGOTTEN]");
    long seq = Long.parseLong(store.ask("SELECT nextval('message_seq')").get(0));
    look(Standby.ASYNCHRONOUS);
    assertThat(Long.parseLong(store.ask("SELECT nextval('message_seq')").get(0)))
        .isEqualTo(seq + 1);
  }

  @Test
  void a_server_that_does_not_wait_for_a_standby_is_not_called_synchronous() {
    assertThatThrownBy(() -> ServerHistory.checkIsSynchronous(store.outboxDatabase))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("intergov.database.standby=synchronous")
        .hasMessageContaining("synchronous_standby_names is ''");
  }

  @Test
  void under_a_role_of_the_flow_it_works_as_well() {
    store.submissions.store(List.of(new Submission(message("1"), "a")));
    store.run("CREATE ROLE flow LOGIN PASSWORD 'flow'");
    FlowRole.grant(store.outboxDatabase, "flow");
    promote();

    try (Database flow = Database.connect("flow", store.url(), "flow", "flow", 2)) {
      flow.check(new ServerHistory(Standby.ASYNCHRONOUS));
    }

    assertThat(claims(store.claim("a", 1))).isEqualTo("[1 FORGOTTEN]");
    store.run("DROP OWNED BY flow; DROP ROLE flow");
  }
}
