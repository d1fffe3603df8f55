package org.intergov.outbound.channel;

import java.time.Duration;
import java.util.Optional;
import org.intergov.outbound.delivery.Outcome;
import org.intergov.outbound.routing.Channel;

/**
 * How a channel route says what a post came to, other than posted. A route may throw one of the
 * nested types; any other exception counts as {@link Unknown}, which never harms.
 *
 * <p>The message becomes the detail in the journal: one sentence, no secret, no content.
 */
public abstract class ChannelException extends Exception {
  private static final long serialVersionUID = 1L;

  /** The HTTP status that said so; 0: none did. */
  private int status;

  ChannelException(String message) {
    super(message, null, false, false);
  }

  /** The same, with the HTTP status that said so. */
  public ChannelException answered(int withStatus) {
    status = withStatus;
    return this;
  }

  /**
   * What the post came to.
   *
   * @param by the channel; null: it is gone. It may count a status as a refusal that others do not
   */
  final Outcome outcome(Channel by) {
    return by != null && by.refusals().on().contains(status)
        ? new Outcome.Refused(getMessage())
        : outcome();
  }

  public abstract Outcome outcome();

  /** Whether what came cannot be read as one answer, whatever its first line says. */
  public boolean isNotOneAnswer() {
    return false;
  }

  /** The channel says no to this message. */
  public static final class Refused extends ChannelException {
    private static final long serialVersionUID = 1L;

    public Refused(String message) {
      super(message);
    }

    @Override
    public Outcome outcome() {
      return new Outcome.Refused(getMessage());
    }
  }

  /** Certainly not delivered; the channel cannot take anything now. */
  public static final class Unavailable extends ChannelException {
    private static final long serialVersionUID = 1L;
    private final transient Duration retryAfter;

    public Unavailable(String message) {
      this(message, null);
    }

    public Unavailable(String message, Duration retryAfter) {
      super(message);
      this.retryAfter = retryAfter;
    }

    @Override
    public Outcome outcome() {
      return new Outcome.Unavailable(getMessage(), Optional.ofNullable(retryAfter));
    }
  }

  /** May have been delivered. */
  public static class Unknown extends ChannelException {
    private static final long serialVersionUID = 1L;

    public Unknown(String message) {
      super(message);
    }

    public static Unknown notOneAnswer(String what) {
      return new Unknown(what) {
        private static final long serialVersionUID = 1L;

        @Override
        public boolean isNotOneAnswer() {
          return true;
        }
      };
    }

    @Override
    public Outcome outcome() {
      return new Outcome.Unknown(getMessage());
    }
  }
}
