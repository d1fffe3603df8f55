/** Receipts that channels send, kept until they have done what they can do. */
package org.intergov.outbound.store.receipts;
