package org.intergov.outbound.store;

import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/** Brings a database to the schema this version needs. Replicas that start together take turns. */
public final class Migrations {
  private static final String LAKE = "classpath:db/migration/lake";
  private static final String OUTBOX = "classpath:db/migration/outbox";

  private Migrations() {}

  /**
   * Migrates the one database, or the two.
   *
   * @throws StoreException if a database refuses the login, is newer than this version or was
   *     changed by hand
   */
  public static void migrate(Database outbox, Database lake) {
    if (outbox == lake) {
      migrate(outbox, LAKE, OUTBOX);
    } else {
      migrate(lake, LAKE);
      migrate(outbox, OUTBOX);
    }
  }

  private static void migrate(Database database, String... locations) {
    database.checkLogin();
    try {
      Flyway.configure()
          .dataSource(database.dataSource())
          .schemas(Database.SCHEMA)
          .defaultSchema(Database.SCHEMA)
          .locations(locations)
          .table("schema_history")
          .connectRetries(5)
          .load()
          .migrate();
    } catch (FlywayException e) {
      throw new StoreException("schema migration failed: " + e.getMessage(), e);
    }
  }
}
