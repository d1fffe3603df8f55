/** The tables: one class a table. Only here is SQL that changes state. */
package org.intergov.outbound.store;
