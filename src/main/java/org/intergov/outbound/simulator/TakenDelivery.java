package org.intergov.outbound.simulator;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.UUID;

/** A message the channel has taken. Guarded by the {@link Ledger} that holds it. */
final class TakenDelivery {
  final UUID id;
  final PostedMessage message;
  private final Fate later;
  private final long takenAtMillis;
  private Status reported;

  TakenDelivery(UUID id, PostedMessage message, Fate later, long takenAtMillis) {
    this.id = id;
    this.message = message;
    this.later = later;
    this.takenAtMillis = takenAtMillis;
  }

  /** From now on the status is this one, whatever its fate was. */
  void report(Status status) {
    reported = status;
  }

  Status statusAt(long nowMillis, Options options) {
    if (reported != null) {
      return reported;
    }
    long confirmedAt = takenAtMillis + options.confirmAfter().toMillis();
    if (later == Fate.NEVER_CONFIRM || nowMillis < confirmedAt) {
      return Status.RECEIVED;
    }
    if (later == Fate.UNDELIVERABLE) {
      return Status.UNDELIVERABLE;
    }
    boolean revoked =
        later == Fate.REVOKE && nowMillis >= confirmedAt + options.revokeAfter().toMillis();
    return revoked ? Status.REVOKED : Status.CONFIRMED;
  }

  ObjectNode json(Status status) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("id", id.toString())
        .put("status", status.word())
        .put("sender", message.sender())
        .put("receiver", message.receiver())
        .put("subject", message.subject())
        .put("obj", message.obj())
        .put("predicate", message.predicate());
  }
}
