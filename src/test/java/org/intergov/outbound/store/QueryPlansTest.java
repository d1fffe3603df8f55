package org.intergov.outbound.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.intergov.outbound.store.TestStore.posted;

import java.io.IOException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.intergov.outbound.delivery.Channels;
import org.intergov.outbound.delivery.Delivery;
import org.intergov.outbound.delivery.Event;
import org.intergov.outbound.delivery.JournalEntry;
import org.intergov.outbound.delivery.LakePatch;
import org.intergov.outbound.delivery.OutboxStatus;
import org.intergov.outbound.delivery.PendingDelivery;
import org.intergov.outbound.delivery.PendingSettlement;
import org.intergov.outbound.delivery.PendingSettlement.Next;
import org.intergov.outbound.delivery.PendingSettlement.OutboxChange;
import org.intergov.outbound.delivery.Receipt;
import org.intergov.outbound.delivery.StatusAnswer;
import org.intergov.outbound.delivery.StatusRules;
import org.intergov.outbound.message.Reference;
import org.intergov.outbound.routing.RoutingTable;
import org.intergov.outbound.store.ChannelPending.CheckSlots;
import org.intergov.outbound.store.ChannelSubscriptions.Notified;
import org.intergov.outbound.store.ChannelSubscriptions.Slots;
import org.intergov.outbound.store.ChannelSubscriptions.Subscription;
import org.intergov.outbound.store.DeliveryOutbox.LaneSlots;
import org.intergov.outbound.store.database.Database;
import org.intergov.outbound.store.receipts.ChannelReceipts;
import org.intergov.outbound.store.receipts.ChannelReceipts.Poison;
import org.intergov.outbound.store.receipts.ChannelReceiptsTest;
import org.intergov.outbound.store.upkeep.Retention;
import org.intergov.outbound.store.upkeep.Retention.Policy;
import org.intergov.outbound.store.views.MessageViews;
import org.intergov.outbound.store.views.MessageViews.Filter;
import org.intergov.outbound.store.views.QueueStates;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * The plans of every hot statement, as the server really ran them: the gateway's own classes are
 * called, and the server's {@code auto_explain} writes down each plan with the rows it touched.
 *
 * <p>They must be the same good plans on tables that are empty and were never analysed, and on
 * tables that were just filled, mostly with finished rows, and not analysed since: by index alone,
 * and without touching what is finished.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class QueryPlansTest {
  private static final int FINISHED = 100_000;
  private static final int BATCH = 50;

  private static TestStore store;
  private static ExecutedPlans plans;

  @BeforeAll
  static void start() throws IOException {
    store = TestStore.start();
    plans = new ExecutedPlans(store);
  }

  @AfterAll
  static void stop() {
    store.close();
  }

  @BeforeEach
  void markLog() throws IOException {
    plans.forgetThose();
  }

  @Test
  @Order(1)
  void on_empty_tables_never_analysed() throws IOException {
    assertThat(store.ask("SELECT reltuples FROM pg_class WHERE relname = 'delivery_outbox'"))
        .containsExactly("-1");
    try (Database replica = store.connect("replica", store.url())) {
      wholeFlow(replica, "empty-");
    }
    plans.check();
  }

  @Test
  @Order(2)
  void on_tables_just_filled_and_not_analysed() throws IOException {
    fill();
    assertThat(store.ask("SELECT reltuples FROM pg_class WHERE relname = 'delivery_outbox'"))
        .containsExactly("-1");
    markLog();
    try (Database replica = store.connect("replica", store.url())) {
      wholeFlow(replica, "filled-");
    }
    plans.check();
  }

  @Test
  @Order(3)
  void on_full_tables_analysed() throws IOException {
    store.run("ANALYZE");
    markLog();
    try (Database replica = store.connect("replica", store.url())) {
      wholeFlow(replica, "analysed-");
    }
    plans.check();
  }

  @Test
  @Order(4)
  void when_the_server_uses_one_plan_for_all_parameters() throws IOException {
    store.run("ALTER DATABASE intergov SET plan_cache_mode = force_generic_plan");
    try (Database replica = store.connect("replica", store.url())) {
      for (int i = 0; i < 6; i++) {
        if (i == 5) {
          markLog();
        }
        wholeFlow(replica, "generic-" + i + "-");
      }
    }
    plans.check();
  }

  /** Every hot statement once or more, on a pool whose sessions explain what they run. */
  private static void wholeFlow(Database db, String prefix) {
    store.run("UPDATE delivery_outbox SET status = 'held' WHERE stage = 'open'");
    store.run("DELETE FROM message_updates");
    DeliveryOutbox outbox = new DeliveryOutbox(db, true);
    Settlements settlements = new Settlements(db);
    ChannelPending pending = new ChannelPending(db);
    MessageUpdates updates = new MessageUpdates(db, db, FlowListener.NONE);
    RejectedMessages rejected = new RejectedMessages(db, db);
    var batch = TestStore.submissions("a", prefix, 3 * BATCH);
    Submissions submissions = new Submissions(db, outbox, null, Duration.ofDays(7));
    submissions.store(batch);
    submissions.store(batch.subList(0, BATCH));
    TestStore.run(
        db,
        "INSERT INTO delivery_outbox (sender, sender_ref, receiver, subject, obj, predicate)"
            + " VALUES ('AU', '"
            + prefix
            + "sql', 'SG', 's', 'o', 'p')");
    outbox.lanesInUse();
    assertThat(new QueueStates(db).waiting(2 * BATCH)).isEqualTo(2 * BATCH);

    UUID token = UUID.randomUUID();
    List<Delivery> claimed =
        outbox.claim(
            List.of(slots("", BATCH), slots("a", 3 * BATCH), slots("quiet", BATCH)), token);
    assertThat(claimed).hasSize(3 * BATCH + 1);
    List<Delivery> routed = claimed.stream().filter(d -> d.channelId() != null).toList();
    outbox.release(List.of(slots("a", 3 * BATCH)), UUID.randomUUID());
    settlements.deliveries(
        claimed.stream()
            .filter(d -> d.channelId() == null)
            .map(d -> TestStore.again(d, Duration.ofDays(1)))
            .toList());
    settlements.deliveries(
        routed.subList(0, 2 * BATCH).stream().map(d -> posted(d, "t" + d.id(), false)).toList());
    settlements.deliveries(
        routed.subList(2 * BATCH, 3 * BATCH).stream().map(TestStore::refused).toList());

    List<PendingDelivery> asked =
        pending.claim(List.of(checks(2 * BATCH)), List.of(), UUID.randomUUID());
    assertThat(asked).hasSize(2 * BATCH);
    settlements.pending(asked.subList(0, BATCH).stream().map(QueryPlansTest::confirmed).toList());
    settlements.pending(
        asked.subList(BATCH, 2 * BATCH).stream().map(QueryPlansTest::undeliverable).toList());

    takenBack(db, prefix, pending, settlements);

    LakeStatement<MessageUpdates.Job> updating =
        LakeStatement.of("message-updater", db.dataSource());
    List<MessageUpdates.Job> jobs = updates.claim(500);
    assertThat(jobs).isNotEmpty();
    updates.apply(jobs, updating);
    updates.apply(jobs, updating);
    // in one transaction: found by id, and found by reference alone
    for (String id : List.of("id", "-id")) {
      store.run(
          "INSERT INTO message_updates (message_id, sender, sender_ref, patch) SELECT "
              + id
              + ", sender, sender_ref, '{\"status\": \"accepted\", \"channel_id\": \"a\"}'"
              + " FROM delivery_outbox WHERE sender_ref LIKE '"
              + prefix
              + "%' AND channel_id = 'a' ORDER BY id LIMIT 500");
      while (updates.applyDue(500, updating) > 0) {
        // what the replica has posted before is due too
      }
    }

    LakeStatement<RejectedMessages.Job> rejecting =
        LakeStatement.of("rejected-message-processor", db.dataSource());
    assertThat(rejected.applyDue(BATCH / 2, rejecting)).isEqualTo(BATCH / 2);
    List<RejectedMessages.Job> refused = rejected.claim(500);
    assertThat(refused).as("those of a batch of which the lake has refused one").hasSize(BATCH / 2);
    rejected.apply(refused, rejecting);

    lanesWithOrderAndLanesThatAreShut(db, outbox, settlements, prefix);

    MessageViews views = new MessageViews(db, db);
    assertThat(views.find(Reference.parse("AU:" + prefix + "0"))).isPresent();
    long newest = routed.get(0).id();
    assertThat(views.page(new Filter(null, null, null, newest, 20)).views()).hasSize(20);
    new DeliveryStatusJournal(db).of(newest);
    new OperatorActions(db, Duration.ofDays(7), FlowListener.NONE)
        .replay(Reference.parse("AU:" + prefix + (3 * BATCH - 1)), "a test");
    receipts(db, prefix, outbox, settlements);
    retention(db, newest);
    callbacks(db, prefix, outbox);
  }

  /** Confirmations of which the lake has not heard, among many updates that are no acceptances. */
  private static void takenBack(
      Database db, String prefix, ChannelPending pending, Settlements settlements) {
    String others =
        """
        INSERT INTO message_updates (message_id, sender, sender_ref, patch, due_at)
        SELECT id, sender, sender_ref, '{"status": "pending", "channel_id": "a"}',
          now() + interval '1 hour'
        FROM delivery_outbox WHERE sender_ref LIKE 'done-%' LIMIT 20000
        """;
    store.run(others);
    store.run(
        "UPDATE channel_pending SET due_at = now() WHERE sender_ref LIKE '"
            + prefix
            + "%' AND state = 'confirmed'");
    List<PendingDelivery> confirmed =
        pending.claim(List.of(checks(BATCH)), List.of(), UUID.randomUUID());
    assertThat(confirmed).hasSize(BATCH);
    List<PendingSettlement> back =
        confirmed.stream()
            .map(
                d ->
                    new PendingSettlement(
                        d,
                        Next.FOLLOW_AGAIN,
                        null,
                        null,
                        LakePatch.pending(d.channelId(), d.channelTxnId()),
                        null,
                        List.of(new JournalEntry(Event.UNKNOWN, "a", null, null, null))))
            .toList();
    String untold = "SELECT count(*) FROM message_updates WHERE patch ->> 'status' = 'accepted'";
    int before = Integer.parseInt(store.ask(untold).get(0));
    settlements.pending(back.subList(0, BATCH / 2));
    assertThat(store.ask(untold)).containsExactly(String.valueOf(before - BATCH / 2));
    store.run("DELETE FROM message_updates WHERE sender_ref LIKE 'done-%'");
  }

  /** By id and by reference, early, repeated and put aside. */
  private static void receipts(
      Database db, String prefix, DeliveryOutbox outbox, Settlements settlements) {
    String lane = prefix + "told";
    ChannelReceipts receipts = new ChannelReceipts(db, FlowListener.NONE);
    RoutingTable table = Channels.table(lane + " | kind: told");
    StatusRules rules = new StatusRules(() -> table);
    new Submissions(db, outbox, null, Duration.ofDays(7))
        .store(TestStore.submissions(lane, prefix + "r", BATCH));
    List<Delivery> claimed = outbox.claim(List.of(slots(lane, BATCH)), UUID.randomUUID());
    List<Receipt> told = claimed.stream().map(d -> receipt(prefix, d)).toList();
    keepMany(lane);
    receipts.take(lane, told, rules, true);
    String makeDue =
        "UPDATE channel_receipts SET due_at = now() WHERE due_at IS NOT NULL"
            + " AND receipt_id NOT LIKE 'kept-%'";
    store.run(makeDue);
    assertThat(receipts.again(rules).written().settled()).as("still too early").isZero();
    settlements.deliveries(
        claimed.stream().map(d -> ChannelReceiptsTest.followed(d, prefix + d.id())).toList());
    putOff(db, lane, prefix, receipts, rules);
    assertThat(receipts.take(lane, told.subList(0, BATCH / 2), rules, true).applied())
        .isEqualTo(BATCH / 2);
    store.run(makeDue);
    assertThat(receipts.again(rules).written().settled()).isEqualTo(BATCH / 2);
    receipts.putAside(
        lane, List.of(new Poison(prefix, new Reference("AU", prefix + "r0"), "x", "not JSON")));
    assertThat(receipts.aside(0, 1)).isNotEmpty();
    store.run("UPDATE delivery_outbox SET generation = 2 WHERE id = " + claimed.get(0).id());
    Reference again = new Reference("AU", claimed.get(0).message().senderRef());
    assertThat(receipts.take(lane, List.of(ofNobody(prefix, again)), rules, true).aside()).isOne();
    store.run("DELETE FROM channel_receipts WHERE receipt_id LIKE 'kept-%'");
  }

  /** One that takes back what an updater is telling just now waits, and so does its delivery. */
  private static void putOff(
      Database db, String lane, String prefix, ChannelReceipts receipts, StatusRules rules) {
    String open = " FROM channel_pending WHERE channel_id = '" + lane + "'";
    String last = store.ask("SELECT max(channel_txn_id)" + open).get(0);
    String one = " WHERE channel_id = '" + lane + "' AND channel_txn_id = '" + last + "'";
    store.run("UPDATE channel_pending SET state = 'confirmed'" + one);
    store.run(
        "INSERT INTO message_updates (message_id, sender, sender_ref, patch)"
            + " SELECT message_id, sender, sender_ref, '{\"status\": \"accepted\"}'"
            + " FROM channel_pending"
            + one);
    Receipt back =
        new Receipt(prefix + "back", last, null, null, StatusAnswer.Status.REVOKED, "{}");
    store.outboxDatabase.transaction(
        other -> {
          try (Statement s = other.createStatement()) {
            s.execute(
                "SELECT FROM message_updates WHERE patch ->> 'status' = 'accepted' FOR UPDATE");
          }
          assertThat(receipts.take(lane, List.of(back), rules, true).applied()).isZero();
          return null;
        });
    store.run("DELETE FROM message_updates WHERE patch ->> 'status' = 'accepted'");
    store.run("DELETE FROM channel_receipts WHERE receipt_id = '" + prefix + "back'");
    store.run("UPDATE channel_pending SET state = 'received'" + one);
  }

  /** Too early, of the same channel and about other deliveries; no plan must show them. */
  private static void keepMany(String lane) {
    store.run(
        """
        INSERT INTO channel_receipts (channel_id, receipt_id, content, channel_txn_id, sender,
          sender_ref, status, error, due_at)
        SELECT '%s', 'kept-' || n, '{}', CASE n %% 2 WHEN 0 THEN 'kept-' || n END,
          CASE n %% 2 WHEN 1 THEN 'AU' END, CASE n %% 2 WHEN 1 THEN 'kept-' || n END,
          'confirmed', 'what it is about is being written', now() + interval '1 hour'
        FROM generate_series(1, 5000) n
        """
            .formatted(lane));
  }

  private static Receipt ofNobody(String prefix, Reference reference) {
    return new Receipt(
        prefix + "nobody", "nobody", reference, null, StatusAnswer.Status.CONFIRMED, "{}");
  }

  /** Subscribed to, verified, notified; one whose delivery has ended; and what a batch asks for. */
  private static void callbacks(Database db, String prefix, DeliveryOutbox outbox) {
    String lane = prefix + "calls";
    ChannelSubscriptions subscriptions = new ChannelSubscriptions(db);
    Settlements settlements = new Settlements(db, lane::equals, FlowListener.NONE);
    new Submissions(db, outbox, null, Duration.ofDays(7))
        .store(TestStore.submissions(lane, prefix + "c", BATCH));
    List<Delivery> posted = outbox.claim(List.of(slots(lane, BATCH)), UUID.randomUUID());
    settlements.deliveries(posted.stream().map(d -> posted(d, "c" + d.id(), false)).toList());
    String ofLane = " WHERE channel_id = '" + lane + "'";
    store.run("UPDATE channel_pending SET due_at = now() + interval '1 hour'" + ofLane);
    List<Subscription> asked = subscriptions.claim(List.of(new Slots(lane, BATCH)));
    assertThat(asked).hasSize(BATCH);
    for (Subscription s : asked.subList(0, 3)) {
      assertThat(subscriptions.verify(lane, s.callbackId(), s.channelTxnId(), Duration.ofHours(1)))
          .isTrue();
      assertThat(subscriptions.notified(lane, s.callbackId())).isEqualTo(Notified.DUE);
      assertThat(subscriptions.notified(lane, s.callbackId())).isEqualTo(Notified.NOTHING_NEW);
    }
    List<Long> ids = posted.stream().map(Delivery::id).toList();
    assertThat(new ChannelPending(db).lastChanges(ids)).containsOnlyKeys(ids);
    store.run("DELETE FROM channel_pending" + ofLane);
    store.run("UPDATE channel_subscription SET due_at = now()" + ofLane);
    assertThat(subscriptions.claim(List.of(new Slots(lane, BATCH)))).isEmpty();
    store.run("DELETE FROM delivery_outbox" + ofLane);
  }

  private static Receipt receipt(String prefix, Delivery d) {
    boolean byId = d.id() % 2 == 0;
    Reference reference = new Reference("AU", d.message().senderRef());
    return new Receipt(
        prefix + d.id(),
        byId ? prefix + d.id() : null,
        byId ? null : reference,
        null,
        StatusAnswer.Status.CONFIRMED,
        "{}");
  }

  /** A lane with an order: two messages of each subject. And one that is walked. */
  private static void lanesWithOrderAndLanesThatAreShut(
      Database db, DeliveryOutbox outbox, Settlements settlements, String prefix) {
    List<Submissions.Submission> pairs = new ArrayList<>();
    for (int i = 0; i < 2 * BATCH; i++) {
      String reference = prefix + "in-order-" + i;
      pairs.add(
          new Submissions.Submission(TestStore.message(reference, "s" + i % BATCH), "in-order"));
    }
    new Submissions(db, outbox, null, Duration.ofDays(7)).store(pairs);
    OrderedLanes ordered = new OrderedLanes(db, outbox);
    List<Delivery> firsts = ordered.claim(slots("in-order", BATCH), UUID.randomUUID());
    assertThat(firsts).hasSize(BATCH);
    assertThat(ordered.claim(slots("in-order", BATCH), UUID.randomUUID())).isEmpty();
    ordered.repair("in-order");
    settlements.deliveries(firsts.stream().map(d -> posted(d, "t" + d.id(), true)).toList());
    List<Delivery> seconds =
        ordered.claim(List.of(slots("in-order", BATCH), slots("quiet", BATCH)), UUID.randomUUID());
    assertThat(seconds).hasSize(BATCH);
    settlements.deliveries(seconds.stream().map(d -> posted(d, "t" + d.id(), true)).toList());
    ordered.release(List.of("a", "quiet"));

    new Submissions(db, outbox, null, Duration.ofDays(7))
        .store(TestStore.submissions("shut", prefix + "shut-", BATCH));
    ShutLanes shut = new ShutLanes(db, outbox);
    ShutLanes.Lane lane = new ShutLanes.Lane("shut", true);
    shut.expired(lane, ShutLanes.Place.START, UUID.randomUUID(), Duration.ofDays(1));
    assertThat(
            shut.expiredOrMovable(
                    lane,
                    ShutLanes.Place.START,
                    Duration.ZERO,
                    w -> true,
                    UUID.randomUUID(),
                    Duration.ofDays(1))
                .claimed())
        .hasSize(BATCH);
    new ChannelStates(db).paused();
  }

  /** From the beginning, over what is followed still; and where the refused ones can go. */
  private static void retention(Database db, long newest) {
    Policy atOnce = new Policy(Duration.ZERO, Optional.of(Duration.ZERO), true);
    Retention retention = new Retention(db, atOnce, 10 * BATCH);
    assertThat(retention.outbox(0).left() + retention.outbox(newest - 1).left())
        .isEqualTo(BATCH - 1);
    int journal = retention.journal(0).left();
    String first = "SELECT min(seq) FROM delivery_status WHERE message_id >= " + newest;
    long seq = Long.parseLong(store.ask(first).get(0));
    assertThat(journal + retention.journal(seq - 1).left()).isGreaterThanOrEqualTo(BATCH);
  }

  private static PendingSettlement confirmed(PendingDelivery d) {
    return new PendingSettlement(
        d,
        Next.WATCH,
        null,
        null,
        LakePatch.accepted(d.channelId(), d.channelTxnId()),
        null,
        List.of(new JournalEntry(Event.CONFIRMED, d.channelId(), d.channelTxnId(), null, null)));
  }

  private static PendingSettlement undeliverable(PendingDelivery d) {
    return new PendingSettlement(
        d,
        Next.DELETE,
        new OutboxChange(OutboxStatus.HELD, "a", List.of("a"), 1, "undeliverable"),
        null,
        null,
        null,
        List.of(new JournalEntry(Event.UNDELIVERABLE, "a", d.channelTxnId(), null, null)));
  }

  private static CheckSlots checks(int slots) {
    return new CheckSlots(
        "a",
        slots,
        Duration.ofDays(1),
        Duration.ofSeconds(30),
        Duration.ofHours(1),
        Duration.ofDays(7));
  }

  private static LaneSlots slots(String lane, int slots) {
    return new LaneSlots(lane, slots, Duration.ofDays(1));
  }

  /** Finished messages, with their lake entries and journals; their plans must not show them. */
  private static void fill() {
    store.run(
        """
        INSERT INTO delivery_outbox (sender, sender_ref, receiver, subject, obj, predicate, status,
          channel_id, admitted, due_at)
        SELECT 'AU', 'done-' || n, 'SG', 's', 'o', 'p',
          CASE n %% 100 WHEN 0 THEN 'rejected' ELSE 'accepted' END, 'a', true,
          now() - interval '1 day'
        FROM generate_series(1, %1$d) n;
        INSERT INTO message_lake (message_id, sender, sender_ref, receiver, subject, obj, predicate,
          status, applied_seq)
        SELECT id, sender, sender_ref, receiver, subject, obj, predicate, 'accepted', 1
        FROM delivery_outbox WHERE sender_ref LIKE 'done-%%';
        INSERT INTO delivery_status (message_id, sender, sender_ref, event)
        SELECT id, sender, sender_ref, e
        FROM delivery_outbox, unnest(ARRAY['submitted', 'posted', 'accepted']) e
        WHERE sender_ref LIKE 'done-%%';
        INSERT INTO channel_pending (message_id, sender, sender_ref, channel_id, channel_txn_id,
          state, due_at, confirmed_at)
        SELECT id, sender, sender_ref, 'a', 't', 'confirmed', now() + interval '1 hour', now()
        FROM delivery_outbox WHERE sender_ref LIKE 'done-%%';
        INSERT INTO channel_subscription (message_id, channel_id, channel_txn_id, due_at)
        SELECT id, 'a', 't', now() + interval '1 hour'
        FROM delivery_outbox WHERE sender_ref LIKE 'done-%%';
        INSERT INTO channel_receipts (channel_id, receipt_id, content, error)
        SELECT 'a', 'aside-' || n, '{}', 'not JSON' FROM generate_series(1, %1$d) n;
        """
            .formatted(FINISHED));
  }
}
