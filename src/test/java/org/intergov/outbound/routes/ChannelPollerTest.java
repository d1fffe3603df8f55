package org.intergov.outbound.routes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.spi.Registry;
import org.intergov.outbound.channel.ChannelException;
import org.intergov.outbound.channel.ChannelRecipients;
import org.intergov.outbound.delivery.StatusAnswer;
import org.intergov.outbound.flow.ChannelPoller;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The route {@code channel-poller}. */
class ChannelPollerTest extends FlowRouteTest {
  ChannelPollerTest() {
    super("channel-poller");
  }

  /** Knows one channel, which is asked in two ways. */
  @Override
  protected void bindToRegistry(Registry registry) {
    ChannelRecipients.bind(
        registry,
        "status",
        exchange -> {
          if (!"nz".equals(exchange.getProperty("channel"))) {
            throw new RuntimeCamelException(new ChannelException.Unavailable("it cannot be asked"));
          }
          return channel();
        });
    ChannelRecipients.bind(registry, "statuses", exchange -> getMockEndpoint("mock:changes"));
  }

  private Exchange claimed(String claim, String channel) {
    return claimed(null, Map.of("channelTxnId", "17"), Map.of("claim", claim, "channel", channel));
  }

  @ParameterizedTest
  @CsvSource({"received", "confirmed", "undeliverable", "revoked"})
  void a_delivery_is_asked_about_at_its_channel_and_the_answer_is_its_status(String word)
      throws Exception {
    channel().expectedHeaderReceived("channelTxnId", "17");
    channel().whenAnyExchangeReceived(e -> e.getMessage().setHeader("channelStatus", word));

    Exchange ended = claimed("ask", "nz");

    channel().assertIsSatisfied();
    assertThat(ChannelPoller.answer(ended)).isEqualTo(StatusAnswer.Status.of(word).orElseThrow());
  }

  @Test
  void a_channel_that_does_not_answer_leaves_it_as_it_is() {
    channel()
        .whenAnyExchangeReceived(
            e -> {
              throw new ChannelException.Unavailable("the channel answered 503");
            });

    assertThat(ChannelPoller.answer(claimed("ask", "nz")))
        .isEqualTo(new StatusAnswer.Unreachable("the channel answered 503"));
  }

  @Test
  void a_channel_that_has_gone_meanwhile_leaves_it_as_it_is() {
    assertThat(ChannelPoller.answer(claimed("ask", "gone")))
        .isEqualTo(new StatusAnswer.Unreachable("it cannot be asked"));
  }

  @Test
  void a_channel_that_tells_all_changes_is_asked_for_them() throws Exception {
    channel().expectedMessageCount(0);
    getMockEndpoint("mock:changes").expectedMessageCount(1);

    claimed("ask-for-all", "nz");

    getMockEndpoint("mock:changes").assertIsSatisfied();
    channel().assertIsSatisfied();
  }

  @Test
  void a_channel_that_cannot_be_asked_is_not() throws Exception {
    channel().expectedMessageCount(0);

    assertThat(ChannelPoller.answer(claimed("cannot-be-asked", "nz")))
        .isEqualTo(new StatusAnswer.NotAsked());
    channel().assertIsSatisfied();
  }
}
