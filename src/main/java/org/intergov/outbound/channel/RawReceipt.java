package org.intergov.outbound.channel;

/**
 * A receipt as it came from a channel.
 *
 * @param id what the queue or the topic calls it; the same when it comes again
 * @param body as text; what is no text may be passed as null
 */
public record RawReceipt(String id, String body) {}
