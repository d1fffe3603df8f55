/**
 * The contract of a kind of channel, and the routes made for each channel. The kinds are below;
 * they do not know each other.
 */
package org.intergov.outbound.channel;
