package org.intergov.outbound.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * The processes of a PostgreSQL server, and what can be done to them from outside: killed without a
 * word, one or all, frozen, and copied as they stand.
 */
public final class PostgresProcesses {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration OFTEN = Duration.ofMillis(2);

  /** The state of a process that is not there. */
  private static final char GONE = '-';

  private final Path directory;

  private PostgresProcesses(Path directory) {
    this.directory = directory;
  }

  /** Those that run on this data, whoever started them. */
  public static PostgresProcesses of(EmbeddedDatabase database) {
    return new PostgresProcesses(database.directory());
  }

  /**
   * Kills one session of a client with SIGKILL, if there is one. The server then ends all others
   * and recovers from its log; what the log had in memory alone is gone.
   *
   * @return whether there was one
   */
  public boolean killSession() {
    Optional<ProcessHandle> session =
        postmaster().stream()
            .flatMap(ProcessHandle::children)
            .filter(p -> title(p).matches("postgres: \\w+ \\w+ 127\\.0\\.0\\.1.*"))
            .findAny();
    session.ifPresent(ProcessHandle::destroyForcibly);
    return session.isPresent();
  }

  /** Kills the server and all of its processes with SIGKILL; returns when none is left. */
  public void killAll() {
    List<ProcessHandle> all = all();
    all.forEach(ProcessHandle::destroyForcibly);
    awaitAll(all, state -> state == 'Z' || state == GONE, "killed");
  }

  /** Stops every process with SIGSTOP; returns when none runs. */
  public void freeze() {
    ProcessHandle first = postmaster().orElseThrow();
    signal("STOP", List.of(first)); // from here on there are no new ones
    awaitAll(List.of(first), state -> state == 'T', "frozen");
    await("every process of PostgreSQL is frozen")
        .atMost(PATIENCE)
        .pollDelay(Duration.ZERO)
        .pollInterval(OFTEN)
        .until(
            () -> {
              List<ProcessHandle> running = running(first);
              signal("STOP", running);
              return running.isEmpty();
            });
  }

  /**
   * Looked up anew each time: one list of a busy machine's processes has been seen to lack some.
   */
  private static List<ProcessHandle> running(ProcessHandle first) {
    return first.descendants().filter(p -> "TZ-".indexOf(state(p)) < 0).toList();
  }

  public void thaw() {
    signal("CONT", all());
  }

  /**
   * Copies the data as a crash would leave it, while the server goes on.
   *
   * @param dataDir of the copy, for {@link EmbeddedDatabase#start}; the password is the same
   */
  public void copyTo(Path dataDir) {
    freeze();
    try {
      ReadyCluster.copyTree(directory, dataDir.resolve(directory.getFileName()));
      Path password = directory.resolveSibling("postgres.password");
      Files.copy(password, dataDir.resolve(password.getFileName()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      thaw();
    }
    for (String ofTheOther : List.of("postmaster.pid", "postmaster.opts")) {
      delete(dataDir.resolve(directory.getFileName()).resolve(ofTheOther));
    }
  }

  /**
   * Makes the copy a standby that finds no more log than it has: the next start of it is its
   * promotion, to the next timeline.
   */
  public static void promoteAtNextStart(Path dataDir) {
    Path data = dataDir.resolve("postgres");
    try {
      Files.writeString(
          data.resolve("postgresql.auto.conf"),
          "restore_command = 'false'\n",
          StandardOpenOption.APPEND);
      Files.createFile(data.resolve("recovery.signal"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Optional<ProcessHandle> postmaster() {
    return Postmaster.in(directory).flatMap(p -> ProcessHandle.of(p.pid()));
  }

  private List<ProcessHandle> all() {
    List<ProcessHandle> all = new ArrayList<>();
    postmaster()
        .ifPresent(
            first -> {
              all.add(first);
              first.descendants().forEach(all::add);
            });
    return all;
  }

  private static void awaitAll(List<ProcessHandle> all, Predicate<Character> state, String what) {
    await("every process of PostgreSQL is " + what)
        .atMost(PATIENCE)
        .pollDelay(Duration.ZERO)
        .pollInterval(OFTEN)
        .until(() -> all.stream().map(PostgresProcesses::state).allMatch(state));
  }

  private static char state(ProcessHandle process) {
    String stat = proc(process, "stat");
    return stat.isEmpty() ? GONE : stat.charAt(stat.lastIndexOf(')') + 2);
  }

  /** What PostgreSQL calls the process. */
  private static String title(ProcessHandle process) {
    return proc(process, "cmdline").replace('\0', ' ').strip();
  }

  private static String proc(ProcessHandle process, String file) {
    try {
      return Files.readString(
          Path.of("/proc", Long.toString(process.pid()), file), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return ""; // it has gone
    }
  }

  private static void signal(String signal, List<ProcessHandle> processes) {
    if (processes.isEmpty()) {
      return;
    }
    List<String> command = new ArrayList<>(List.of("kill", "-" + signal));
    processes.forEach(p -> command.add(Long.toString(p.pid())));
    try {
      Process kill =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      // it fails for one that has gone meanwhile, and reaches the others all the same
      assertThat(kill.waitFor(10, TimeUnit.SECONDS)).isTrue();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
