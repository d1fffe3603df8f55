package org.intergov.outbound.delivery;

import org.intergov.outbound.message.Reference;

/**
 * What a channel says of a delivery without being asked.
 *
 * @param id what the queue or the topic calls the receipt; the same when it comes again
 * @param channelTxnId the channel's id of the delivery, or null
 * @param reference the message's, or null; one of the two is there
 * @param key the idempotency key of the delivery it is about, or null
 * @param content as it came
 */
public record Receipt(
    String id,
    String channelTxnId,
    Reference reference,
    String key,
    StatusAnswer.Status status,
    String content) {

  /** How the journal names it. */
  public String name() {
    return "receipt " + id;
  }
}
