/** The kind {@code sqs}: posts to queues, receipts and messages from queues. */
package org.intergov.outbound.channel.sqs;
