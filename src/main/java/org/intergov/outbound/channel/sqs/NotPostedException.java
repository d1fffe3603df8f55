package org.intergov.outbound.channel.sqs;

import org.intergov.outbound.channel.ChannelException;

/**
 * What a post came to, other than posted, for Camel's producer, which passes on what its client
 * throws; the cause says which of them it is.
 */
final class NotPostedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  NotPostedException(ChannelException outcome) {
    super(outcome.getMessage(), outcome, false, false);
  }
}
