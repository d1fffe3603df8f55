/** The kind {@code http}: the Channel API over HTTP, access tokens, one connection pool. */
package org.intergov.outbound.channel.http;
