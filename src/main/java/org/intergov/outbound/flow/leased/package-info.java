/**
 * Component {@code leased}: queues whose rows are worked on under a lease, as something that a
 * Camel route consumes from.
 */
package org.intergov.outbound.flow.leased;
