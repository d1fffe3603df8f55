package org.intergov.outbound.store.database;

import java.sql.SQLException;
import java.util.List;

/**
 * Tells an outage, which is waited for, from a statement that the database refuses because of what
 * is in it, which would be refused again. What counts as an outage is a list of what is known to be
 * one (appendix "PostgreSQL Error Codes" of its manual); everything else is about the data, also
 * what a trigger of the database's owner raises.
 */
public final class Outages {
  /** Whole classes, by the first two characters of the SQLSTATE. */
  private static final List<String> CLASSES =
      List.of(
          "08", // connection exception
          "28", // login refused
          "3D", // no such database
          "40", // rolled back: deadlock, serialization; its result is not known
          "53", // out of disk, memory, connections
          "57", // shutting down, starting up, cancelled
          "58", // input or output failed
          "F0", // its configuration
          "XX" // its own fault, damaged files
          );

  private static final List<String> STATES =
      List.of(
          "25006", // it takes no writes now
          "25P03", // ended while this process was frozen in a transaction
          "25P04", // the same, as newer servers have it
          "3F000", // the schema is not there
          "42501", // a right was taken away
          "42P01", // a table, column or function is not there: it is being restored or migrated
          "42703",
          "42883",
          "0A000", // "cached plan must not change result type", after a migration
          "26000", // a prepared statement is gone, behind a pooler
          "55P03", // a lock was not to be had
          "55006", // in use
          "55000" // not in the state for it: in recovery
          );

  private Outages() {}

  /** Whether the server, its configuration or the way to it is the trouble, and not the data. */
  public static boolean is(SQLException e) {
    String state = e.getSQLState();
    return state == null || STATES.contains(state) || CLASSES.stream().anyMatch(state::startsWith);
  }

  /** Rolled back because two transactions wanted the same rows the other way round. */
  static boolean isConflict(SQLException e) {
    return "40P01".equals(e.getSQLState()) || "40001".equals(e.getSQLState());
  }

  /** Authorization refused (28), no such database (3D), no right to it (42501). */
  static boolean isLogin(SQLException e) {
    String state = String.valueOf(e.getSQLState());
    return state.startsWith("28") || state.startsWith("3D") || state.equals("42501");
  }
}
