package org.intergov.outbound.flow;

import java.util.Locale;
import java.util.function.BooleanSupplier;
import org.apache.camel.Exchange;
import org.intergov.outbound.channel.ChannelRecipients;
import org.intergov.outbound.delivery.Delivery;
import org.intergov.outbound.flow.leased.LeasedRoute;

/** How a row was found when it was claimed: what the routes of the flow decide by. */
enum Claim {
  /** A message whose channel is known and has room: it may be sent. */
  SEND,
  /** A message past its {@code expires_at}. */
  EXPIRED,
  /** A message that may have been sent, with an outcome that nobody knows. */
  LEASE_RAN_OUT,
  /** A row of another system with a message that no channel may be given. */
  INVALID,
  /** A message that waits in no channel's lane yet. */
  NO_CHANNEL,
  /** A delivery whose channel cannot be asked what became of it. */
  CANNOT_BE_ASKED,
  /** A delivery whose channel is asked what became of it. */
  ASK,
  /** A channel that is asked what has changed, of all deliveries at once. */
  ASK_FOR_ALL,
  /** A delivery about whose changes the channel is asked to call back. */
  SUBSCRIBE;

  /** Exchange property: the word, as routes write it, such as {@code lease-ran-out}. */
  private static final String PROPERTY = "claim";

  private final String word = name().toLowerCase(Locale.ROOT).replace('_', '-');

  /** An exchange for the route that is about a row of this channel, found so. */
  Exchange exchange(LeasedRoute route, String channelId) {
    Exchange exchange = route.exchange();
    exchange.setProperty(PROPERTY, word);
    exchange.setProperty(ChannelRecipients.CHANNEL, channelId);
    return exchange;
  }

  /**
   * @param violates whether the message breaks the rules; asked for those that were never sent
   */
  static Claim of(Delivery d, BooleanSupplier violates) {
    if (d.claim() == Delivery.Claim.EXPIRED) {
      return EXPIRED;
    } else if (d.claim() == Delivery.Claim.FORGOTTEN || d.mayBeSent() && d.channelId() != null) {
      return LEASE_RAN_OUT;
    } else if (d.attempts() == 0 && violates.getAsBoolean()) {
      return INVALID;
    }
    return d.channelId() == null ? NO_CHANNEL : SEND;
  }
}
