/** The outbound gateway: composition root and settings. */
package org.intergov.outbound;
