package org.intergov.outbound.store.database;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import java.util.Properties;
import java.util.logging.Logger;
import javax.sql.DataSource;

/** Opens the connections of a pool, and lets none in that has not been looked at. Thread-safe. */
final class ConnectionSource implements DataSource {
  private final String url;
  private final Properties properties;
  private volatile Check check = connection -> {};

  /** Looks at a new connection. */
  @FunctionalInterface
  public interface Check {
    /**
     * @throws SQLException if it must not be used
     */
    void look(Connection connection) throws SQLException;
  }

  ConnectionSource(String url, Properties properties) {
    this.url = url;
    this.properties = properties;
  }

  /** Every connection that is opened from now on is looked at first. */
  void check(Check next) {
    check = next;
  }

  @Override
  public Connection getConnection() throws SQLException {
    Connection connection = DriverManager.getConnection(url, properties);
    try {
      ServerFitness.check(connection);
      try (Statement s = connection.createStatement()) {
        s.execute(SESSION);
      }
      check.look(connection);
      return connection;
    } catch (SQLException | RuntimeException e) {
      try {
        connection.close();
      } catch (SQLException closing) {
        e.addSuppressed(closing);
      }
      throw e;
    }
  }

  /**
   * How every session is. Plans go by index alone: one that was made on a table that was empty a
   * moment ago, or never analysed, must be the one that is right with a million rows; and it does
   * not depend on the values. What is discouraged counts as very costly, for which a server that
   * can would compile the statement each time. What the server or a role has for its own defaults
   * and what would break a promise is overruled: an isolation under which a claim fails instead of
   * skipping, and commits that are answered before they are on disk.
   *
   * <p>A frozen gateway must not keep rows or a lane locked: the server ends its transaction, also
   * where it waits for the gateway to read an answer.
   */
  private static final String SESSION =
      "SET idle_in_transaction_session_timeout = '10s'; SET statement_timeout = '55s';"
          + " SET tcp_user_timeout = '30s';"
          + " SET default_transaction_isolation = 'read committed';"
          + " SELECT set_config('synchronous_commit', 'on', false)"
          + " WHERE current_setting('synchronous_commit') = 'off';"
          + " SET enable_seqscan = off; SET enable_mergejoin = off;"
          + " SET enable_bitmapscan = off; SET enable_sort = off;"
          + " SET enable_memoize = off;"
          + " SET plan_cache_mode = force_generic_plan; SET jit = off; "
          + CommitProof.BEGIN_CONNECTION;

  @Override
  public Connection getConnection(String username, String password) throws SQLException {
    throw new SQLFeatureNotSupportedException("connections are the configured role's");
  }

  @Override
  public PrintWriter getLogWriter() {
    return null;
  }

  @Override
  public void setLogWriter(PrintWriter out) {
    // the driver logs through java.util.logging
  }

  @Override
  public void setLoginTimeout(int seconds) {
    // connectTimeout and loginTimeout are among the properties
  }

  @Override
  public int getLoginTimeout() {
    return 0;
  }

  @Override
  public Logger getParentLogger() throws SQLFeatureNotSupportedException {
    throw new SQLFeatureNotSupportedException();
  }

  @Override
  public <T> T unwrap(Class<T> iface) throws SQLException {
    throw new SQLException("wraps nothing");
  }

  @Override
  public boolean isWrapperFor(Class<?> iface) {
    return false;
  }
}
