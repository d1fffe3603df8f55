/** The kind {@code kafka}: posts to topics, receipts and messages from topics. */
package org.intergov.outbound.channel.kafka;
