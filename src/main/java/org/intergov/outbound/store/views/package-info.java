/** What is only read: messages as users see them, and how much waits where. */
package org.intergov.outbound.store.views;
