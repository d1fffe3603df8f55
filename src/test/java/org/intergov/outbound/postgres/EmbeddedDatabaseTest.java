package org.intergov.outbound.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A start on a new directory, on a kept one, and on one that cannot be used. */
class EmbeddedDatabaseTest {

  /** The programs, unpacked once for all tests. */
  static final Path BINARIES = Path.of("target", "postgres");

  @TempDir Path dataDir;

  @Test
  void a_new_directory_gets_an_empty_database() throws SQLException, IOException {
    try (EmbeddedDatabase database = start()) {
      assertThat(ask(database, "SELECT current_database()")).isEqualTo("intergov");
      assertThat(ask(database, "SELECT current_user")).isEqualTo(database.username());
      assertThat(ask(database, "SHOW data_directory"))
          .isEqualTo(database.directory().toString())
          .isEqualTo(dataDir.toRealPath().resolve("postgres").toString());
      assertThat(ask(database, "SHOW server_version"))
          .as("what the build says it contains")
          .isEqualTo(PostgresBinaries.VERSION);
    }
  }

  @Test
  void a_restart_finds_the_data() throws SQLException {
    try (EmbeddedDatabase database = start()) {
      tell(database, "CREATE TABLE kept AS SELECT 'from the first run' AS what");
    }
    try (EmbeddedDatabase database = start()) {
      assertThat(ask(database, "SELECT what FROM kept")).isEqualTo("from the first run");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "fsync, on",
    "synchronous_commit, on",
    "full_page_writes, on",
    "listen_addresses, 127.0.0.1",
    "unix_socket_directories, ''",
    "max_connections, 300",
    "shared_buffers, 128MB",
    "max_wal_size, 1GB",
    "log_timezone, UTC",
    "server_encoding, UTF8",
    "data_directory_mode, 0700",
    "password_encryption, scram-sha-256"
  })
  void it_runs_durable_and_private(String setting, String value) throws SQLException {
    assertThat(ask(Shared.DATABASE, "SHOW " + setting)).isEqualTo(value);
  }

  @Test
  void upper_and_lower_case_are_those_of_unicode() throws SQLException {
    assertThat(ask(Shared.DATABASE, "SELECT lower('ÅÉÑ')")).isEqualTo("åéñ");
  }

  @Test
  void nobody_gets_in_without_the_password() {
    EmbeddedDatabase database = Shared.DATABASE;
    for (String guess : List.of("guess", "", "postgres")) {
      assertThatThrownBy(
              () -> DriverManager.getConnection(database.jdbcUrl(), database.username(), guess))
          .isInstanceOf(SQLException.class);
    }
    assertThatThrownBy(
            () -> DriverManager.getConnection(database.jdbcUrl(), database.username(), "guess"))
        .asInstanceOf(InstanceOfAssertFactories.type(SQLException.class))
        .extracting(SQLException::getSQLState)
        .isEqualTo("28P01");
  }

  @Test
  void every_way_in_asks_for_the_password() throws SQLException {
    assertThat(
            ask(
                Shared.DATABASE,
                "SELECT string_agg(DISTINCT auth_method, ',') FROM pg_hba_file_rules"))
        .isEqualTo("scram-sha-256");
  }

  @Test
  void only_the_owner_can_read_the_password_the_data_and_the_log() throws IOException {
    Path home = Shared.DATABASE.directory().getParent();
    assertThat(mode(home.resolve("postgres.password"))).isEqualTo("rw-------");
    assertThat(mode(home.resolve("postgres.log"))).isEqualTo("rw-------");
    assertThat(mode(home.resolve("postgres"))).isEqualTo("rwx------");
    assertThat(mode(home)).isEqualTo("rwx------");
    assertThat(Files.readString(home.resolve("postgres.password")).strip())
        .isEqualTo(Shared.DATABASE.password())
        .hasSizeGreaterThanOrEqualTo(32);
  }

  @Test
  void close_leaves_no_process_and_can_be_repeated() throws IOException {
    ReadyCluster.copyEmpty(dataDir);
    EmbeddedDatabase database = start();
    assertThat(Postmaster.in(database.directory())).isPresent();
    database.close();
    database.close();
    assertThat(Postmaster.in(database.directory())).isEmpty();
    assertThat(PostmasterPid.read(database.directory())).isEmpty();
    assertThat(dataDir.resolve("gateway.pid")).doesNotExist();
  }

  @Test
  void close_ends_sessions_that_are_still_open_and_keeps_an_interrupt() throws SQLException {
    ReadyCluster.copyEmpty(dataDir);
    EmbeddedDatabase database = start();
    try (Connection connection = connect(database)) {
      Thread.currentThread().interrupt();
      database.close();
      assertThat(Thread.interrupted()).isTrue();
      assertThat(connection.isValid(1)).isFalse();
    }
    assertThat(Postmaster.in(database.directory())).isEmpty();
  }

  @Test
  void data_of_another_version_is_refused_and_left_alone() throws IOException {
    Path version = Files.createDirectory(dataDir.resolve("postgres")).resolve("PG_VERSION");
    Files.writeString(version, "13\n");
    assertThatThrownBy(this::start)
        .isInstanceOf(EmbeddedDatabaseException.class)
        .hasMessageContaining(dataDir.toRealPath().resolve("postgres").toString())
        .hasMessageContaining("was written by PostgreSQL 13, this gateway comes with PostgreSQL ")
        .hasMessageContaining("pg_dump");
    assertThat(version).hasContent("13\n");
    assertThat(names(version.getParent())).containsExactly("PG_VERSION");
  }

  @Test
  void a_directory_of_something_else_is_refused_and_left_alone() throws IOException {
    Path foreign = Files.createDirectory(dataDir.resolve("postgres")).resolve("notes.txt");
    Files.writeString(foreign, "mine");
    assertThatThrownBy(this::start).hasMessageContaining("is not a PostgreSQL data directory");
    assertThat(foreign).hasContent("mine");
  }

  @Test
  void a_data_directory_that_cannot_be_written_is_named() throws IOException {
    Path file = Files.createFile(dataDir.resolve("file"));
    assertThatThrownBy(() -> EmbeddedDatabase.start(file.resolve("data"), BINARIES))
        .isInstanceOf(EmbeddedDatabaseException.class)
        .hasMessageContaining(file.resolve("data").toString());
  }

  @Test
  void a_lost_password_is_named_and_a_later_start_with_it_works() throws IOException {
    ReadyCluster.copyEmpty(dataDir);
    Path password = dataDir.resolve("postgres.password");
    Path elsewhere = Files.move(password, dataDir.resolve("backup"));
    assertThatThrownBy(this::start)
        .hasMessageContaining(dataDir.toRealPath().resolve("postgres.password") + " is missing");
    Files.move(elsewhere, password);
    start().close();
  }

  @Test
  void a_first_start_that_was_killed_half_way_is_begun_anew() throws IOException {
    Path half = Files.createDirectory(dataDir.resolve("postgres.unfinished-123"));
    Files.writeString(half.resolve("PG_VERSION"), PostgresBinaries.MAJOR_VERSION + "\n");
    start().close();
    assertThat(names(dataDir))
        .containsExactlyInAnyOrder("gateway.lock", "postgres", "postgres.log", "postgres.password");
  }

  @Test
  void a_large_log_moves_aside_at_the_next_start() throws IOException {
    ReadyCluster.copyEmpty(dataDir);
    Path log = dataDir.resolve("postgres.log");
    Files.writeString(log, "an old line\n".repeat(1_000_000));
    start().close();
    assertThat(log).content().doesNotContain("an old line");
    assertThat(mode(log)).isEqualTo("rw-------");
    assertThat(dataDir.resolve("postgres.log.1").toFile()).hasSize(12_000_000);
  }

  @Test
  @Tag("thorough")
  void two_first_starts_can_unpack_to_one_place() throws IOException {
    Path binaries = dataDir.resolve("binaries");
    Set<String> homes = Set.of("one", "other");
    List<CompletableFuture<Void>> starts =
        homes.stream()
            .map(
                home ->
                    CompletableFuture.runAsync(
                        () -> EmbeddedDatabase.start(dataDir.resolve(home), binaries).close()))
            .toList();
    starts.forEach(CompletableFuture::join);
    assertThat(names(binaries))
        .containsExactlyInAnyOrder(
            "pg-" + PostgresBinaries.VERSION, "pg-" + PostgresBinaries.VERSION + ".lock");
  }

  /** One database for the tests that only look. */
  private static final class Shared {
    static final EmbeddedDatabase DATABASE = startShared();

    private static EmbeddedDatabase startShared() {
      Path home = BINARIES.resolveSibling("embedded-database-test-" + PostgresBinaries.VERSION);
      EmbeddedDatabase database = EmbeddedDatabase.start(home, BINARIES);
      Runtime.getRuntime().addShutdownHook(new Thread(database::close));
      return database;
    }
  }

  private EmbeddedDatabase start() {
    return EmbeddedDatabase.start(dataDir, BINARIES);
  }

  private static Connection connect(EmbeddedDatabase database) throws SQLException {
    return DriverManager.getConnection(
        database.jdbcUrl(), database.username(), database.password());
  }

  static void tell(EmbeddedDatabase database, String sql) throws SQLException {
    try (Connection connection = connect(database);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  static String ask(EmbeddedDatabase database, String sql) throws SQLException {
    try (Connection connection = connect(database);
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      result.next();
      return result.getString(1);
    }
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.map(entry -> entry.getFileName().toString()).toList();
    }
  }
}
