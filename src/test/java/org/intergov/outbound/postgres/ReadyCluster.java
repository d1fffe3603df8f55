package org.intergov.outbound.postgres;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.intergov.outbound.store.TestStore;
import org.intergov.outbound.store.database.Database;
import org.intergov.outbound.store.database.Migrations;

/**
 * Data directories with which {@link EmbeddedDatabase} goes on, instead of making its own: what a
 * first start costs is paid once for all tests that are not about a first start.
 */
public final class ReadyCluster {
  private static final Path HOME =
      Path.of("target", "clusters", "" + ProcessHandle.current().pid());

  private static Path empty;
  private static Path migrated;

  private ReadyCluster() {}

  /**
   * As after a first start: the gateway's database, with nothing in it.
   *
   * @param dataDir may exist
   */
  public static void copyEmpty(Path dataDir) {
    copy(empty(), dataDir);
  }

  /** As {@link #copyEmpty}, with the tables of outbox and lake. */
  public static void copyMigrated(Path dataDir) {
    copy(migrated(), dataDir);
  }

  private static synchronized Path empty() {
    if (empty == null) {
      Runtime.getRuntime().addShutdownHook(new Thread(ReadyCluster::delete));
      empty = make("empty", server -> {});
    }
    return empty;
  }

  private static synchronized Path migrated() {
    if (migrated == null) {
      copyEmpty(HOME.resolve("migrated"));
      migrated = make("migrated", ReadyCluster::migrate);
    }
    return migrated;
  }

  private static Path make(String name, Consumer<EmbeddedDatabase> work) {
    Path home = HOME.resolve(name);
    try (EmbeddedDatabase server = EmbeddedDatabase.start(home, TestStore.BINARIES)) {
      letIn(server);
      work.accept(server);
    }
    return home;
  }

  /**
   * The password is no word that could be guessed: a login need not be slow, and there are many.
   */
  private static void letIn(EmbeddedDatabase server) {
    if (!PostgresBinaries.isAtLeast(16)) {
      return;
    }
    try (Connection c =
            DriverManager.getConnection(server.jdbcUrl(), server.username(), server.password());
        Statement s = c.createStatement()) {
      s.execute("SET scram_iterations = 1");
      s.execute("ALTER ROLE CURRENT_USER PASSWORD '" + server.password() + "'");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void migrate(EmbeddedDatabase server) {
    try (Database database =
        Database.connect("outbox", server.jdbcUrl(), server.username(), server.password(), 2)) {
      Migrations.migrate(database, database);
    }
  }

  private static void copy(Path from, Path dataDir) {
    try {
      Files.createDirectories(dataDir);
      for (String name : new String[] {"postgres", "postgres.password"}) {
        copyTree(from.resolve(name), dataDir.resolve(name));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Copies a directory of PostgreSQL, which only its owner may enter, or a file. */
  static void copyTree(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
          Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rwx------"));
        } else {
          Files.copy(file, target);
          Files.setPosixFilePermissions(target, Files.getPosixFilePermissions(file));
        }
      }
    }
  }

  private static void delete() {
    try {
      PrivateFiles.deleteTree(HOME);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
