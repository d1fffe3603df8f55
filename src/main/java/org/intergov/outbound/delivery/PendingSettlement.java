package org.intergov.outbound.delivery;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What is written after a channel answered; all of it in one transaction, and only while the lease
 * on the pending delivery holds.
 *
 * @param next what becomes of the pending row
 * @param outbox what becomes of the outbox row, or null: it stays accepted
 * @param problem the new {@code last_problem}
 */
public record PendingSettlement(
    PendingDelivery delivery,
    Next next,
    OutboxChange outbox,
    String problem,
    LakePatch patch,
    Rejection rejection,
    List<JournalEntry> journal) {

  /** The channel says what it said before: nothing is written but when it is asked next. */
  public static PendingSettlement noNews(PendingDelivery d) {
    return new PendingSettlement(d, Next.STAY, null, d.lastProblem(), null, null, List.of());
  }

  /** What the channel says can't be written now, so it is to say it again. */
  public static PendingSettlement putOff(PendingDelivery d) {
    return new PendingSettlement(d, Next.ASK_AGAIN, null, d.lastProblem(), null, null, List.of());
  }

  /** Whether the channel takes back what it had confirmed, so that it no longer is accepted. */
  public boolean takesBack() {
    return delivery.confirmed() && (patch != null || rejection != null);
  }

  /** The same, with who told it as the detail of its first entry. */
  PendingSettlement toldBy(String who) {
    List<JournalEntry> told = new ArrayList<>(journal);
    JournalEntry first = told.get(0);
    told.set(
        0,
        new JournalEntry(
            first.event(), first.channelId(), first.channelTxnId(), first.attempt(), who));
    return new PendingSettlement(delivery, next, outbox, problem, patch, rejection, told);
  }

  /** What becomes of the pending row. */
  public enum Next {
    /** It stays locked until stale; only {@code last_problem} may change. */
    STAY,
    /** Nothing is written now; the channel is asked again in a second. */
    ASK_AGAIN,
    /** The channel confirmed it: watched from now on. */
    WATCH,
    /** The channel took its confirmation back: followed as at first. */
    FOLLOW_AGAIN,
    /** Nothing is left to follow. */
    DELETE
  }

  /**
   * What becomes of the outbox row of a delivery that the channel had taken.
   *
   * @param channelId the next lane
   * @param delay until it is due
   */
  public record OutboxChange(
      OutboxStatus status,
      String channelId,
      List<String> refusedBy,
      int generation,
      String lastError,
      Duration delay) {

    /** Due at once. */
    public OutboxChange(
        OutboxStatus status,
        String channelId,
        List<String> refusedBy,
        int generation,
        String lastError) {
      this(status, channelId, refusedBy, generation, lastError, Duration.ZERO);
    }
  }
}
