/**
 * Random stories with many faults at once, and a checker that knows nothing of the product's code.
 */
package org.intergov.outbound.chaos;
