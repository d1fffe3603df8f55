package org.intergov.outbound.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.intergov.outbound.delivery.StatusAnswer.Status.CONFIRMED;
import static org.intergov.outbound.delivery.StatusAnswer.Status.RECEIVED;
import static org.intergov.outbound.delivery.StatusAnswer.Status.REVOKED;
import static org.intergov.outbound.delivery.StatusAnswer.Status.UNDELIVERABLE;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.IntStream;
import org.intergov.outbound.delivery.Channels;
import org.intergov.outbound.delivery.PendingDelivery;
import org.intergov.outbound.delivery.Receipt;
import org.intergov.outbound.delivery.StatusAnswer;
import org.intergov.outbound.delivery.StatusRules;
import org.intergov.outbound.routing.RoutingTable;
import org.intergov.outbound.store.MessageUpdates.Job;
import org.intergov.outbound.store.database.Database;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A confirmation that is taken back before, while or after the lake hears of it. */
class UntoldAcceptancesTest {
  private static final RoutingTable TABLE =
      Channels.table("a | on-revoked: resend", "b | on-revoked: reject");
  private static final StatusRules RULES = new StatusRules(() -> TABLE);
  private static final QueueRows.Row<String> ONE_COLUMN = (r, token) -> r.getString(1);

  private static final String UNTOLD =
      "SELECT patch ->> 'status' FROM message_updates ORDER BY seq";

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
    store.run("ALTER TABLE message_lake DROP CONSTRAINT IF EXISTS poison");
    confirm("a", "1", "t1");
  }

  /** Posted, and confirmed, of which the lake has not heard. */
  private static void confirm(String channelId, String reference, String txn) {
    store.deliver(channelId, reference, txn);
    store.run("DELETE FROM message_updates WHERE patch ->> 'status' = 'pending'");
    store.run("UPDATE channel_pending SET by_receipts = true");
    told(channelId, CONFIRMED);
  }

  private static void told(String channelId, StatusAnswer answer) {
    store.told(RULES, channelId, answer);
  }

  private static int receives(String id, StatusAnswer.Status... statuses) {
    List<Receipt> receipts =
        IntStream.range(0, statuses.length)
            .mapToObj(i -> new Receipt(id + i, "t1", null, null, statuses[i], "{}"))
            .toList();
    return store.receipts.take("a", receipts, RULES, true).applied();
  }

  /** While an updater has taken the update and not yet committed. */
  private static void whileItIsTold(Database.Work<Void> work) {
    store.outboxDatabase.transaction(
        other -> {
          assertThat(QueueRows.take(other, "message_updates", "m.sender_ref", 1, ONE_COLUMN))
              .containsExactly("1");
          return work.in(other);
        });
  }

  private static Void rollback(Connection connection) throws SQLException {
    connection.rollback();
    return null;
  }

  private static List<String> untold() {
    return store.ask(UNTOLD);
  }

  private static String state() {
    return String.join(" ", store.ask("SELECT state FROM channel_pending"));
  }

  @ParameterizedTest
  @EnumSource(
      value = StatusAnswer.Status.class,
      names = {"RECEIVED", "UNDELIVERABLE", "REVOKED"})
  void what_nobody_was_told_is_never_told(StatusAnswer.Status word) {
    told("a", word);

    assertThat(untold()).as("one for each word").containsExactly("pending");
    assertThat(store.applyDue(1)).isEqualTo(1);
    assertThat(store.lake("1", "status")).isEqualTo("pending");
    assertThat(store.events("1")).contains("confirmed").doesNotContain("accepted");
  }

  @Test
  void a_rejection_withdraws_it_too() {
    confirm("b", "2", "t2");

    told("b", REVOKED);

    assertThat(untold()).as("that of the other message").containsExactly("accepted");
    store.applyUpdates();
    store.applyRejections();
    assertThat(store.lake("2", "status || ' ' || reason")).isEqualTo("rejected revoked");
    assertThat(store.events("2"))
        .containsExactly("submitted", "posted", "confirmed", "revoked", "rejected");
    assertThat(store.lake("1", "status")).isEqualTo("accepted");
  }

  @Test
  void what_has_been_told_is_journaled_before_it_is_taken_back() {
    store.applyUpdates();
    told("a", REVOKED);
    store.applyUpdates();

    assertThat(store.events("1"))
        .containsExactly(
            "submitted", "posted", "confirmed", "accepted", "revoked", "retry_scheduled");
    assertThat(store.lake("1", "status")).isEqualTo("pending");
  }

  @Test
  void while_it_is_being_told_the_word_that_takes_it_back_waits_for_the_next_check() {
    whileItIsTold(
        other -> {
          told("a", REVOKED);
          assertThat(state()).isEqualTo("confirmed");
          assertThat(store.events("1")).containsExactly("submitted", "posted", "confirmed");
          return rollback(other);
        });

    told("a", REVOKED);

    assertThat(state()).isEmpty();
    assertThat(store.outbox("1", "status || ' ' || generation")).isEqualTo("pending 2");
    assertThat(untold()).containsExactly("pending");
  }

  @Test
  void others_of_its_batch_do_not_wait() {
    confirm("b", "2", "t2");
    PendingDelivery one = store.asked("a");
    PendingDelivery two = store.asked("b");
    whileItIsTold(
        other -> {
          store.settlements.pending(
              List.of(
                  RULES.settle(one, REVOKED).orElseThrow(),
                  RULES.settle(two, REVOKED).orElseThrow()));
          return rollback(other);
        });

    assertThat(store.events("1")).endsWith("confirmed");
    assertThat(store.events("2")).endsWith("confirmed", "revoked");
    assertThat(untold()).containsExactly("accepted");
  }

  @Test
  void an_updater_that_comes_too_late_tells_nothing() {
    List<Job> frozen = store.claimUpdates(1);
    told("a", REVOKED);
    store.apply(frozen);
    assertThat(store.lake("1", "status")).as("until the next update").isEqualTo("accepted");
    store.applyUpdates();

    assertThat(store.events("1"))
        .containsExactly("submitted", "posted", "confirmed", "revoked", "retry_scheduled");
    assertThat(store.lake("1", "status")).isEqualTo("pending");
    assertThat(untold()).isEmpty();
  }

  @Test
  void a_word_that_is_put_off_is_asked_for_again_in_a_second() {
    whileItIsTold(
        other -> {
          told("a", REVOKED);
          return rollback(other);
        });

    assertThat(
            store.ask(
                "SELECT due_at BETWEEN now() AND now() + interval '1 second' FROM channel_pending"))
        .containsExactly("t");
  }

  @Test
  void a_lease_lost_meanwhile_is_journaled_although_the_word_would_have_been_put_off() {
    PendingDelivery late = store.asked("a");
    store.asked("a");
    whileItIsTold(
        other -> {
          store.settlements.pending(List.of(RULES.settle(late, REVOKED).orElseThrow()));
          return rollback(other);
        });

    assertThat(store.events("1")).endsWith("confirmed", "lease_lost");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 8, 10})
  void what_the_lake_refuses_is_withdrawn_as_well(int tries) {
    store.run("ALTER TABLE message_lake ADD CONSTRAINT poison CHECK (status <> 'accepted')");
    for (int i = 0; i < tries; i++) {
      store.makeDue("message_updates");
      store.applyDue(1);
    }
    assertThat(store.ask("SELECT attempts FROM message_updates"))
        .containsExactly(String.valueOf(tries));

    told("a", UNDELIVERABLE);
    store.applyUpdates();

    assertThat(untold()).isEmpty();
    assertThat(store.events("1")).doesNotContain("accepted");
  }

  @Test
  void an_answer_whose_lease_is_lost_withdraws_nothing() {
    PendingDelivery late = store.asked("a");
    store.asked("a");

    store.settlements.pending(List.of(RULES.settle(late, REVOKED).orElseThrow()));

    assertThat(store.events("1")).endsWith("confirmed", "lease_lost");
    assertThat(untold()).containsExactly("accepted");
  }

  @Test
  void a_receipt_that_takes_it_back_withdraws_it() {
    assertThat(receives("r", REVOKED)).isEqualTo(1);

    assertThat(untold()).containsExactly("pending");
    assertThat(store.events("1")).containsSubsequence("confirmed", "revoked");
  }

  @Test
  void while_it_is_being_told_receipts_are_kept_and_applied_in_their_order() {
    whileItIsTold(
        other -> {
          assertThat(receives("first", REVOKED)).isZero();
          return rollback(other);
        });
    assertThat(state()).isEqualTo("confirmed");
    assertThat(store.ask("SELECT error FROM channel_receipts WHERE due_at IS NOT NULL"))
        .containsOnly("what it is about is being written");
    store.applyUpdates();

    assertThat(receives("later", UNDELIVERABLE)).as("the kept one goes first").isEqualTo(1);

    assertThat(store.events("1"))
        .containsExactly(
            "submitted", "posted", "confirmed", "accepted", "revoked", "retry_scheduled");
    assertThat(store.ask("SELECT receipt_id FROM channel_receipts")).isEmpty();
  }

  @Test
  void of_the_kept_ones_none_overtakes_an_earlier_one_whose_next_try_is_later() {
    whileItIsTold(
        other -> {
          receives("first", REVOKED);
          receives("second", UNDELIVERABLE);
          return rollback(other);
        });
    store.run(
        "UPDATE channel_receipts SET due_at = CASE receipt_id WHEN 'second0' THEN now()"
            + " ELSE now() + interval '1 minute' END");

    store.receipts.again(RULES);

    assertThat(store.events("1"))
        .containsExactly("submitted", "posted", "confirmed", "revoked", "retry_scheduled");
  }

  @Test
  void while_a_receipt_is_kept_nothing_else_is_decided() {
    PendingDelivery underWay = store.asked("a");
    whileItIsTold(
        other -> {
          receives("r", REVOKED);
          return rollback(other);
        });

    store.settlements.pending(List.of(RULES.settle(underWay, UNDELIVERABLE).orElseThrow()));

    assertThat(state()).isEqualTo("confirmed");
    assertThat(store.ask("SELECT due_at > now() + interval '1 minute' FROM channel_pending"))
        .containsExactly("t");
    assertThat(store.events("1")).endsWith("confirmed", "lease_lost");
  }

  @Test
  void a_receipt_that_says_nothing_new_does_not_wait() {
    whileItIsTold(
        other -> {
          receives("r", CONFIRMED, RECEIVED);
          return rollback(other);
        });

    assertThat(store.ask("SELECT receipt_id FROM channel_receipts")).isEmpty();
  }
}
