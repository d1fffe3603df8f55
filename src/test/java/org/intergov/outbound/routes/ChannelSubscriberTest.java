package org.intergov.outbound.routes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.spi.Registry;
import org.intergov.outbound.channel.ChannelException;
import org.intergov.outbound.channel.ChannelRecipients;
import org.intergov.outbound.channel.Headers;
import org.junit.jupiter.api.Test;

/** The route {@code channel-subscriber}. */
class ChannelSubscriberTest extends FlowRouteTest {
  private static final String PATH = "/callbacks/nz/4c8f";

  ChannelSubscriberTest() {
    super("channel-subscriber");
  }

  /** Knows one channel. */
  @Override
  protected void bindToRegistry(Registry registry) {
    ChannelRecipients.bind(
        registry,
        "subscribe",
        exchange -> {
          if (!"nz".equals(exchange.getProperty("channel"))) {
            throw new RuntimeCamelException(new ChannelException.Unavailable("it has gone"));
          }
          return channel();
        });
  }

  private Exchange claimed(String channel) {
    return claimed(
        null,
        Map.of(Headers.CHANNEL_TXN_ID, "17", Headers.CALLBACK_PATH, PATH),
        Map.of("claim", "subscribe", "channel", channel));
  }

  @Test
  void the_channel_of_a_delivery_is_asked_to_call_back() throws Exception {
    channel().expectedMessageCount(1);
    channel().expectedHeaderReceived(Headers.CHANNEL_TXN_ID, "17");
    channel().expectedHeaderReceived(Headers.CALLBACK_PATH, PATH);

    assertThat(ChannelRecipients.failure(claimed("nz"))).isNull();

    channel().assertIsSatisfied();
  }

  @Test
  void what_the_channel_says_instead_is_what_the_exchange_ends_with() {
    channel()
        .whenAnyExchangeReceived(
            exchange -> {
              throw new ChannelException.Unavailable("answered 503");
            });

    assertThat(ChannelRecipients.failure(claimed("nz")))
        .isInstanceOf(ChannelException.Unavailable.class)
        .hasMessage("answered 503");
  }

  @Test
  void a_channel_that_has_gone_meanwhile_is_not_asked() throws Exception {
    channel().expectedMessageCount(0);

    assertThat(ChannelRecipients.failure(claimed("fr"))).hasMessage("it has gone");

    channel().assertIsSatisfied();
  }
}
