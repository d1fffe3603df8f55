package org.intergov.outbound.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Locale;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A PostgreSQL database and the pool of connections to it. Thread-safe.
 *
 * <p>Connections are told to plan by index alone: a plan made on a table that was empty a moment
 * ago, or never analysed, must be the plan that is right with a million rows.
 */
public final class Database implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Database.class);

  /** The schema all tables live in. */
  public static final String SCHEMA = "intergov";

  private final String name;
  private final HikariDataSource pool;

  /** What runs inside a transaction. */
  @FunctionalInterface
  public interface Work<T> {
    T in(Connection connection) throws SQLException;
  }

  private Database(String name, HikariDataSource pool) {
    this.name = name;
    this.pool = pool;
  }

  /**
   * Makes a pool; connects when a connection is first asked for.
   *
   * @param name for errors: {@code outbox} or {@code lake}
   * @param connections at most, at least 2
   */
  public static Database connect(
      String name, String url, String username, String password, int connections) {
    HikariConfig config = new HikariConfig();
    config.setPoolName("intergov-" + name);
    config.setJdbcUrl(url);
    config.setUsername(username);
    config.setPassword(password);
    config.setMaximumPoolSize(connections);
    config.setMinimumIdle(Math.min(2, connections));
    config.setConnectionTimeout(Duration.ofSeconds(5).toMillis());
    config.setValidationTimeout(Duration.ofSeconds(2).toMillis());
    config.setInitializationFailTimeout(-1);
    config.setAutoCommit(true);
    config.setRegisterMbeans(true);
    config.addDataSourceProperty("currentSchema", SCHEMA);
    config.addDataSourceProperty("ApplicationName", "intergov-outbound");
    // what the server adds to an error quotes the row, and with it the message
    config.addDataSourceProperty("logServerErrorDetail", "false");
    config.addDataSourceProperty("connectTimeout", "5");
    config.addDataSourceProperty("socketTimeout", "60");
    config.addDataSourceProperty("tcpKeepAlive", "true");
    config.addDataSourceProperty("prepareThreshold", "3");
    // A frozen gateway must not keep rows locked: the server ends its transaction.
    config.setConnectionInitSql(
        "SET idle_in_transaction_session_timeout = '30s'; SET statement_timeout = '55s';"
            + " SET enable_seqscan = off; SET enable_mergejoin = off;"
            + " SET enable_bitmapscan = off; SET enable_sort = off;"
            + " SET enable_memoize = off;"
            // The plan does not depend on the values. What is discouraged counts as very costly,
            // for which a server that can would compile the statement each time.
            + " SET plan_cache_mode = force_generic_plan; SET jit = off");
    return new Database(name, new HikariDataSource(config));
  }

  /** For Camel's JDBC component and for migrations. */
  public DataSource dataSource() {
    return pool;
  }

  /**
   * Runs {@code work} and commits.
   *
   * <p>If the connection dies while the commit is on its way, nobody knows whether it happened; the
   * server is then asked for the fate of the transaction, so that what was recorded is not taken
   * for lost.
   *
   * @throws StoreUnavailableException if the database could not be reached; nothing was recorded
   * @throws StoreException if it refused a value; nothing was recorded
   */
  public <T> T transaction(Work<T> work) {
    for (int again = 2; ; again--) {
      try {
        return once(work);
      } catch (SQLException e) {
        if (again == 0 || !isConflict(e)) {
          throw translate(e);
        }
        LOG.debug("database {}: rolled back by the server, tried again", name, e);
      }
    }
  }

  /** Rolled back because two transactions wanted the same rows the other way round. */
  private static boolean isConflict(SQLException e) {
    return "40P01".equals(e.getSQLState()) || "40001".equals(e.getSQLState());
  }

  private <T> T once(Work<T> work) throws SQLException {
    String xact = null;
    T result = null;
    try (Connection connection = pool.getConnection()) {
      connection.setAutoCommit(false);
      try {
        result = work.in(connection);
        xact = currentXact(connection);
        connection.commit();
        return result;
      } catch (SQLException | RuntimeException e) {
        rollback(connection, e);
        throw e;
      } finally {
        restore(connection);
      }
    } catch (SQLException e) {
      if (xact != null && isUnavailable(e) && wasCommitted(xact)) {
        return result;
      }
      throw e;
    }
  }

  /**
   * Runs one statement that commits by itself, or only reads.
   *
   * @throws StoreUnavailableException if the database could not be reached
   * @throws StoreException if it refused a value
   */
  public <T> T statement(Work<T> work) {
    try (Connection connection = pool.getConnection()) {
      return work.in(connection);
    } catch (SQLException e) {
      throw translate(e);
    }
  }

  /**
   * Tells a login that will never do, such as a wrong password, from a server that is not there
   * yet.
   *
   * @throws StoreException naming what the server said, if it refused the login or has no such
   *     database; a server that cannot be reached throws nothing here
   */
  void checkLogin() {
    try (Connection connection = pool.getConnection()) {
      LOG.debug("database {}: {}", name, connection);
    } catch (SQLException e) {
      SQLException said = e;
      while (said.getCause() instanceof SQLException cause) {
        said = cause; // what the pool has waited for in vain
      }
      if (isLogin(said)) {
        throw new StoreException("database " + name + ": " + firstLine(said), said);
      }
    }
  }

  /** Authorization refused (28), no such database (3D), no right to it (42501). */
  private static boolean isLogin(SQLException e) {
    String state = String.valueOf(e.getSQLState());
    return state.startsWith("28") || state.startsWith("3D") || state.equals("42501");
  }

  private RuntimeException translate(SQLException e) {
    String message = "database " + name + ": " + firstLine(e);
    return isUnavailable(e)
        ? new StoreUnavailableException(message, e)
        : new StoreException(message, e);
  }

  /**
   * Whether the server, its configuration or the way to it is the trouble, and not the data. Only a
   * value that it cannot hold (22), a broken constraint (23) and a limit of the program (54) are
   * about the data; everything else is waited for, since what is kept can be written later.
   */
  static boolean isUnavailable(SQLException e) {
    String state = e.getSQLState();
    return state == null
        || !(state.startsWith("22") || state.startsWith("23") || state.startsWith("54"));
  }

  private static String currentXact(Connection connection) throws SQLException {
    try (PreparedStatement s =
            connection.prepareStatement("SELECT pg_current_xact_id_if_assigned()::text");
        ResultSet r = s.executeQuery()) {
      return r.next() ? r.getString(1) : null;
    }
  }

  private boolean wasCommitted(String xact) {
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (System.nanoTime() < deadline) {
      try (Connection connection = pool.getConnection();
          PreparedStatement s = connection.prepareStatement("SELECT pg_xact_status(?::xid8)")) {
        s.setString(1, xact);
        try (ResultSet r = s.executeQuery()) {
          String status = r.next() ? r.getString(1) : null;
          if (!"in progress".equals(status)) {
            LOG.info("database {}: commit {} was cut off; the server says {}", name, xact, status);
            return "committed".equals(status);
          }
        }
      } catch (SQLException e) {
        LOG.debug("database {}: not back yet", name, e);
      }
    }
    return false;
  }

  private static void rollback(Connection connection, Exception cause) {
    try {
      connection.rollback();
    } catch (SQLException e) {
      cause.addSuppressed(e);
    }
  }

  private static void restore(Connection connection) {
    try {
      connection.setAutoCommit(true);
    } catch (SQLException e) {
      LOG.debug("connection is broken; the pool throws it away", e);
    }
  }

  private static String firstLine(SQLException e) {
    String message = String.valueOf(e.getMessage());
    int end = message.indexOf('\n');
    String line = end < 0 ? message : message.substring(0, end);
    return e.getSQLState() == null
        ? line
        : String.format(Locale.ROOT, "%s (%s)", line, e.getSQLState());
  }

  /** Connections in use, idle, and threads waiting for one. */
  public String poolState() {
    var bean = pool.getHikariPoolMXBean();
    return bean == null
        ? "not started"
        : "total=%d, active=%d, waiting=%d"
            .formatted(
                bean.getTotalConnections(),
                bean.getActiveConnections(),
                bean.getThreadsAwaitingConnection());
  }

  @Override
  public void close() {
    pool.close();
  }
}
