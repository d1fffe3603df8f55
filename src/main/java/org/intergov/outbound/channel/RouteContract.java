package org.intergov.outbound.channel;

import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.TypeConversionException;
import org.intergov.outbound.config.Cause;
import org.intergov.outbound.message.SafeName;

/** What a route of an operator is given, and what of all it leaves is read. */
final class RouteContract {
  private static final int MOST_DETAIL = 300;

  private static final List<String> GIVEN =
      List.of(
          Headers.REFERENCE,
          Headers.IDEMPOTENCY_KEY,
          Headers.CHANNEL_TXN_ID,
          Headers.SENDER,
          Headers.RECEIVER,
          Headers.SUBJECT,
          Headers.PREDICATE);

  private RouteContract() {}

  /** Body and headers of the contract; nothing else goes along, properties neither. */
  static void give(Message from, Message to) {
    to.setBody(from.getBody());
    for (String name : GIVEN) {
      Object value = from.getHeader(name);
      if (value != null) {
        to.setHeader(name, value);
      }
    }
    String key = from.getHeader(Headers.IDEMPOTENCY_KEY, String.class);
    if (key != null) {
      to.setHeader(Headers.SAFE_KEY, SafeName.of(key));
    }
  }

  /**
   * Reads how a route has ended. A failure that the route did not foresee may have come after
   * something was sent: it is unknown, whatever kind of exception it is.
   *
   * @param secrets left out of what it says
   */
  static RouteResult read(Exchange ended, ChannelSecrets secrets) {
    Throwable failure = ended.getException();
    if (failure != null) {
      return failed(failure, secrets);
    }
    try {
      Message left = ended.getMessage();
      String outcome = left.getHeader(Headers.CHANNEL_OUTCOME, String.class);
      if (outcome != null) {
        return new RouteResult(null, null, said(outcome, detail(left, outcome, secrets)));
      }
      return new RouteResult(
          left.getHeader(Headers.CHANNEL_TXN_ID, String.class),
          left.getHeader(Headers.CHANNEL_STATUS, String.class),
          null);
    } catch (TypeConversionException e) {
      return failed(new IllegalStateException("a header of the contract is not text"), secrets);
    }
  }

  private static RouteResult failed(Throwable failure, ChannelSecrets secrets) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof ChannelException known) {
        return new RouteResult(null, null, known);
      }
    }
    String words = Cause.of(failure, secrets::hiddenIn);
    return new RouteResult(null, null, new ChannelException.Unknown(words));
  }

  private static ChannelException said(String outcome, String detail) {
    return switch (outcome) {
      case "refused" -> new ChannelException.Refused(detail);
      case "unavailable" -> new ChannelException.Unavailable(detail);
      case "unknown" -> new ChannelException.Unknown(detail);
      default ->
          new ChannelException.Unknown(
              "the route set channelOutcome to a word that is not refused, unavailable or unknown");
    };
  }

  private static String detail(Message left, String outcome, ChannelSecrets secrets) {
    String given = left.getHeader(Headers.CHANNEL_DETAIL, String.class);
    if (given == null || given.isBlank()) {
      return "the route says " + outcome;
    }
    String line = secrets.hiddenIn(given).replaceAll("\\p{Cntrl}+", " ").strip();
    return line.length() > MOST_DETAIL ? line.substring(0, MOST_DETAIL) + "…" : line;
  }
}
