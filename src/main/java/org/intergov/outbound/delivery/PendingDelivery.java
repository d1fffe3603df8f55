package org.intergov.outbound.delivery;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.intergov.outbound.message.Message;

/**
 * A claimed row of channel pending: a delivery whose channel is asked for its status now.
 *
 * @param confirmed state {@code confirmed}: watched until it is final
 * @param finalDue it was confirmed {@code poll.finality} ago
 * @param giveUpDue it was posted {@code poll.give-up-after} ago
 * @param checks how often the channel was asked, this time included
 * @param lastProblem the last answer that was no status, or null
 * @param message the message, for choosing another channel
 * @param lockedBeyond by how much its lock is longer than the time until the next check: a lease
 *     outlives the channel's timeout even where it is to be asked more often than that
 */
public record PendingDelivery(
    long messageId,
    Message message,
    String channelId,
    String channelTxnId,
    boolean confirmed,
    boolean finalDue,
    boolean giveUpDue,
    int checks,
    String lastProblem,
    List<String> refusedBy,
    int generation,
    UUID lockToken,
    Duration lockedBeyond) {}
