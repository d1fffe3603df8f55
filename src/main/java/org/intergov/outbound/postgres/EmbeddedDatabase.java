package org.intergov.outbound.postgres;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Properties;
import org.intergov.outbound.config.Cause;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The PostgreSQL that runs when no database URL is configured.
 *
 * <p>A real PostgreSQL, as durable as any: what it has committed is there after a power failure. It
 * listens on 127.0.0.1 only, on whatever port is free, and lets in nobody without the password. Its
 * data is kept between runs and belongs to one gateway at a time.
 *
 * <p>In the data directory: {@code postgres} (the data), {@code postgres.password}, {@code
 * postgres.log}, {@code pg-<version>} (the programs), {@code gateway.lock}, {@code gateway.pid}.
 *
 * <p>When the gateway is killed, the server goes on running; the next start stops it and goes on
 * with its data. There is no shutdown hook here: the owner calls {@link #close} when everything
 * that uses the database has stopped.
 */
public final class EmbeddedDatabase implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedDatabase.class);

  private static final String DATABASE = "intergov";

  private static final List<String> OURS =
      List.of("postgres", "postgres.password", "postgres.log", "gateway.lock", "gateway.pid");

  /** Always there, made by initdb. */
  private static final String MAINTENANCE_DATABASE = "postgres";

  private static final String NO_SUCH_DATABASE = "3D000";
  private static final int CONNECT_TIMEOUT_SECONDS = 30;

  private final DataDirLock lock;
  private final PostgresServer server;
  private final Path directory;
  private final String password;
  private boolean closed;

  private EmbeddedDatabase(
      DataDirLock lock, PostgresServer server, Path directory, String password) {
    this.lock = lock;
    this.server = server;
    this.directory = directory;
    this.password = password;
  }

  /**
   * Starts PostgreSQL on the data in a directory, or on none if it is new.
   *
   * @param dataDir the gateway's data directory, made if there is none
   * @throws DataDirInUseException if another live gateway uses it, at once and with its pid
   * @throws EmbeddedDatabaseException if PostgreSQL cannot be started there; none is left running
   */
  public static EmbeddedDatabase start(Path dataDir) {
    return start(dataDir, dataDir);
  }

  /**
   * The same, with the PostgreSQL programs unpacked elsewhere: for a data directory on a file
   * system that runs no programs, or to unpack them once for many.
   *
   * @param binariesDir made if there is none; may be shared by any number of gateways
   */
  public static EmbeddedDatabase start(Path dataDir, Path binariesDir) {
    long begin = System.nanoTime();
    try {
      Path home = PrivateFiles.directory(dataDir);
      PrivateFiles.checkIsOurs(home, OURS);
      DataDirLock lock = DataDirLock.acquire(home);
      try {
        EmbeddedDatabase database = start(lock, home, PrivateFiles.directory(binariesDir));
        LOG.info(
            "PostgreSQL {} started in {} ms on 127.0.0.1:{}, data in {}",
            PostgresBinaries.VERSION,
            (System.nanoTime() - begin) / 1_000_000,
            database.port(),
            database.directory());
        return database;
      } catch (IOException | RuntimeException e) {
        giveUp(lock, e);
        throw e;
      }
    } catch (IOException e) {
      throw new EmbeddedDatabaseException(
          "cannot keep a database in data directory %s: %s".formatted(dataDir, said(e)), e);
    }
  }

  /** What this class and its helpers say themselves needs no class before it. */
  private static String said(IOException e) {
    return Cause.of(e);
  }

  private static EmbeddedDatabase start(DataDirLock lock, Path home, Path binariesDir)
      throws IOException {
    PostgresDirectory data = new PostgresDirectory(home);
    boolean exists = data.exists();
    PostgresBinaries binaries = PostgresBinaries.in(binariesDir);
    PostgresLog log = PostgresLog.open(home.resolve("postgres.log"));
    if (!exists) {
      data.create(binaries, log);
    }
    String password = data.password();
    PostgresServer server = PostgresServer.start(binaries, data.path(), log);
    EmbeddedDatabase database = new EmbeddedDatabase(lock, server, data.path(), password);
    try {
      database.createIfMissing();
      return database;
    } catch (SQLException e) {
      server.stop();
      throw new EmbeddedDatabaseException(
          "PostgreSQL in %s started but cannot be used: %s".formatted(data.path(), e.getMessage()),
          e);
    } catch (RuntimeException e) {
      server.stop();
      throw e;
    }
  }

  /** For a connection pool; without user and password. */
  public String jdbcUrl() {
    return jdbcUrl(DATABASE);
  }

  /** The role that owns the database. */
  public String username() {
    return PostgresDirectory.USERNAME;
  }

  /** The password of {@link #username}, made at the first start. */
  public String password() {
    return password;
  }

  /** The port on 127.0.0.1, another one at each start. */
  public int port() {
    return server.port();
  }

  /** Where the data is. */
  public Path directory() {
    return directory;
  }

  /**
   * Stops PostgreSQL, ending every session, and gives the data directory to the next gateway. Done
   * once; again does nothing. Returns when the server has ended.
   *
   * @throws EmbeddedDatabaseException if it does not end
   */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    try (lock) {
      long begin = System.nanoTime();
      server.stop();
      LOG.info(
          "PostgreSQL stopped in {} ms, data in {}",
          (System.nanoTime() - begin) / 1_000_000,
          directory);
    } catch (IOException e) {
      throw new EmbeddedDatabaseException(
          "cannot release data directory %s: %s".formatted(directory.getParent(), e), e);
    }
  }

  private static void giveUp(DataDirLock lock, Exception failure) {
    try {
      lock.close();
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  private void createIfMissing() throws SQLException {
    try {
      connect(DATABASE).close();
    } catch (SQLException e) {
      if (!NO_SUCH_DATABASE.equals(e.getSQLState())) {
        throw e;
      }
      try (Connection connection = connect(MAINTENANCE_DATABASE);
          Statement statement = connection.createStatement()) {
        statement.execute("CREATE DATABASE " + DATABASE);
      }
    }
  }

  private Connection connect(String database) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", username());
    properties.setProperty("password", password);
    properties.setProperty("connectTimeout", "" + CONNECT_TIMEOUT_SECONDS);
    properties.setProperty("socketTimeout", "" + CONNECT_TIMEOUT_SECONDS);
    return DriverManager.getConnection(jdbcUrl(database), properties);
  }

  private String jdbcUrl(String database) {
    return "jdbc:postgresql://127.0.0.1:%d/%s".formatted(port(), database);
  }
}
