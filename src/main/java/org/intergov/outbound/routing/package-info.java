/** Which channel: the routing table as a model. Imports {@code message} only. */
package org.intergov.outbound.routing;
