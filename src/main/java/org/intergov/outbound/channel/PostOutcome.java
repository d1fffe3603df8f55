package org.intergov.outbound.channel;

import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.component.direct.DirectConsumerNotAvailableException;
import org.intergov.outbound.config.Cause;
import org.intergov.outbound.delivery.Outcome;
import org.intergov.outbound.delivery.StatusAnswer.Status;
import org.intergov.outbound.routing.Channel;

/**
 * Reads from a finished exchange what the post came to. A route that knows says so by a {@link
 * ChannelException}; of any other failure nobody can say how far it came, so its outcome is
 * unknown.
 */
public final class PostOutcome {
  private static final int MOST_ID = 512;

  private PostOutcome() {}

  /**
   * @param by the channel as it was when the message was sent; null: it is gone
   */
  public static Outcome of(Exchange exchange, Channel by) {
    Throwable failure = exchange.getException();
    return failure == null ? posted(exchange) : failed(failure, by);
  }

  private static Outcome posted(Exchange exchange) {
    Object id = exchange.getMessage().getHeader(Headers.CHANNEL_TXN_ID);
    String text = id == null ? "" : id.toString();
    if (text.isBlank()) {
      return new Outcome.Unknown("the channel took it but gave no id");
    }
    if (text.length() > MOST_ID || text.codePoints().anyMatch(PostOutcome::isUnusable)) {
      return new Outcome.Unknown("the channel took it but gave an id that cannot be used");
    }
    String status = exchange.getMessage().getHeader(Headers.CHANNEL_STATUS, String.class);
    boolean confirmed =
        status != null && Status.of(status).filter(s -> s == Status.CONFIRMED).isPresent();
    return new Outcome.Posted(text, confirmed);
  }

  public static boolean isUnusable(int c) {
    return Character.isISOControl(c) || (c >= 0xd800 && c <= 0xdfff);
  }

  private static Outcome failed(Throwable failure, Channel by) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof ChannelException known) {
        return known.outcome(by);
      }
      if (t instanceof DirectConsumerNotAvailableException) {
        return new Outcome.Unavailable(Cause.of(t), Optional.empty());
      }
    }
    return new Outcome.Unknown(Cause.of(failure));
  }
}
