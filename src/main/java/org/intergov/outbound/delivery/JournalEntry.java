package org.intergov.outbound.delivery;

/**
 * One event of a message, as it goes into the journal.
 *
 * @param attempt number of the post this is about, from 1; null where it is about no post
 */
public record JournalEntry(
    Event event, String channelId, String channelTxnId, Integer attempt, String detail) {}
