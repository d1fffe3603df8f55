package org.intergov.outbound.store.database;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import org.postgresql.PGConnection;

/** What a server must be, and the way to it, for anything to be kept there. */
final class ServerFitness {
  static final int OLDEST = 14;

  private ServerFitness() {}

  /** A server that will never do, however long it is waited for. */
  static final class UnfitServerException extends SQLException {
    private static final long serialVersionUID = 1L;

    UnfitServerException(String why) {
      super(why);
    }
  }

  /** Costs no round trip: the server has said it all when the connection was made. */
  static void check(Connection connection) throws SQLException {
    int version = connection.getMetaData().getDatabaseMajorVersion();
    String encoding = connection.unwrap(PGConnection.class).getParameterStatus("server_encoding");
    check(version, encoding);
  }

  /**
   * @param encoding null: the server did not say
   */
  static void check(int version, String encoding) throws UnfitServerException {
    if (version < OLDEST) {
      throw new UnfitServerException(
          "the server is PostgreSQL %d, expected %d or later".formatted(version, OLDEST));
    }
    if (encoding != null && !encoding.toUpperCase(Locale.ROOT).equals("UTF8")) {
      throw new UnfitServerException(
          ("the encoding of the database is %s, expected UTF8: messages have characters that it"
                  + " cannot hold (CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0)")
              .formatted(encoding));
    }
  }

  /**
   * Whether each connection is a session of its own at the server. Behind a pooler that lends a
   * server's session for a transaction only (pgbouncer's {@code pool_mode=transaction}), settings
   * and locks of one connection are another's. There the second connection is lent what the first
   * one has just given back.
   *
   * @param one open and idle, as {@code other}
   */
  static void checkSessions(Connection one, Connection other) throws SQLException {
    int first = session(one);
    other.setAutoCommit(false);
    try {
      if (session(other) == first || session(one) != first) {
        throw new UnfitServerException(
            "a connection pooler lends a server session for one transaction at a time, expected"
                + " a session for each connection (pgbouncer: pool_mode=session)");
      }
    } finally {
      other.rollback();
      other.setAutoCommit(true);
    }
  }

  private static int session(Connection connection) throws SQLException {
    try (Statement s = connection.createStatement()) {
      s.setQueryTimeout(5); // a pooler may have no second session to lend
      try (ResultSet r = s.executeQuery("SELECT pg_backend_pid()")) {
        r.next();
        return r.getInt(1);
      }
    }
  }
}
