/**
 * The stages of the flow: router, poller, updater, rejected-message processor, receipts; who may be
 * claimed when, and what becomes of an answer.
 */
package org.intergov.outbound.flow;
