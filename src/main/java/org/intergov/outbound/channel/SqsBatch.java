package org.intergov.outbound.channel;

import java.util.List;

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
  public List<Receipts.Raw> receipts() {
    return messages.stream().map(m -> new Receipts.Raw(m.id(), m.body())).toList();
  }
}
