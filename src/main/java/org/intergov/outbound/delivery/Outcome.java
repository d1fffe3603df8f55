package org.intergov.outbound.delivery;

import java.time.Duration;
import java.util.Optional;

/** What a post has come to. */
public sealed interface Outcome {

  /** One sentence for the journal and the operator; never a secret, never message content. */
  String detail();

  /** The channel took the message; {@code confirmed} where its kind confirms at once. */
  record Posted(String channelTxnId, boolean confirmed) implements Outcome {
    @Override
    public String detail() {
      return null;
    }
  }

  /** The channel says no to this message. */
  record Refused(String detail) implements Outcome {}

  /** Certainly not delivered; the channel cannot take anything now. */
  record Unavailable(String detail, Optional<Duration> retryAfter) implements Outcome {}

  /** May have been delivered. */
  record Unknown(String detail) implements Outcome {}

  /** Claimed but never handed to the channel: given back, no attempt is spent. */
  record NotSent(String detail) implements Outcome {}
}
