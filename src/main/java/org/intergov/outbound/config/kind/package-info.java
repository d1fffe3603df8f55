/** What a kind of channel takes as parameters, and whether an entry gives it that. */
package org.intergov.outbound.config.kind;
