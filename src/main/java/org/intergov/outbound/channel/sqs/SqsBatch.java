package org.intergov.outbound.channel.sqs;

import java.util.List;
import org.intergov.outbound.channel.RawReceipt;

/**
 * Messages of a queue, in the order in which they were received, for the route that works on them.
 * If the route ends well, all are done with and are deleted; if it fails, none is. Immutable.
 */
public record SqsBatch(List<Received> messages) {

  public SqsBatch {
    messages = List.copyOf(messages);
  }

  /**
   * A message.
   *
   * @param id as SQS names it; the same when it comes again
   */
  public record Received(String id, String body) {}

  /** As receipts. */
  public List<RawReceipt> receipts() {
    return messages.stream().map(m -> new RawReceipt(m.id(), m.body())).toList();
  }
}
