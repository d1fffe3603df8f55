package org.intergov.outbound.store.database;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;

/**
 * What the role of the flow may do where another role owns the tables: everything that the flow
 * does, but it cannot change or delete what the journal says, nor what has been archived, nor the
 * tables themselves. Rows of the journal leave by the owner's hand alone ({@code Retention}).
 */
public final class FlowRole {
  /** The journal, and what finished rows become. All other tables are the flow's to change. */
  private static final String APPEND_ONLY =
      "'delivery_status', 'delivery_status_archive', 'delivery_outbox_archive', 'channel_journal'";

  private FlowRole() {}

  /**
   * Gives the flow's role what it needs, after the migrations; replicas take turns. Where nothing
   * is missing, nothing is written.
   *
   * @throws StoreException if the flow's role could change the journal all the same: as a
   *     superuser, as an owner, by a right that it was given, or by becoming a role that could
   */
  public static void grant(Database owner, String flow) {
    owner.transaction(
        connection -> {
          try (Statement s = connection.createStatement()) {
            s.execute("SELECT pg_advisory_xact_lock(hashtextextended('intergov.flow_role', 0))");
          }
          if (!hasAll(connection, flow)) {
            grant(connection, flow);
          }
          Optional<String> how = howItCouldChangeTheJournal(connection, flow);
          if (how.isPresent()) {
            throw new StoreException(
                ("database role %s could change the journal, although another role migrates: %s."
                        + " Make the migrating role the owner of schema %s and everything in it, and"
                        + " give the first role no rights beyond those that the gateway grants it")
                    .formatted(flow, how.get(), Database.SCHEMA),
                null);
          }
          return null;
        });
  }

  private static boolean hasAll(Connection connection, String flow) throws SQLException {
    String sql =
        """
        SELECT has_schema_privilege(r.name, 'intergov', 'USAGE')
          AND has_function_privilege(r.name, 'intergov.numbers_go_on()', 'EXECUTE')
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
          EXECUTE format('GRANT EXECUTE ON FUNCTION intergov.numbers_go_on() TO %%I', flow);
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

  /**
   * The plainest of the ways there are. What a role may become by SET ROLE counts as what it is,
   * and so does a trigger: its function would run with the rights of the owner who deletes rows.
   */
  private static Optional<String> howItCouldChangeTheJournal(Connection connection, String flow)
      throws SQLException {
    String sql =
        """
        WITH mine AS (
          SELECT r.oid, r.rolsuper, r.rolcreaterole,
            CASE WHEN r.rolname = f.name THEN 'it'
                 ELSE 'it is a member of ' || quote_ident(r.rolname) || ', which' END AS who
          FROM (VALUES (?::name)) AS f (name)
          JOIN pg_roles r ON pg_has_role(f.name, r.oid, 'MEMBER')
        ), append_only AS (
          SELECT c.oid, c.relname, c.relowner FROM pg_class c
          WHERE c.relnamespace = 'intergov'::regnamespace AND c.relkind IN ('r', 'p')
            AND c.relname IN (%s)
        )
        SELECT way FROM (
          SELECT 1, who || ' is a superuser' FROM mine WHERE rolsuper
          UNION ALL
          SELECT 2, who || ' owns schema intergov'
          FROM mine JOIN pg_namespace n ON n.nspowner = mine.oid WHERE n.nspname = 'intergov'
          UNION ALL
          SELECT 3, who || ' owns ' || t.relname
          FROM mine JOIN append_only t ON t.relowner = mine.oid
          UNION ALL
          SELECT 4, who || ' can make itself a member of any role (CREATEROLE)'
          FROM mine WHERE rolcreaterole AND current_setting('server_version_num')::int < 160000
          UNION ALL
          SELECT 5, who || ' may create objects in schema intergov'
          FROM mine WHERE has_schema_privilege(mine.oid, 'intergov', 'CREATE')
          UNION ALL
          SELECT 6, who || ' has a right to change ' || t.relname
          FROM mine, append_only t
          WHERE has_table_privilege(mine.oid, t.oid, 'UPDATE, DELETE, TRUNCATE, TRIGGER')
            OR has_any_column_privilege(mine.oid, t.oid, 'UPDATE')
        ) AS ways (rank, way)
        ORDER BY rank, way LIKE 'it is a member of %%', way LIMIT 1
        """
            .formatted(APPEND_ONLY);
    try (PreparedStatement s = connection.prepareStatement(sql)) {
      s.setString(1, flow);
      try (ResultSet r = s.executeQuery()) {
        return r.next() ? Optional.of(r.getString(1)) : Optional.empty();
      }
    }
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
