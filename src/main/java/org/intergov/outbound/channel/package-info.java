/**
 * Channels at work: the stages that claim, send, follow and settle, the routes made for each
 * channel, and the glue the channel kinds need.
 */
package org.intergov.outbound.channel;
