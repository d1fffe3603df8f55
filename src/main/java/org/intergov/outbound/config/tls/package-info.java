/** Keys and certificates, in the forms in which they come. */
package org.intergov.outbound.config.tls;
