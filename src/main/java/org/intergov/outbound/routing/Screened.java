package org.intergov.outbound.routing;

/**
 * An entry that matches a message but must not carry it.
 *
 * @param channel the entry
 * @param rule the text of the rule that says so
 */
public record Screened(Channel channel, String rule) {}
