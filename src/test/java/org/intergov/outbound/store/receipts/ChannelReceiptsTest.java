package org.intergov.outbound.store.receipts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.intergov.outbound.delivery.StatusAnswer.Status.CONFIRMED;
import static org.intergov.outbound.delivery.StatusAnswer.Status.RECEIVED;
import static org.intergov.outbound.delivery.StatusAnswer.Status.REVOKED;
import static org.intergov.outbound.delivery.StatusAnswer.Status.UNDELIVERABLE;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.intergov.outbound.delivery.Channels;
import org.intergov.outbound.delivery.Delivery;
import org.intergov.outbound.delivery.PendingDelivery;
import org.intergov.outbound.delivery.Receipt;
import org.intergov.outbound.delivery.Settlement;
import org.intergov.outbound.delivery.StatusAnswer;
import org.intergov.outbound.delivery.StatusRules;
import org.intergov.outbound.message.Reference;
import org.intergov.outbound.routing.RoutingTable;
import org.intergov.outbound.store.ChannelPending.CheckSlots;
import org.intergov.outbound.store.TestStore;
import org.intergov.outbound.store.receipts.ChannelReceipts.Aside;
import org.intergov.outbound.store.receipts.ChannelReceipts.Poison;
import org.intergov.outbound.store.receipts.ChannelReceipts.Taken;
import org.intergov.outbound.store.views.QueueDepths;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What receipts do to deliveries, and what becomes of those that can do nothing. */
public class ChannelReceiptsTest {
  private static final RoutingTable TABLE =
      Channels.table("a | on-revoked: resend", "b | on-revoked: reject");
  private static final StatusRules RULES = new StatusRules(() -> TABLE);

  private static TestStore store;
  private int received;

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

  /** A message posted to a channel that sends receipts. */
  private static void post(String channelId, String reference, String txn) {
    store.submit(channelId, reference);
    settle(store.claim(channelId, 1).get(0), txn);
  }

  private static void settle(Delivery d, String txn) {
    store.settlements.deliveries(List.of(followed(d, txn)));
  }

  /** Taken by a channel that sends receipts. */
  public static Settlement followed(Delivery d, String txn) {
    Settlement s = TestStore.posted(d, txn, false);
    return new Settlement(
        d,
        s.status(),
        s.channelId(),
        s.refusedBy(),
        s.generation(),
        s.attempts(),
        s.unknowns(),
        s.delay(),
        null,
        new Settlement.Follow(txn, false, Duration.ofDays(7), true),
        s.patches(),
        null,
        s.journal());
  }

  private Receipt byId(String txn, StatusAnswer.Status status) {
    return new Receipt("r" + ++received, txn, null, null, status, "{\"id\":\"" + txn + "\"}");
  }

  private Receipt byReference(String ref, StatusAnswer.Status status) {
    return new Receipt("r" + ++received, null, new Reference("AU", ref), null, status, "{}");
  }

  private static Taken take(String channelId, Receipt... receipts) {
    return store.receipts.take(channelId, List.of(receipts), RULES, true);
  }

  private static List<String> pending() {
    return store.ask("SELECT channel_txn_id || ' ' || state FROM channel_pending ORDER BY 1");
  }

  private static List<String> aside() {
    return store.receipts.aside(0, 100).stream().map(Aside::error).toList();
  }

  @Test
  void a_receipt_by_id_confirms_and_names_itself_in_the_journal() {
    post("a", "1", "t1");

    Taken taken = take("a", byId("t1", CONFIRMED));

    assertThat(taken.applied()).isEqualTo(1);
    assertThat(taken.written().updates()).isTrue();
    assertThat(pending()).containsExactly("t1 confirmed");
    assertThat(store.events("1")).containsExactly("submitted", "posted", "confirmed");
    assertThat(store.ask("SELECT detail FROM delivery_status WHERE event = 'confirmed'"))
        .containsExactly("receipt r1");
  }

  @Test
  void a_receipt_by_reference_confirms() {
    post("a", "1", "t1");

    take("a", byReference("1", CONFIRMED));

    assertThat(pending()).containsExactly("t1 confirmed");
  }

  @Test
  void repeated_and_late_receipts_write_nothing() {
    post("a", "1", "t1");
    take("a", byId("t1", CONFIRMED));
    String before = store.ask("SELECT xmin || ' ' || lock_token FROM channel_pending").get(0);

    Taken taken =
        take("a", byId("t1", CONFIRMED), byReference("1", CONFIRMED), byId("t1", RECEIVED));

    assertThat(taken.applied()).isZero();
    assertThat(pending()).containsExactly("t1 confirmed");
    assertThat(store.ask("SELECT xmin || ' ' || lock_token FROM channel_pending"))
        .containsExactly(before);
    assertThat(store.events("1")).containsExactly("submitted", "posted", "confirmed");
    assertThat(aside()).isEmpty();
  }

  @Test
  void receipts_of_one_delivery_in_one_batch_are_applied_in_their_order() {
    post("a", "1", "t1");

    Taken taken =
        take(
            "a",
            byId("t1", RECEIVED),
            byId("t1", CONFIRMED),
            byId("t1", CONFIRMED),
            byReference("1", REVOKED));

    assertThat(taken.applied()).isEqualTo(2);
    assertThat(store.events("1"))
        .containsExactly("submitted", "posted", "confirmed", "revoked", "retry_scheduled");
    assertThat(store.outbox("1", "status || ' ' || generation")).isEqualTo("pending 2");
    assertThat(pending()).isEmpty();
  }

  @Test
  void a_revoked_receipt_that_comes_again_does_not_touch_the_next_generation() {
    post("a", "1", "t1");
    Receipt revoked = byReference("1", REVOKED);
    take("a", revoked);
    settle(store.claim("a", 1).get(0), "t2");

    take("a", revoked, byId("t1", CONFIRMED));

    assertThat(pending()).containsExactly("t2 received");
    take("a", new Receipt("r9", null, new Reference("AU", "1"), "AU:1", CONFIRMED, "{}"));
    assertThat(pending())
        .as("its key is that of the first delivery")
        .containsExactly("t2 received");
    take("a", new Receipt("r10", null, new Reference("AU", "1"), "AU:1#2", CONFIRMED, "{}"));
    assertThat(pending()).containsExactly("t2 confirmed");
  }

  /** The first copy of a post whose answer was lost, and the second, with another id. */
  @Test
  void a_receipt_with_the_id_of_another_copy_of_the_same_delivery_counts() {
    post("a", "1", "second-copy");
    post("a", "2", "second-copy-too");

    take("a", full("first-copy", "1", null, CONFIRMED), full("copy", "2", "AU:2", CONFIRMED));

    assertThat(pending()).containsExactly("second-copy confirmed", "second-copy-too confirmed");
    assertThat(aside()).isEmpty();
  }

  @Test
  void after_a_revocation_the_key_counts_and_an_id_that_nobody_knows_is_put_aside() {
    post("a", "1", "t1");
    take("a", byReference("1", REVOKED));
    settle(store.claim("a", 1).get(0), "t2");

    take("a", full("t1", "1", null, CONFIRMED), full("t3", "1", "AU:1", CONFIRMED));
    assertThat(pending()).as("both are of the first delivery").containsExactly("t2 received");
    assertThat(aside()).isEmpty();

    take("a", full("t3", "1", null, CONFIRMED));
    assertThat(pending()).as("a copy of which delivery?").containsExactly("t2 received");
    assertThat(aside())
        .containsExactly("the message was sent again, and its delivery has another id than this");
    assertThat(store.events("1")).endsWith("unknown");

    take("a", full("t3", "1", "AU:1#2", CONFIRMED));
    assertThat(pending()).containsExactly("t2 confirmed");
  }

  private Receipt full(String txn, String ref, String key, StatusAnswer.Status status) {
    return new Receipt("r" + ++received, txn, new Reference("AU", ref), key, status, "{}");
  }

  /** A topic is deleted and made anew: its offsets start again, and the receipts' ids with them. */
  @Test
  void a_receipt_with_the_id_of_another_one_is_kept_beside_it() {
    store.submit("a", "1", "2");
    List<Delivery> claimed = store.claim("a", 2);
    store.receipts.putAside("a", List.of(new Poison("topic-0-5", null, "x", "not JSON")));
    take("a", new Receipt("topic-0-5", "t1", null, null, CONFIRMED, "{\"id\":\"t1\"}"));
    take("a", new Receipt("topic-0-5", "t2", null, null, CONFIRMED, "{\"id\":\"t2\"}"));
    store.receipts.putAside(
        "a", List.of(new Poison("topic-0-5", new Reference("AU", "1"), "y", "not JSON either")));
    settle(claimed.get(0), "t1");
    settle(claimed.get(1), "t2");
    store.run("UPDATE channel_receipts SET due_at = now() WHERE due_at IS NOT NULL");

    assertThat(store.receipts.again(RULES).written().settled()).isEqualTo(2);

    assertThat(pending()).containsExactly("t1 confirmed", "t2 confirmed");
    assertThat(store.receipts.aside(0, 10))
        .extracting(a -> a.receiptId().replaceAll("[(][0-9]+[)]", "(n)") + ": " + a.content())
        .containsExactly("topic-0-5 (n): x", "topic-0-5: y");
    assertThat(store.ask("SELECT detail FROM delivery_status WHERE event = 'unknown'"))
        .containsExactly("receipt topic-0-5 was put aside: not JSON either");
  }

  @Test
  void what_was_put_aside_and_comes_again_when_it_is_early_is_tried_again() {
    post("a", "1", "t1");
    store.run("DELETE FROM channel_pending");
    store.run("UPDATE delivery_outbox SET status = 'held'");
    Receipt confirmed = byReference("1", CONFIRMED);
    take("a", confirmed);
    assertThat(aside()).containsExactly("the message is held; an operator decides");
    store.actions.replay(new Reference("AU", "1"), "a test");

    take("a", confirmed);
    take("a", confirmed);
    settle(store.claim("a", 1).get(0), "t2");
    store.run("UPDATE channel_receipts SET due_at = now() WHERE due_at IS NOT NULL");
    store.receipts.again(RULES);

    assertThat(pending()).containsExactly("t2 confirmed");
    assertThat(store.ask("SELECT seq FROM channel_receipts")).isEmpty();
  }

  @Test
  void undeliverable_moves_the_message_to_the_next_channel() {
    post("a", "1", "t1");

    take("a", byId("t1", UNDELIVERABLE));

    assertThat(store.events("1"))
        .containsExactly("submitted", "posted", "undeliverable", "failed_over");
    assertThat(store.outbox("1", "channel_id")).isEqualTo("b");
  }

  @Test
  void a_receipt_that_comes_before_its_post_is_written_is_applied_afterwards() {
    store.submit("a", "1");
    Delivery d = store.claim("a", 1).get(0);

    assertThat(take("a", byReference("1", CONFIRMED), byId("t1", CONFIRMED)).applied()).isZero();
    assertThat(store.receipts.again(RULES).written().settled()).as("not due yet").isZero();
    settle(d, "t1");
    store.run("UPDATE channel_receipts SET due_at = now() WHERE due_at IS NOT NULL");
    assertThat(store.receipts.again(RULES).written().settled()).isEqualTo(1);

    assertThat(pending()).containsExactly("t1 confirmed");
    assertThat(store.ask("SELECT seq FROM channel_receipts")).isEmpty();
  }

  @Test
  void an_early_receipt_goes_before_a_later_one() {
    store.submit("b", "1");
    Delivery d = store.claim("b", 1).get(0);
    take("b", byId("t1", CONFIRMED));
    settle(d, "t1");

    take("b", byId("t1", REVOKED));

    assertThat(store.events("1")).endsWith("posted", "confirmed", "revoked");
    assertThat(store.outbox("1", "status")).isEqualTo("rejected");
    assertThat(store.ask("SELECT seq FROM channel_receipts")).isEmpty();
  }

  @Test
  void the_caller_may_have_early_ones_back() {
    store.submit("a", "1");
    store.claim("a", 1);
    Receipt early = byReference("1", CONFIRMED);

    assertThat(store.receipts.take("a", List.of(early), RULES, false).early())
        .containsExactly(early);
    assertThat(store.ask("SELECT seq FROM channel_receipts")).isEmpty();
  }

  @Test
  void an_id_that_stays_unknown_is_put_aside_in_the_end() {
    take("a", byId("nobody", CONFIRMED));
    assertThat(aside()).isEmpty();
    store.run("UPDATE channel_receipts SET due_at = now(), at = now() - interval '16 minutes'");

    store.receipts.again(RULES);

    assertThat(aside()).containsExactly("no open delivery of this channel has this id");
  }

  @Test
  void a_receipt_has_no_authority_over_another_channels_delivery() {
    post("a", "1", "t1");

    take("b", byId("t1", UNDELIVERABLE), byReference("1", REVOKED));

    assertThat(pending()).containsExactly("t1 received");
    assertThat(aside()).containsExactly("the message has no delivery in this channel");
    assertThat(store.events("1")).containsExactly("submitted", "posted");
  }

  @Test
  void an_unknown_reference_is_put_aside_once_however_often_it_comes() {
    Receipt unknown = byReference("nobody", CONFIRMED);

    take("a", unknown);
    take("a", unknown);

    assertThat(aside()).containsExactly("no message has this reference");
  }

  @Test
  void poison_is_journaled_where_it_names_a_message_of_its_channel() {
    post("a", "1", "t1");
    post("b", "2", "t2");

    store.receipts.putAside(
        "a",
        List.of(
            new Poison("p1", new Reference("AU", "1"), "{\u0000}", "status is not known"),
            new Poison("p2", new Reference("AU", "2"), "{}", "status is not known"),
            new Poison("p3", null, "x".repeat(10_000), "not JSON")));

    take("a", byId("nobody", CONFIRMED));
    assertThat(aside()).hasSize(3);
    assertThat(new QueueDepths(store.outboxDatabase).read().queues())
        .filteredOn(d -> d.name().equals("channel_receipts"))
        .containsExactly(new QueueDepths.Depth("channel_receipts", 1, 0, 3, 0));
    assertThat(store.ask("SELECT max(char_length(content)) FROM channel_receipts"))
        .containsExactly("4000");
    assertThat(store.ask("SELECT detail FROM delivery_status WHERE event = 'unknown'"))
        .containsExactly("receipt p1 was put aside: status is not known");
    assertThat(store.events("2")).containsExactly("submitted", "posted");
  }

  @Test
  void a_held_message_is_left_to_the_operator_who_sees_the_receipt() {
    post("a", "1", "t1");
    store.run("DELETE FROM channel_pending");
    store.run("UPDATE delivery_outbox SET status = 'held'");

    take("a", byReference("1", CONFIRMED));

    assertThat(aside()).containsExactly("the message is held; an operator decides");
    assertThat(store.events("1")).endsWith("unknown");
    assertThat(store.outbox("1", "status")).isEqualTo("held");
  }

  @Test
  void a_status_check_under_way_loses_its_lease_to_a_receipt() {
    post("a", "1", "t1");
    store.makeDue("channel_pending");
    PendingDelivery asked = check("a");
    take("a", byId("t1", CONFIRMED));

    RULES
        .settle(asked, StatusAnswer.Status.UNDELIVERABLE)
        .ifPresent(s -> store.settlements.pending(List.of(s)));

    assertThat(pending()).containsExactly("t1 confirmed");
    assertThat(store.events("1")).endsWith("confirmed", "lease_lost");
  }

  private static PendingDelivery check(String channelId) {
    return store
        .pending
        .claim(
            List.of(
                new CheckSlots(
                    channelId,
                    1,
                    Duration.ofSeconds(30),
                    TestStore.LEASE,
                    Duration.ofHours(1),
                    Duration.ofDays(7))),
            List.of(),
            UUID.randomUUID())
        .get(0);
  }

  @Test
  void many_at_once_about_the_same_deliveries_apply_each_change_once() throws Exception {
    List<Receipt> receipts = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      post("a", "m" + i, "t" + i);
      receipts.add(byId("t" + i, CONFIRMED));
      receipts.add(byReference("m" + i, CONFIRMED));
    }
    Callable<Integer> taker =
        () -> {
          List<Receipt> mine = new ArrayList<>(receipts);
          Collections.shuffle(mine);
          return store.receipts.take("a", mine, RULES, true).applied();
        };

    int applied =
        TestStore.atOnce(Collections.nCopies(4, taker)).stream().mapToInt(Integer::intValue).sum();

    assertThat(applied).isEqualTo(60);
    assertThat(store.ask("SELECT count(*) FROM delivery_status WHERE event = 'confirmed'"))
        .containsExactly("60");
    assertThat(store.ask("SELECT count(*) FROM delivery_status WHERE event = 'lease_lost'"))
        .containsExactly("0");
  }
}
