/**
 * What travels: the message, its reference and keys, the rules it keeps and the reader of its JSON.
 * Imports nothing else of the gateway.
 */
package org.intergov.outbound.message;
