package org.intergov.outbound.simulator;

/** A message as the Channel API takes it: these five fields, all of them, and no others. */
public record PostedMessage(
    String sender, String receiver, String subject, String obj, String predicate) {}
