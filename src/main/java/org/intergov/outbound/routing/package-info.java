/**
 * Which channel: the routing table, read from {@code channels.yaml} and validated whole. Imports
 * {@code message} only.
 */
package org.intergov.outbound.routing;
