/** The whole packaged JAR, as a user runs it: real processes, real PostgreSQL, real HTTP. */
package org.intergov.outbound.acceptance;
