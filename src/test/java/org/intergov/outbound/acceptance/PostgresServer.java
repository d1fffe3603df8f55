package org.intergov.outbound.acceptance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import org.intergov.outbound.postgres.EmbeddedDatabase;
import org.intergov.outbound.postgres.PostgresProcesses;
import org.intergov.outbound.postgres.ReadyCluster;

/**
 * A PostgreSQL server of the tests, for gateways that are given a database URL. {@link #shared} is
 * one for all test classes; each asks it for a database of its own. It is reached through a proxy,
 * so that it keeps its port through a restart.
 */
public final class PostgresServer implements AutoCloseable {
  private static final Path HOME = Path.of("target", "acceptance").toAbsolutePath();

  /** What the server came with, copied for each test; nobody may be connected to it meanwhile. */
  private static final String MIGRATED = "intergov";

  /** For commands about databases. */
  static final String MAINTENANCE = "postgres";

  private static PostgresServer shared;

  private final Path directory;
  private final TcpProxy proxy;
  private EmbeddedDatabase server;
  private boolean mounted;

  /** How a gateway reaches a database. */
  public record Login(String url, String username, String password) {}

  private PostgresServer(Path directory) {
    this.directory = directory;
    this.proxy = TcpProxy.unused();
  }

  /** The one that is never stopped. */
  static synchronized PostgresServer shared() {
    if (shared == null) {
      shared = own("postgres-shared");
      Runtime.getRuntime().addShutdownHook(new Thread(shared::close));
    }
    return shared;
  }

  /** One that may be stopped and started; to be closed. */
  public static PostgresServer own(String name) {
    return ready(emptied(name));
  }

  private static PostgresServer ready(Path directory) {
    ReadyCluster.copyMigrated(directory);
    PostgresServer server = new PostgresServer(directory);
    server.start();
    return server;
  }

  /**
   * One on a small file system of its own, in memory; null where none may be mounted. Unmounted
   * when it is closed.
   */
  public static PostgresServer onSmallDisk(String name, int megabytes) {
    Path directory = emptied(name);
    String options = "mode=0700,size=" + megabytes + "m";
    if (!ran("mount", "-t", "tmpfs", "-o", options, "tmpfs", directory.toString())) {
      return null;
    }
    PostgresServer server = ready(directory);
    server.mounted = true;
    return server;
  }

  private static boolean ran(String... command) {
    try {
      return new ProcessBuilder(command).start().waitFor() == 0;
    } catch (IOException e) {
      return false; // there is no such command
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  public Path directory() {
    return directory;
  }

  /** One whose data is still to come; it has its port already. */
  public static PostgresServer later(String name) {
    return new PostgresServer(emptied(name));
  }

  private static Path emptied(String name) {
    Path directory = HOME.resolve(name);
    try {
      Directories.delete(directory);
      return Files.createDirectories(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private EmbeddedDatabase launch() {
    return EmbeddedDatabase.start(directory, Path.of("target", "postgres"));
  }

  /** Drops all connections and refuses new ones; the server runs on. */
  public void cut() {
    proxy.cut();
  }

  public void mend() {
    proxy.mendAsBefore();
  }

  /** What lies between it and those who use it. */
  public TcpProxy line() {
    return proxy;
  }

  /** Whether it takes a connection and answers. */
  public boolean answers() {
    try (Connection c = connect(MAINTENANCE)) {
      return c.isValid(5);
    } catch (SQLException e) {
      return false;
    }
  }

  public void stop() {
    proxy.cut();
    server.close();
  }

  public void start() {
    server = launch();
    proxy.mend(server.port());
  }

  /**
   * Kills one session of a client, upon which the server drops all others and recovers by itself.
   */
  public boolean killSession() {
    return PostgresProcesses.of(server).killSession();
  }

  /** Kills the server and all its processes; {@link #start} lets it recover. */
  public void kill() {
    PostgresProcesses.of(server).killAll();
    stop();
  }

  /**
   * Makes the other one, which is {@link #later}, an asynchronous standby of this server that gets
   * nothing more from now on: it has the data as a crash at this moment would leave it. Its {@link
   * #start} is its promotion; until then its port refuses connections.
   */
  public void copyTo(PostgresServer standby) {
    PostgresProcesses.of(server).copyTo(standby.directory);
    PostgresProcesses.promoteAtNextStart(standby.directory);
  }

  /**
   * How a gateway reaches a database on this server, or on the other one once this one has gone.
   *
   * @param parameters of the URL, such as {@code ?targetServerType=primary}
   */
  public Login orOn(PostgresServer other, String database, String parameters) {
    String url =
        "jdbc:postgresql://127.0.0.1:%d,127.0.0.1:%d/%s%s"
            .formatted(proxy.port(), other.proxy.port(), database, parameters);
    return new Login(url, server.username(), server.password());
  }

  /** A database with the gateway's tables, reached through this server's proxy. */
  public Login create(String database) {
    return create(database, proxy);
  }

  /** The same, reached through a proxy of its own. */
  public Login create(String database, TcpProxy through) {
    return create(database + " TEMPLATE " + MIGRATED, database, through);
  }

  /** A database with nothing in it, for a gateway that is to make its tables. */
  public Login createEmpty(String database) {
    return createEmpty(database, proxy);
  }

  /** The same, reached through a proxy of its own. */
  Login createEmpty(String database, TcpProxy through) {
    return create(database, database, through);
  }

  private Login create(String what, String database, TcpProxy through) {
    try (Connection c = connect(MAINTENANCE);
        Statement s = c.createStatement()) {
      s.execute("CREATE DATABASE " + what);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    String url = "jdbc:postgresql://127.0.0.1:%d/%s".formatted(through.port(), database);
    return new Login(url, server.username(), server.password());
  }

  int port() {
    return server.port();
  }

  public Connection connect(String database) throws SQLException {
    String url = "jdbc:postgresql://127.0.0.1:%d/%s".formatted(server.port(), database);
    return DriverManager.getConnection(url, server.username(), server.password());
  }

  /** First column to second column of each row. */
  public Map<String, Long> counts(String database, String sql) {
    try (Connection c = connect(database);
        Statement s = c.createStatement();
        ResultSet r = s.executeQuery(sql)) {
      Map<String, Long> counts = new LinkedHashMap<>();
      while (r.next()) {
        counts.put(r.getString(1), r.getLong(2));
      }
      return counts;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** How many messages have each status in the lake. */
  Map<String, Long> lake(String database) {
    return counts(database, "SELECT status, count(*) FROM intergov.message_lake GROUP BY 1");
  }

  /** How many journal rows have each event. */
  Map<String, Long> journal(String database) {
    return counts(database, "SELECT event, count(*) FROM intergov.delivery_status GROUP BY 1");
  }

  /** Each message's journal words, comma between, to how many messages have it. */
  Map<String, Long> stories(String database) {
    return counts(
        database,
        """
        SELECT story, count(*) FROM (
          SELECT string_agg(event, ', ' ORDER BY seq) AS story
          FROM intergov.delivery_status GROUP BY message_id) s
        GROUP BY 1 ORDER BY 2 DESC
        """);
  }

  public int execute(String database, String sql, Object... arguments) throws SQLException {
    try (Connection c = connect(database);
        PreparedStatement s = c.prepareStatement(sql)) {
      for (int i = 0; i < arguments.length; i++) {
        s.setObject(i + 1, arguments[i]);
      }
      return s.executeUpdate();
    }
  }

  @Override
  public void close() {
    proxy.close();
    if (server != null) {
      server.close();
    }
    if (mounted) {
      ran("umount", directory.toString());
    }
  }
}
