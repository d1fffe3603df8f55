package org.intergov.outbound.store.database;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A PostgreSQL database and the pool of connections to it. Thread-safe. */
public final class Database implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Database.class);

  /** The schema all tables live in. */
  public static final String SCHEMA = "intergov";

  /** How long a transaction in doubt is asked about. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final Duration ASK_AGAIN_AFTER = Duration.ofMillis(200);

  private final String name;
  private final ConnectionSource source;
  private final HikariDataSource pool;
  private final Duration patience;
  private final WriteTrouble writeTrouble = new WriteTrouble(System::nanoTime);

  /** What runs inside a transaction. */
  @FunctionalInterface
  public interface Work<T> {
    T in(Connection connection) throws SQLException;
  }

  private Database(String name, ConnectionSource source, HikariDataSource pool, Duration patience) {
    this.name = name;
    this.source = source;
    this.patience = patience;
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
    return connect(name, url, username, password, connections, PATIENCE);
  }

  /**
   * @param patience how long a transaction in doubt is asked about
   */
  static Database connect(
      String name,
      String url,
      String username,
      String password,
      int connections,
      Duration patience) {
    Properties properties = new Properties();
    properties.setProperty("user", username);
    properties.setProperty("password", password);
    properties.setProperty("currentSchema", SCHEMA);
    properties.setProperty("ApplicationName", "intergov-outbound");
    // what the server adds to an error quotes the row, and with it the message
    properties.setProperty("logServerErrorDetail", "false");
    properties.setProperty("connectTimeout", "5");
    properties.setProperty("loginTimeout", "10");
    properties.setProperty("socketTimeout", "60");
    properties.setProperty("tcpKeepAlive", "true");
    properties.setProperty("prepareThreshold", "3");
    if (url.replaceAll("[?].*", "").contains(",")) {
      properties.setProperty("targetServerType", "primary"); // unless the URL says otherwise
    }
    ConnectionSource source = new ConnectionSource(url, properties);
    HikariConfig config = new HikariConfig();
    config.setPoolName("intergov-" + name);
    config.setDataSource(source);
    config.setMaximumPoolSize(connections);
    config.setMinimumIdle(Math.min(2, connections));
    config.setConnectionTimeout(Duration.ofSeconds(5).toMillis());
    config.setValidationTimeout(Duration.ofSeconds(2).toMillis());
    config.setInitializationFailTimeout(-1);
    config.setAutoCommit(true);
    config.setRegisterMbeans(true);
    return new Database(name, source, new HikariDataSource(config), patience);
  }

  /** For Camel's JDBC component and for migrations. */
  public DataSource dataSource() {
    return pool;
  }

  /**
   * Lets no connection be used any more that has not been looked at.
   *
   * @throws StoreUnavailableException if the database could not be reached
   * @throws StoreException if what was looked for cannot be
   */
  public void check(ConnectionSource.Check check) {
    source.check(check);
    pool.getHikariPoolMXBean().softEvictConnections();
    statement(connection -> null);
  }

  /**
   * Runs {@code work} and commits.
   *
   * <p>If the connection dies while the commit is on its way, nobody knows whether it happened. The
   * database is then asked, for some twenty seconds, whether the transaction has left its
   * {@linkplain CommitProof proof}, so that what was recorded is not taken for lost, nor what was
   * lost for recorded.
   *
   * @throws CommitUnknownException if it could not be asked; something may have been recorded
   * @throws StoreUnavailableException if the database could not be reached; nothing was recorded
   * @throws StoreException if it refused a value; nothing was recorded
   */
  public <T> T transaction(Work<T> work) {
    return transaction(new Once<>(), work);
  }

  /**
   * The same, for what is tried again until it is recorded: a try whose fate was unknown is not
   * repeated if it has happened.
   *
   * @param once the same for each try of this work
   */
  public <T> T transaction(Once<T> once, Work<T> work) {
    if (once.proof() != null && isCommitted(once)) {
      T result = once.result();
      once.isKnown();
      return result;
    }
    once.isKnown();
    for (int again = 2; ; again--) {
      try {
        return tryOnce(once, work);
      } catch (SQLException e) {
        if (again == 0 || !Outages.isConflict(e)) {
          throw translate(e);
        }
        LOG.debug("database {}: rolled back by the server, tried again", name, e);
      }
    }
  }

  private <T> T tryOnce(Once<T> once, Work<T> work) throws SQLException {
    CommitProof proof = null;
    T result = null;
    try (Connection connection = pool.getConnection()) {
      connection.setAutoCommit(false);
      try {
        result = work.in(connection);
        proof = CommitProof.leave(connection);
        connection.commit();
        if (proof != null) {
          writeTrouble.over();
        }
        return result;
      } catch (SQLException | RuntimeException e) {
        rollback(connection, e);
        throw e;
      } finally {
        restore(connection);
      }
    } catch (SQLException e) {
      if (proof == null || !Outages.is(e) || Outages.isConflict(e)) {
        throw e;
      }
      once.isInDoubt(proof, result);
      if (!isCommitted(once)) {
        once.isKnown();
        throw e;
      }
      once.isKnown();
      return result;
    }
  }

  /**
   * Whether the try in doubt has happened.
   *
   * @throws CommitUnknownException if the database does not say so in time
   */
  private boolean isCommitted(Once<?> once) {
    long deadline = System.nanoTime() + patience.toNanos();
    while (true) {
      try (Connection connection = pool.getConnection()) {
        boolean found = once.proof().isFound(connection);
        LOG.info(
            "database {}: a commit was cut off; it {} happened", name, found ? "has" : "has not");
        return found;
      } catch (SQLException e) {
        LOG.debug("database {}: not back yet", name, e);
        if (System.nanoTime() - deadline >= 0) {
          throw new CommitUnknownException(
              "database %s: a commit was cut off, and whether it happened is not known yet: %s"
                  .formatted(name, firstLine(e)),
              e);
        }
      }
      LockSupport.parkNanos(ASK_AGAIN_AFTER.toNanos());
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
   * Tells a login or a server that will never do, such as a wrong password or a server that is too
   * old, from one that is not there yet.
   *
   * @throws StoreException naming what the server said, if it refused the login, has no such
   *     database, or is {@linkplain ServerFitness unfit}; a server that cannot be reached throws
   *     nothing here
   */
  public void checkLogin() {
    try (Connection one = pool.getConnection();
        Connection other = pool.getConnection()) {
      ServerFitness.checkSessions(one, other);
    } catch (SQLException e) {
      SQLException said = said(e);
      if (said instanceof ServerFitness.UnfitServerException || Outages.isLogin(said)) {
        throw new StoreException("database " + name + ": " + firstLine(said), said);
      }
    }
  }

  private RuntimeException translate(SQLException e) {
    String message = "database " + name + ": " + firstLine(e);
    SQLException said = said(e);
    writeTrouble.failed(said);
    return Outages.is(e)
        ? new StoreUnavailableException(message, WriteTrouble.words(said), e)
        : new StoreException(message, e);
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

  /**
   * What the server said: where the pool has waited for a connection in vain, that is the cause.
   */
  private static SQLException said(SQLException e) {
    SQLException said = e;
    while (said.getCause() instanceof SQLException cause) {
      said = cause;
    }
    return said;
  }

  private static String firstLine(SQLException waited) {
    SQLException e = said(waited);
    String message = String.valueOf(e.getMessage());
    int end = message.indexOf('\n');
    String line = end < 0 ? message : message.substring(0, end);
    return e.getSQLState() == null
        ? line
        : String.format(Locale.ROOT, "%s (%s)", line, e.getSQLState());
  }

  /** Why the server takes no writes, if it said so lately. */
  public Optional<String> writeTrouble() {
    return writeTrouble.now();
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
