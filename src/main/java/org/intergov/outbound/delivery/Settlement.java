package org.intergov.outbound.delivery;

import java.time.Duration;
import java.util.List;
import java.util.UUID;

/**
 * What is written once the outcome of a claimed delivery is known; all of it in one transaction.
 *
 * @param status the row's next status
 * @param channelId the row's next lane; null: to be routed
 * @param delay pending: how long from now it is due
 * @param follow the delivery the poller follows from now on, or null
 * @param patches updates for the lake, in order
 * @param rejection or null
 */
public record Settlement(
    Delivery delivery,
    OutboxStatus status,
    String channelId,
    List<String> refusedBy,
    int generation,
    int attempts,
    int unknowns,
    Duration delay,
    String lastError,
    Follow follow,
    List<LakePatch> patches,
    Rejection rejection,
    List<JournalEntry> journal) {

  /** The same, to be written under another lease. */
  public Settlement under(UUID lease) {
    if (lease.equals(delivery.lockToken())) {
      return this;
    }
    return new Settlement(
        delivery.under(lease),
        status,
        channelId,
        refusedBy,
        generation,
        attempts,
        unknowns,
        delay,
        lastError,
        follow,
        patches,
        rejection,
        journal);
  }

  /**
   * A delivery to be followed.
   *
   * @param confirmed the channel confirmed it already; it is watched until it is final
   * @param firstCheck how long from now the poller first looks at it
   * @param receipts whether receipts drive its state, so that it must be found by the channel's id
   */
  public record Follow(
      String channelTxnId, boolean confirmed, Duration firstCheck, boolean receipts) {

    /** One that the poller asks about, and nothing else. */
    public Follow(String channelTxnId, boolean confirmed, Duration firstCheck) {
      this(channelTxnId, confirmed, firstCheck, false);
    }
  }
}
