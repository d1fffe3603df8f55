package org.intergov.outbound.delivery;

/** A rejection on its way to the lake. */
public record Rejection(Reason reason, String detail, String channelId, String channelTxnId) {}
