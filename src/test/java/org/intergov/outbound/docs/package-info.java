/** What the documentation says, held against the code. */
package org.intergov.outbound.docs;
