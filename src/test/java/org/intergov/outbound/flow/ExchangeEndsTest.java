package org.intergov.outbound.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.Consumer;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.intergov.outbound.channel.ChannelException;
import org.intergov.outbound.channel.ChannelRecipients.NotSentException;
import org.intergov.outbound.channel.Headers;
import org.intergov.outbound.delivery.Channels;
import org.intergov.outbound.flow.leased.LeasedRoute;
import org.intergov.outbound.flow.leased.RouteStoppedException;
import org.intergov.outbound.message.MessageRules;
import org.intergov.outbound.routing.RoutingTable;
import org.intergov.outbound.store.TestStore;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the delivery outbox records of the ways in which an exchange of its route can end. */
class ExchangeEndsTest {
  private static final RoutingTable TABLE = Channels.table("a | ");

  private static TestStore store;
  private static DefaultCamelContext camel;

  private Consumer<Exchange> steps;
  private MultichannelRouter router;

  @BeforeAll
  static void start() {
    store = TestStore.start();
    camel = new DefaultCamelContext();
  }

  @AfterAll
  static void stop() throws Exception {
    camel.close();
    store.close();
  }

  @BeforeEach
  void clear() {
    store.clear();
    router =
        new MultichannelRouter(
            store.lanes(),
            store.settlements,
            new MessageRules("AU"),
            () -> TABLE,
            WakeUps.create(),
            (delay, then) -> {});
    router.open(new Route());
  }

  /** Does to an exchange what a test says. */
  private final class Route implements LeasedRoute {
    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public Exchange exchange() {
      return new DefaultExchange(camel);
    }

    @Override
    public void run(Exchange exchange, Consumer<Exchange> ended) {
      steps.accept(exchange);
      ended.accept(exchange);
    }

    @Override
    public void runHere(Exchange exchange) {
      throw new AssertionError("nothing of the outbox needs the thread");
    }

    @Override
    public int batch() {
      return 1;
    }
  }

  private void route(Consumer<Exchange> doing) {
    steps = doing;
    router.claim();
    router.record();
  }

  private static String state() {
    return store.outbox("1", "status || ' ' || attempts || ' ' || unknowns");
  }

  @Test
  void one_with_an_id_is_posted() {
    store.submit("a", "1");
    route(e -> e.getMessage().setHeader(Headers.CHANNEL_TXN_ID, "17"));

    assertThat(store.events("1")).containsExactly("submitted", "posted");
  }

  @Test
  void one_without_anything_is_unknown() {
    store.submit("a", "1");
    route(e -> {});

    assertThat(store.events("1")).startsWith("submitted", "unknown");
    assertThat(state()).isEqualTo("pending 1 1");
  }

  @Test
  void one_that_has_failed_in_a_way_nobody_foresaw_is_unknown() {
    store.submit("a", "1");
    route(e -> e.setException(new IllegalStateException("a fault")));

    assertThat(store.events("1")).startsWith("submitted", "unknown");
  }

  @Test
  void one_that_the_channel_cannot_take_now_is_unavailable() {
    store.submit("a", "1");
    route(e -> e.setException(new ChannelException.Unavailable("503")));

    assertThat(store.events("1")).startsWith("submitted", "unavailable");
    assertThat(state()).isEqualTo("pending 1 0");
  }

  @Test
  void one_that_was_not_sent_is_no_attempt() {
    store.submit("a", "1");
    route(
        e -> e.setException(new IllegalStateException(new NotSentException("it changed", false))));

    assertThat(store.events("1")).containsExactly("submitted");
    assertThat(state()).isEqualTo("pending 0 0");
  }

  @Test
  void one_that_the_stopped_route_did_not_take_goes_back_and_is_no_attempt() {
    store.submit("a", "1");
    route(e -> e.setException(new RouteStoppedException()));

    assertThat(store.events("1")).containsExactly("submitted");
    assertThat(state()).isEqualTo("pending 0 0");
    assertThat(router.isIdle()).as("no slot of the lane is taken").isTrue();
  }

  @Test
  void what_is_not_handed_over_when_the_route_stops_goes_back() {
    store.submit("a", "1", "2", "3");
    router.closed();
    router.record();

    assertThat(router.isIdle()).isTrue();
    assertThat(store.ask("SELECT DISTINCT status FROM delivery_outbox")).containsExactly("pending");
  }

  @Test
  void a_decision_that_the_stopped_route_did_not_take_is_taken_again_later() {
    insert("1 hour");
    route(e -> e.setException(new RouteStoppedException()));

    assertThat(state()).isEqualTo("pending 0 0");
  }

  /** A row of another system: no channel yet, and perhaps past its time. */
  private static void insert(String expires) {
    store.run(
        "INSERT INTO delivery_outbox"
            + " (sender, sender_ref, receiver, subject, obj, predicate, expires_at)"
            + " VALUES ('AU', '1', 'SG', 's', 'o', 'UN.CEFACT.X', now() + interval '"
            + expires
            + "')");
    store.outbox.lanesInUse();
  }

  @Test
  void one_that_says_expired_rejects_the_message() {
    insert("-1 second");
    route(Ending.EXPIRED::putInto);

    assertThat(store.events("1")).endsWith("expired");
    assertThat(state()).startsWith("rejected");
  }

  @Test
  void one_that_says_so_puts_the_message_into_the_lane_of_its_channel() {
    insert("1 hour");
    route(
        e -> {
          if ("no-channel".equals(e.getProperty("claim"))) {
            Ending.CHOOSE_CHANNEL.putInto(e);
          }
        });

    assertThat(store.outbox("1", "channel_id")).isEqualTo("a");
  }

  @Test
  void one_that_decides_on_a_message_and_says_nothing_leaves_it_to_an_operator() {
    insert("-1 second");
    route(e -> {});

    assertThat(store.events("1")).endsWith("held");
    assertThat(state()).startsWith("held");
  }

  @Test
  void one_that_fails_while_it_decides_leaves_it_to_an_operator() {
    insert("1 hour");
    route(e -> e.setException(new IllegalStateException("a fault")));

    assertThat(state()).startsWith("held");
  }

  @ParameterizedTest
  @EnumSource
  void every_outcome_has_a_word_that_routes_can_write(Ending ending) {
    assertThat(Ending.ofWord(ending.word())).contains(ending);
    assertThat(camel.getEndpoint("outcome:" + ending.word())).isNotNull();
  }
}
