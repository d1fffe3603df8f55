package org.intergov.outbound.channel;

import java.time.Duration;
import java.util.Optional;
import org.intergov.outbound.delivery.Outcome;

/**
 * How a channel route says what a post came to, other than posted. A route may throw one of the
 * nested types; any other exception counts as {@link Unknown}, which never harms.
 *
 * <p>The message becomes the detail in the journal: one sentence, no secret, no content.
 */
public abstract class ChannelException extends Exception {
  private static final long serialVersionUID = 1L;

  ChannelException(String message) {
    super(message, null, false, false);
  }

  abstract Outcome outcome();

  /** The channel says no to this message. */
  public static final class Refused extends ChannelException {
    private static final long serialVersionUID = 1L;
    private final boolean conflict;

    public Refused(String message) {
      this(message, false);
    }

    Refused(String message, boolean conflict) {
      super(message);
      this.conflict = conflict;
    }

    @Override
    Outcome outcome() {
      return new Outcome.Refused(getMessage(), conflict);
    }
  }

  /** Certainly not delivered; the channel cannot take anything now. */
  public static final class Unavailable extends ChannelException {
    private static final long serialVersionUID = 1L;
    private final transient Duration retryAfter;

    public Unavailable(String message) {
      this(message, null);
    }

    Unavailable(String message, Duration retryAfter) {
      super(message);
      this.retryAfter = retryAfter;
    }

    @Override
    Outcome outcome() {
      return new Outcome.Unavailable(getMessage(), Optional.ofNullable(retryAfter));
    }
  }

  /** May have been delivered. */
  public static final class Unknown extends ChannelException {
    private static final long serialVersionUID = 1L;

    public Unknown(String message) {
      super(message);
    }

    @Override
    Outcome outcome() {
      return new Outcome.Unknown(getMessage());
    }
  }
}
