/** The public Channel API with faults, for trying the gateway and for its tests. */
package org.intergov.outbound.simulator;
