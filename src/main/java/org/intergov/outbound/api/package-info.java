/** The REST interface: intake, reading, operating. */
package org.intergov.outbound.api;
