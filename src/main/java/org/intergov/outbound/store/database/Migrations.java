package org.intergov.outbound.store.database;

import java.util.List;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/** Brings a database to the schema this version needs. Replicas that start together take turns. */
public final class Migrations {
  static final String HISTORY = "schema_history";

  private static final String LAKE = "db/migration/lake";
  private static final String OUTBOX = "db/migration/outbox";

  /** What either database needs. */
  private static final String BOTH = "db/migration/both";

  private static Stream<String> proofs() {
    return Stream.of(BOTH + "/V12__proofs.sql");
  }

  /** The files, in the order of their versions; what is missing here is not noticed at a start. */
  static final List<String> LAKE_FILES =
      Stream.concat(
              Stream.of("V1__message_lake", "V5__room_for_updates")
                  .map(name -> LAKE + "/" + name + ".sql"),
              proofs())
          .toList();

  static final List<String> OUTBOX_FILES =
      Stream.concat(
              Stream.of(
                      "V2__delivery",
                      "V3__retention",
                      "V4__claims_within_the_page",
                      "V6__receipts",
                      "V8__callbacks",
                      "V9__order_and_pause",
                      "V10__channel_journal",
                      "V11__receipts_by_delivery",
                      "V13__what_can_be_held",
                      "V14__acceptances_not_told_yet")
                  .map(name -> OUTBOX + "/" + name + ".sql"),
              proofs())
          .toList();

  private Migrations() {}

  /**
   * Migrates the one database, or the two.
   *
   * @throws StoreException if a database refuses the login, is newer than this version or was
   *     changed by hand
   */
  public static void migrate(Database outbox, Database lake) {
    if (outbox == lake) {
      migrate(
          outbox, Stream.of(LAKE_FILES, OUTBOX_FILES).flatMap(List::stream).distinct().toList());
    } else {
      migrate(lake, LAKE_FILES);
      migrate(outbox, OUTBOX_FILES);
    }
  }

  private static void migrate(Database database, List<String> files) {
    database.checkLogin();
    SchemaStamp stamp = new SchemaStamp(database, files);
    if (stamp.fits()) {
      return;
    }
    String[] folders =
        files.stream()
            .map(file -> "classpath:" + file.substring(0, file.lastIndexOf('/')))
            .distinct()
            .toArray(String[]::new);
    try {
      Flyway.configure()
          .dataSource(database.dataSource())
          .schemas(Database.SCHEMA)
          .defaultSchema(Database.SCHEMA)
          .locations(folders)
          .table(HISTORY)
          .connectRetries(5)
          .load()
          .migrate();
    } catch (FlywayException e) {
      throw new StoreException("schema migration failed: " + e.getMessage(), e);
    }
    stamp.set();
  }
}
