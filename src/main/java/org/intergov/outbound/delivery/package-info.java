/** What becomes of a delivery: outcomes, retries, lanes. Pure logic, no I/O. */
package org.intergov.outbound.delivery;
