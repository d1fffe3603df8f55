package org.intergov.outbound.store.database;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HexFormat;
import java.util.List;
import org.intergov.outbound.message.Sha256;

/**
 * Says with a few short queries whether a database has been brought to exactly these migrations, so
 * that a start need not read and compare them one by one. The stamp is a comment on the table of
 * the schema's history: a digest of the migrations, and what the history then held. Whatever else
 * the history holds now (a newer version was here, somebody changed it), the stamp does not fit,
 * and the migrations look for themselves.
 */
final class SchemaStamp {
  private static final String HISTORY = Database.SCHEMA + "." + Migrations.HISTORY;

  private final Database database;
  private final String migrations;

  SchemaStamp(Database database, List<String> files) {
    this.database = database;
    this.migrations = digest(files);
  }

  private record Found(String stamp, String history) {}

  /**
   * Whether the last who migrated this database had these migrations and nothing changed since. No,
   * where the database does not answer yet: the migrations wait for it.
   */
  boolean fits() {
    try {
      Found found = found();
      return found.history() != null && stamp(found).equals(found.stamp());
    } catch (StoreUnavailableException e) {
      return false;
    }
  }

  /** Stamps a database that has just been migrated. */
  void set() {
    String stamp = stamp(found());
    database.statement(
        connection -> {
          try (Statement s = connection.createStatement()) {
            return s.executeUpdate("COMMENT ON TABLE " + HISTORY + " IS '" + stamp + "'");
          }
        });
  }

  private String stamp(Found found) {
    return migrations + " " + found.history();
  }

  private Found found() {
    return database.statement(
        connection -> {
          try (Statement s = connection.createStatement()) {
            String stamp = text(s, "SELECT obj_description(to_regclass('%s'), 'pg_class')");
            boolean exists = text(s, "SELECT to_regclass('%s')") != null;
            String history =
                "SELECT concat_ws(' ', count(*), sum(checksum), bool_and(success)) FROM %s";
            return new Found(stamp, exists ? text(s, history) : null);
          }
        });
  }

  private static String text(Statement s, String sql) throws SQLException {
    try (ResultSet r = s.executeQuery(sql.formatted(HISTORY))) {
      return r.next() ? r.getString(1) : null;
    }
  }

  private static String digest(List<String> files) {
    try {
      MessageDigest sha = Sha256.begin();
      for (String file : files) {
        sha.update(file.getBytes(StandardCharsets.UTF_8));
        try (InputStream in = SchemaStamp.class.getClassLoader().getResourceAsStream(file)) {
          if (in == null) {
            throw new StoreException("the migration " + file + " is missing from the JAR", null);
          }
          sha.update(in.readAllBytes());
        }
      }
      return HexFormat.of().formatHex(sha.digest());
    } catch (IOException e) {
      throw new StoreException("the migrations cannot be read: " + e.getMessage(), e);
    }
  }
}
