/** The routes of the flow by themselves: no process, no database, no channel. */
package org.intergov.outbound.routes;
