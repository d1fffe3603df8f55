package org.intergov.outbound.routes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.spi.Registry;
import org.intergov.outbound.channel.ChannelException;
import org.intergov.outbound.channel.ChannelRecipients;
import org.intergov.outbound.channel.ChannelRecipients.NotSentException;
import org.intergov.outbound.channel.PostOutcome;
import org.intergov.outbound.delivery.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The route {@code multichannel-router}. */
class MultichannelRouterTest extends FlowRouteTest {
  private static final Map<String, Object> HEADERS =
      Map.of("reference", "AU:1", "idempotencyKey", "AU:1");

  private NotSentException notNow;

  MultichannelRouterTest() {
    super("multichannel-router");
  }

  /** Knows one channel, or says why it may not be used. */
  @Override
  protected void bindToRegistry(Registry registry) {
    ChannelRecipients.bind(
        registry,
        "post",
        exchange -> {
          if (notNow != null) {
            throw notNow;
          }
          assertThat(exchange.getProperty("channel")).isEqualTo("nz");
          exchange.setProperty("used", "the routes of nz");
          return channel();
        });
  }

  private Exchange claimed(String claim) {
    return claimed("{}", HEADERS, Map.of("claim", claim, "channel", "nz"));
  }

  @Test
  void what_may_be_sent_goes_to_the_channel_of_the_routing_table_and_its_answer_is_the_outcome()
      throws Exception {
    channel().expectedBodiesReceived("{}");
    channel().expectedHeaderReceived("idempotencyKey", "AU:1");
    channel().whenAnyExchangeReceived(e -> e.getMessage().setHeader("channelTxnId", "17"));

    Exchange ended = claimed("send");

    channel().assertIsSatisfied();
    assertThat(PostOutcome.of(ended, null)).isEqualTo(new Outcome.Posted("17", false));
    assertThat(ended.getProperty("used")).as("what the table lent").isEqualTo("the routes of nz");
  }

  private static Stream<Arguments> failures() {
    return Stream.of(
        Arguments.of(new ChannelException.Refused("400"), new Outcome.Refused("400")),
        Arguments.of(
            new ChannelException.Unavailable("503"),
            new Outcome.Unavailable("503", Optional.empty())),
        Arguments.of(new ChannelException.Unknown("500"), new Outcome.Unknown("500")),
        Arguments.of(new IllegalStateException("a fault"), new Outcome.Unknown("a fault")));
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("failures")
  void a_channel_that_fails_says_what_came_of_it(Exception failure, Outcome outcome) {
    channel()
        .whenAnyExchangeReceived(
            e -> {
              throw failure;
            });

    assertThat(PostOutcome.of(claimed("send"), null)).isEqualTo(outcome);
  }

  @Test
  void a_channel_that_says_nothing_leaves_the_outcome_unknown() {
    assertThat(PostOutcome.of(claimed("send"), null)).isInstanceOf(Outcome.Unknown.class);
  }

  @Test
  void what_the_routing_table_does_not_let_through_is_not_sent() throws Exception {
    notNow = new NotSentException("its channel is gone", true);
    channel().expectedMessageCount(0);

    Exchange ended = claimed("send");

    assertThat(ChannelRecipients.failure(ended)).isSameAs(notNow);
    channel().assertIsSatisfied();
  }

  @ParameterizedTest
  @CsvSource({
    "expired, EXPIRED",
    "lease-ran-out, UNKNOWN",
    "invalid, INVALID",
    "no-channel, CHOOSE_CHANNEL",
    "a word that no queue says, null"
  })
  void what_may_not_be_sent_meets_no_channel(String claim, String outcome) throws Exception {
    channel().expectedMessageCount(0);

    Exchange ended = claimed(claim);

    assertThat(ended.getException()).isNull();
    assertThat(outcome(ended)).isEqualTo(outcome);
    channel().assertIsSatisfied();
  }
}
