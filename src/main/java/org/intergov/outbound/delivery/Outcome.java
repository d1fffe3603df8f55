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

  /**
   * The channel says no to this message.
   *
   * @param conflict the channel said that it has this key or message already (HTTP 409); after an
   *     unknown outcome that is no refusal but a hint that the first attempt arrived
   */
  record Refused(String detail, boolean conflict) implements Outcome {}

  /** Certainly not delivered; the channel cannot take anything now. */
  record Unavailable(String detail, Optional<Duration> retryAfter) implements Outcome {}

  /** May have been delivered. */
  record Unknown(String detail) implements Outcome {}

  /** Claimed but never handed to the channel: given back, no attempt is spent. */
  record NotSent(String detail) implements Outcome {}
}
