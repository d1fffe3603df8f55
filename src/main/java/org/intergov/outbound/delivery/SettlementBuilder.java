package org.intergov.outbound.delivery;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Collects what a {@link Settlement} says; starts from the row as it was claimed. */
final class SettlementBuilder {
  private final Delivery delivery;
  private OutboxStatus status = OutboxStatus.PENDING;
  private String channelId;
  private final List<String> refusedBy;
  private int attempts;
  private int unknowns;
  private Duration delay = Duration.ZERO;
  private String lastError;
  private Settlement.Follow follow;
  private final List<LakePatch> patches = new ArrayList<>(2);
  private Rejection rejection;
  private final List<JournalEntry> journal = new ArrayList<>(3);

  SettlementBuilder(Delivery delivery) {
    this.delivery = delivery;
    this.channelId = delivery.channelId();
    this.refusedBy = new ArrayList<>(delivery.refusedBy());
    this.attempts = delivery.attempts();
    this.unknowns = delivery.unknowns();
  }

  SettlementBuilder status(OutboxStatus next) {
    status = next;
    return this;
  }

  /** Another lane: what was counted on the old one does not count there. */
  SettlementBuilder moveTo(String nextChannelId) {
    channelId = nextChannelId;
    attempts = 0;
    unknowns = 0;
    return this;
  }

  SettlementBuilder refusedBy(String channel) {
    if (!refusedBy.contains(channel)) {
      refusedBy.add(channel);
    }
    return this;
  }

  SettlementBuilder attempt(boolean unknown) {
    attempts++;
    unknowns += unknown ? 1 : 0;
    return this;
  }

  SettlementBuilder due(Duration in) {
    delay = in;
    return this;
  }

  SettlementBuilder error(String detail) {
    lastError = detail;
    return this;
  }

  void follow(Settlement.Follow next) {
    follow = next;
  }

  void patch(LakePatch patch) {
    patches.add(patch);
  }

  SettlementBuilder reject(Reason reason, String detail, String channel) {
    status = OutboxStatus.REJECTED;
    rejection = new Rejection(reason, detail, channel, null);
    return this;
  }

  SettlementBuilder journal(Event event, String channel, String txnId, Integer at, String detail) {
    journal.add(new JournalEntry(event, channel, txnId, at, detail));
    return this;
  }

  SettlementBuilder journal(Event event, String channel, String detail) {
    return journal(event, channel, null, null, detail);
  }

  List<String> refusals() {
    return refusedBy;
  }

  Settlement build() {
    return new Settlement(
        delivery,
        status,
        channelId,
        List.copyOf(refusedBy),
        delivery.generation(),
        attempts,
        unknowns,
        delay,
        lastError,
        follow,
        List.copyOf(patches),
        rejection,
        List.copyOf(journal));
  }
}
