/** The way to the database: connections, transactions whose fate is proved, migrations, roles. */
package org.intergov.outbound.store.database;
