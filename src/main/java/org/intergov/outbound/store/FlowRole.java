package org.intergov.outbound.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * What the role of the flow may do where another role owns the tables: everything that the flow
 * does, but it cannot change or delete what the journal says, nor what has been archived, nor the
 * tables themselves. Rows of the journal leave by the owner's hand alone ({@link Retention}).
 */
final class FlowRole {
  /** The journal, and what finished rows become. All other tables are the flow's to change. */
  private static final String APPEND_ONLY =
      "'delivery_status', 'delivery_status_archive', 'delivery_outbox_archive'";

  private FlowRole() {}

  /**
   * Gives the flow's role what it needs, after the migrations; replicas take turns. Where nothing
   * is missing, nothing is written.
   *
   * @throws StoreException if the flow's role can change the journal all the same: because the
   *     tables are its own, as a member of their owner's role, or as a superuser
   */
  static void grant(Database owner, String flow) {
    owner.transaction(
        connection -> {
          try (Statement s = connection.createStatement()) {
            s.execute("SELECT pg_advisory_xact_lock(hashtextextended('intergov.flow_role', 0))");
          }
          if (!hasAll(connection, flow)) {
            grant(connection, flow);
          }
          if (canChangeTheJournal(connection, flow)) {
            throw new StoreException(
                ("database role %s can change delivery_status, although another one is to migrate:"
                        + " it owns the tables, is a superuser or a member of such a role. Make"
                        + " the migrating role the owner of schema %s and all in it")
                    .formatted(flow, Database.SCHEMA),
                null);
          }
          return null;
        });
  }

  private static boolean hasAll(Connection connection, String flow) throws SQLException {
    String sql =
        """
        SELECT has_schema_privilege(r.name, 'intergov', 'USAGE')
          AND (
            SELECT bool_and(
              CASE WHEN c.relkind = 'S' THEN has_sequence_privilege(r.name, c.oid, 'USAGE')
                   WHEN c.relname IN (%1$s)
                     THEN has_table_privilege(r.name, c.oid, 'SELECT')
                       AND has_table_privilege(r.name, c.oid, 'INSERT')
                   WHEN c.relname = '%2$s' THEN true
                   ELSE has_table_privilege(r.name, c.oid, 'SELECT')
                     AND has_table_privilege(r.name, c.oid, 'INSERT')
                     AND has_table_privilege(r.name, c.oid, 'UPDATE')
                     AND has_table_privilege(r.name, c.oid, 'DELETE')
              END)
            FROM pg_class c
            WHERE c.relnamespace = 'intergov'::regnamespace AND c.relkind IN ('r', 'p', 'S'))
        FROM (VALUES (?::name)) AS r (name)
        """
            .formatted(APPEND_ONLY, Migrations.HISTORY);
    return ask(connection, sql, flow);
  }

  private static void grant(Connection connection, String flow) throws SQLException {
    String sql =
        """
        DO $grant$
        DECLARE
          flow name := current_setting('intergov.flow_role');
          t record;
        BEGIN
          EXECUTE format('GRANT USAGE ON SCHEMA intergov TO %%I', flow);
          EXECUTE format('GRANT USAGE ON ALL SEQUENCES IN SCHEMA intergov TO %%I', flow);
          FOR t IN
            SELECT c.oid::regclass AS name, c.relname IN (%1$s) AS append_only
            FROM pg_class c
            WHERE c.relnamespace = 'intergov'::regnamespace AND c.relkind IN ('r', 'p')
              AND c.relname <> '%2$s'
          LOOP
            IF t.append_only THEN
              EXECUTE format('GRANT SELECT, INSERT ON %%s TO %%I', t.name, flow);
            ELSE
              EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %%s TO %%I', t.name, flow);
            END IF;
          END LOOP;
        END $grant$
        """
            .formatted(APPEND_ONLY, Migrations.HISTORY);
    try (PreparedStatement s =
        connection.prepareStatement("SELECT set_config('intergov.flow_role', ?, true)")) {
      s.setString(1, flow);
      s.execute();
    }
    try (Statement s = connection.createStatement()) {
      s.execute(sql);
    }
  }

  private static boolean canChangeTheJournal(Connection connection, String flow)
      throws SQLException {
    String sql =
        """
        SELECT has_table_privilege(r.name, 'intergov.delivery_status', 'UPDATE')
          OR has_table_privilege(r.name, 'intergov.delivery_status', 'DELETE')
          OR has_table_privilege(r.name, 'intergov.delivery_status', 'TRUNCATE')
        FROM (VALUES (?::name)) AS r (name)
        """;
    return ask(connection, sql, flow);
  }

  private static boolean ask(Connection connection, String sql, String flow) throws SQLException {
    try (PreparedStatement s = connection.prepareStatement(sql)) {
      s.setString(1, flow);
      try (ResultSet r = s.executeQuery()) {
        return r.next() && r.getBoolean(1);
      }
    }
  }
}
