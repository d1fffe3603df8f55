/** What keeps the tables in shape: retention, and rebuilding a lake. */
package org.intergov.outbound.store.upkeep;
