/** What operators and their tools see. */
package org.intergov.outbound.monitoring;
