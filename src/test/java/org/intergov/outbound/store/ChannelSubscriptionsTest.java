package org.intergov.outbound.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.intergov.outbound.store.ChannelSubscriptions.Notified.DUE;
import static org.intergov.outbound.store.ChannelSubscriptions.Notified.NOTHING_NEW;
import static org.intergov.outbound.store.ChannelSubscriptions.Notified.UNKNOWN;
import static org.intergov.outbound.store.TestStore.CALLS_BACK;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.intergov.outbound.delivery.Event;
import org.intergov.outbound.delivery.JournalEntry;
import org.intergov.outbound.delivery.PendingDelivery;
import org.intergov.outbound.delivery.PendingSettlement;
import org.intergov.outbound.store.ChannelSubscriptions.Slots;
import org.intergov.outbound.store.ChannelSubscriptions.Subscription;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Subscriptions to changes of pending deliveries. */
class ChannelSubscriptionsTest {
  private static final Duration HOUR = Duration.ofHours(1);
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

  private static List<Subscription> claim() {
    return store.subscriptions.claim(List.of(new Slots(CALLS_BACK, 100)));
  }

  private static Subscription delivered(String reference, String txnId) {
    store.deliver(CALLS_BACK, reference, txnId);
    return claim().get(0);
  }

  private static void makeDue() {
    store.run("UPDATE channel_subscription SET due_at = now() - interval '1 second'");
  }

  private static List<PendingDelivery> checked() {
    return store.pending.claim(
        List.of(new ChannelPending.CheckSlots(CALLS_BACK, 100, HOUR, HOUR, HOUR, HOUR)),
        List.of(),
        UUID.randomUUID());
  }

  private static long seconds(String expression) {
    String sql = "SELECT round(extract(epoch FROM %s))::int8 FROM channel_subscription";
    return Long.parseLong(store.ask(sql.formatted(expression)).get(0));
  }

  @Test
  void only_deliveries_of_channels_that_call_back_are_subscribed_to() {
    store.deliver("polled", "1", "17");
    store.deliver(CALLS_BACK, "2", "18");

    assertThat(store.ask("SELECT channel_txn_id FROM channel_subscription")).containsExactly("18");
    assertThat(claim())
        .singleElement()
        .satisfies(
            s -> {
              assertThat(s.channelId()).isEqualTo(CALLS_BACK);
              assertThat(s.channelTxnId()).isEqualTo("18");
              assertThat(s.attempts()).isEqualTo(1);
            });
  }

  @Test
  void a_request_that_is_not_verified_is_repeated_later_each_time() {
    delivered("1", "17");
    assertThat(claim()).as("not again at once").isEmpty();
    assertThat(seconds("due_at - now()")).isBetween(20L, 30L);
    makeDue();
    assertThat(claim()).singleElement().extracting(Subscription::attempts).isEqualTo(2);
    assertThat(seconds("due_at - now()")).isBetween(50L, 60L);
    store.run("UPDATE channel_subscription SET attempts = 1000");
    makeDue();
    claim();
    assertThat(seconds("due_at - now()")).isBetween(3_590L, 3_600L);
  }

  @Test
  void a_verified_one_is_renewed_before_its_lease_ends_under_the_same_address() {
    Subscription s = delivered("1", "17");
    assertThat(store.subscriptions.verify(CALLS_BACK, s.callbackId(), "17", HOUR)).isTrue();

    assertThat(seconds("due_at - now()")).isBetween(2_870L, 2_880L);
    assertThat(seconds("lease_until - now()")).isBetween(3_590L, 3_600L);
    makeDue();
    assertThat(claim()).containsExactly(new Subscription(CALLS_BACK, "17", s.callbackId(), 1));
  }

  @Test
  void what_is_not_ours_is_not_verified() {
    UUID ours = delivered("1", "17").callbackId();

    assertThat(store.subscriptions.verify(CALLS_BACK, UUID.randomUUID(), "17", HOUR)).isFalse();
    assertThat(store.subscriptions.verify("other", ours, "17", HOUR)).isFalse();
    assertThat(store.subscriptions.verify(CALLS_BACK, ours, "18", HOUR)).isFalse();
    assertThat(store.ask("SELECT lease_until FROM channel_subscription")).containsOnlyNulls();
  }

  @Test
  void a_notification_makes_the_delivery_due_once_a_second_at_most() {
    UUID id = delivered("1", "17").callbackId();
    assertThat(checked()).hasSize(1);
    assertThat(checked()).as("locked for an hour").isEmpty();

    assertThat(store.subscriptions.notified(CALLS_BACK, id)).isEqualTo(DUE);
    assertThat(checked()).hasSize(1);
    assertThat(store.subscriptions.notified(CALLS_BACK, id)).isEqualTo(DUE);
    assertThat(
            store.ask(
                "SELECT due_at > now() AND due_at < now() + interval '1.1 seconds' FROM channel_pending"))
        .as("a second after the one before")
        .containsExactly("t");
    assertThat(store.subscriptions.notified(CALLS_BACK, id)).as("it stands").isEqualTo(NOTHING_NEW);
  }

  @Test
  void a_notification_for_what_is_due_already_changes_nothing() {
    UUID id = delivered("1", "17").callbackId();
    assertThat(store.subscriptions.notified(CALLS_BACK, id)).isEqualTo(NOTHING_NEW);
  }

  @Test
  void a_notification_for_nothing_of_ours_is_unknown() {
    UUID id = delivered("1", "17").callbackId();

    assertThat(store.subscriptions.notified("other", id)).isEqualTo(UNKNOWN);
    assertThat(store.subscriptions.notified(CALLS_BACK, UUID.randomUUID())).isEqualTo(UNKNOWN);
  }

  @Test
  void a_subscription_goes_with_its_delivery() {
    UUID id = delivered("1", "17").callbackId();
    PendingDelivery d = checked().get(0);
    JournalEntry undeliverable = new JournalEntry(Event.FINAL, CALLS_BACK, "17", null, null);
    store.settlements.pending(
        List.of(
            new PendingSettlement(
                d, PendingSettlement.Next.DELETE, null, null, null, null, List.of(undeliverable))));

    assertThat(store.ask("SELECT message_id FROM channel_subscription")).isEmpty();
    assertThat(store.subscriptions.notified(CALLS_BACK, id)).isEqualTo(UNKNOWN);
  }

  @Test
  void one_whose_delivery_is_gone_otherwise_goes_when_it_is_due() {
    delivered("1", "17");
    store.run("DELETE FROM channel_pending");
    makeDue();

    assertThat(claim()).isEmpty();
    assertThat(store.ask("SELECT message_id FROM channel_subscription")).isEmpty();
  }

  @Test
  void a_delivery_that_is_posted_anew_has_an_address_of_its_own() {
    UUID first = delivered("1", "17").callbackId();
    store.run("UPDATE delivery_outbox SET status = 'pending', locked_until = NULL");
    store.settlements.deliveries(
        List.of(TestStore.posted(store.claim(CALLS_BACK, 1).get(0), "18", false)));

    assertThat(claim())
        .singleElement()
        .satisfies(
            s -> {
              assertThat(s.channelTxnId()).isEqualTo("18");
              assertThat(s.callbackId()).isNotEqualTo(first);
            });
    assertThat(store.subscriptions.notified(CALLS_BACK, first)).isEqualTo(UNKNOWN);
  }

  @Test
  void replicas_never_claim_the_same() throws Exception {
    for (int i = 0; i < 40; i++) {
      store.deliver(CALLS_BACK, "m" + i, "t" + i);
    }
    Callable<List<Subscription>> some =
        () -> store.subscriptions.claim(List.of(new Slots(CALLS_BACK, 7)));
    List<Subscription> all =
        new ArrayList<>(
            TestStore.atOnce(Collections.nCopies(8, some)).stream()
                .flatMap(Collection::stream)
                .toList());
    all.addAll(claim());

    assertThat(all).extracting(Subscription::channelTxnId).doesNotHaveDuplicates().hasSize(40);
  }
}
