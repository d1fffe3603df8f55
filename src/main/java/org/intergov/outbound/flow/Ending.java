package org.intergov.outbound.flow;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.apache.camel.Exchange;

/** What a route of the flow has decided by itself, by {@code to: outcome:<word>}. */
enum Ending {
  /** The message is not sent any more; it is rejected as expired, or an operator decides. */
  EXPIRED,
  /** Nobody knows what became of the message: the channel's rules for that apply. */
  UNKNOWN,
  /** The message is rejected as invalid. */
  INVALID,
  /** The message goes to the lane of the first channel that takes it. */
  CHOOSE_CHANNEL,
  /** The channel was not asked: what is due by time alone counts. */
  NOT_ASKED;

  private static final String PROPERTY = "outcome";

  String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static Optional<Ending> ofWord(String word) {
    return Arrays.stream(values()).filter(e -> e.word().equals(word)).findFirst();
  }

  /** What the exchange has ended with; null: the route has not said it. */
  static Ending of(Exchange exchange) {
    return (Ending) exchange.getProperty(PROPERTY);
  }

  void putInto(Exchange exchange) {
    exchange.setProperty(PROPERTY, this);
  }
}
