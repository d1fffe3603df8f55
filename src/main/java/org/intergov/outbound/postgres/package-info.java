/** The PostgreSQL server that the gateway brings along: started, taken over, stopped. */
package org.intergov.outbound.postgres;
