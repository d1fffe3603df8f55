package org.intergov.outbound.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.intergov.outbound.postgres.EmbeddedDatabaseTest.BINARIES;
import static org.intergov.outbound.postgres.EmbeddedDatabaseTest.ask;
import static org.intergov.outbound.postgres.EmbeddedDatabaseTest.tell;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may use a data directory, and what is found in it after something died. */
class EmbeddedDatabaseCrashTest {

  @TempDir Path dataDir;

  private Process other;

  @BeforeEach
  void firstStartIsOver() {
    ReadyCluster.copyEmpty(dataDir);
  }

  @AfterEach
  void endOtherProcess() {
    if (other != null) {
      other.destroyForcibly();
    }
  }

  @Test
  void a_killed_gateway_leaves_its_data_to_the_next_one() throws IOException, SQLException {
    other = EmbeddedDatabaseHolder.launch(dataDir, BINARIES);
    EmbeddedDatabaseHolder.awaitReady(other);
    Path directory = dataDir.resolve("postgres");
    Postmaster leftBehind = Postmaster.in(directory).orElseThrow();
    List<ProcessHandle> sessions =
        ProcessHandle.of(leftBehind.pid()).orElseThrow().descendants().toList();
    assertThat(sessions).isNotEmpty();

    kill(other);
    assertThat(leftBehind.isAlive()).as("PostgreSQL outlives the gateway").isTrue();

    try (EmbeddedDatabase database = start()) {
      assertThat(leftBehind.isAlive()).isFalse();
      assertThat(sessions).noneMatch(ProcessHandle::isAlive);
      assertThat(ask(database, "SELECT what FROM kept")).isEqualTo("committed before the kill");
      assertThat(Postmaster.in(directory).orElseThrow().pid()).isNotEqualTo(leftBehind.pid());
    }
    assertThat(Postmaster.in(directory)).isEmpty();
  }

  @Test
  void a_directory_that_another_process_uses_is_refused_naming_it() throws IOException {
    other = EmbeddedDatabaseHolder.launch(dataDir, BINARIES);
    EmbeddedDatabaseHolder.awaitReady(other);
    assertThatThrownBy(this::start)
        .isInstanceOf(DataDirInUseException.class)
        .hasMessageContaining("pid " + other.pid())
        .hasMessageContaining(dataDir.toRealPath().toString())
        .hasMessageContaining("intergov.data-dir");

    other.getOutputStream().close();
    await().until(() -> !other.isAlive());
    start().close();
  }

  @Test
  void a_directory_that_this_process_uses_is_refused_and_stays_refused_to_others()
      throws IOException, SQLException {
    try (EmbeddedDatabase database = start()) {
      assertThatThrownBy(this::start)
          .isInstanceOf(DataDirInUseException.class)
          .hasMessageContaining("pid " + ProcessHandle.current().pid());

      other = EmbeddedDatabaseHolder.launch(dataDir, BINARIES);
      String said = new String(other.getInputStream().readAllBytes());
      await().until(() -> !other.isAlive());
      assertThat(said).contains("in use by another gateway (pid " + ProcessHandle.current().pid());
      assertThat(other.exitValue()).isEqualTo(EmbeddedDatabaseHolder.IN_USE);
      assertThat(ask(database, "SELECT 1")).isEqualTo("1");
    }
  }

  @Test
  @Tag("thorough")
  void a_pid_that_now_belongs_to_another_process_does_that_process_no_harm()
      throws IOException, SQLException {
    other = new ProcessBuilder("sleep", "600").start();
    for (long pid : List.of(other.pid(), ProcessHandle.current().pid())) {
      Path pidFile = crash();
      List<String> lines = Files.readAllLines(pidFile);
      lines.set(0, Long.toString(pid));
      Files.write(pidFile, lines);

      try (EmbeddedDatabase database = start()) {
        assertThat(ask(database, "SELECT count(*) FROM kept")).isNotEqualTo("0");
      }
      assertThat(other.isAlive()).isTrue();
    }
  }

  @Test
  void a_pid_file_cut_short_by_a_power_failure_does_no_harm() throws IOException, SQLException {
    Files.write(crash(), new byte[0]);
    try (EmbeddedDatabase database = start()) {
      assertThat(ask(database, "SELECT count(*) FROM kept")).isEqualTo("1");
    }
  }

  @Test
  void what_was_committed_is_there_after_postgresql_crashed() throws IOException, SQLException {
    crash();
    try (EmbeddedDatabase database = start()) {
      assertThat(ask(database, "SELECT count(*) FROM kept")).isEqualTo("1");
    }
  }

  /** Commits a row and kills PostgreSQL; returns the pid file that leaves behind. */
  private Path crash() throws SQLException {
    try (EmbeddedDatabase database = start()) {
      tell(database, "CREATE TABLE IF NOT EXISTS kept (at timestamptz DEFAULT now())");
      tell(database, "INSERT INTO kept DEFAULT VALUES");
      ProcessHandle postmaster =
          ProcessHandle.of(Postmaster.in(database.directory()).orElseThrow().pid()).orElseThrow();
      List<ProcessHandle> sessions = postmaster.descendants().toList();
      postmaster.destroyForcibly();
      await().until(() -> sessions.stream().noneMatch(ProcessHandle::isAlive));
      return PostmasterPid.file(database.directory());
    }
  }

  private static void kill(Process process) {
    process.destroyForcibly();
    await().atMost(10, TimeUnit.SECONDS).until(() -> !process.isAlive());
  }

  private EmbeddedDatabase start() {
    return EmbeddedDatabase.start(dataDir, BINARIES);
  }
}
