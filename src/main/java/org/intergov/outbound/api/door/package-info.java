/** How a request comes in: TLS, tokens and roles, limits, and how errors are answered. */
package org.intergov.outbound.api.door;
