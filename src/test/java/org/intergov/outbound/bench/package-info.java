/**
 * How fast it is: {@code mvn -Pbench verify -DskipTests}. The packaged gateway as its own process,
 * beside a loop written by hand that has the same effects on the same tables.
 */
package org.intergov.outbound.bench;
