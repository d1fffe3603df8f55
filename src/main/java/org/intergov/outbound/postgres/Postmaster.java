package org.intergov.outbound.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.intergov.outbound.config.Cause;

/** A running PostgreSQL server process, ours or one that a killed gateway left behind. */
final class Postmaster {

  private static final Duration FAST_SHUTDOWN = Duration.ofSeconds(30);
  private static final Duration IMMEDIATE_SHUTDOWN = Duration.ofSeconds(10);
  private static final String[] NONE = {};

  private final ProcessHandle process;

  Postmaster(ProcessHandle process) {
    this.process = process;
  }

  /**
   * Finds the server that runs in a directory, by its command line: a pid alone proves nothing, it
   * may have been given to another process since.
   */
  static Optional<Postmaster> in(Path directory) {
    return ProcessHandle.allProcesses()
        .filter(process -> serves(process, directory))
        .map(Postmaster::new)
        .filter(Postmaster::isAlive)
        .findFirst();
  }

  long pid() {
    return process.pid();
  }

  /** Whether it still runs. One that has ended but was not reaped by its parent does not run. */
  boolean isAlive() {
    return process.isAlive() && !isZombie();
  }

  /**
   * Stops it: a fast shutdown (sessions are ended, everything is written), then, should that not
   * end within 30 s, an immediate one (the next start recovers from the log), then by force.
   *
   * <p>Waits through interrupts, so that no server outlives its gateway; the interrupt is kept.
   *
   * @throws EmbeddedDatabaseException if it could not be stopped
   */
  void stop() {
    if (signal("INT", FAST_SHUTDOWN) || signal("QUIT", IMMEDIATE_SHUTDOWN)) {
      return;
    }
    process.destroyForcibly();
    if (!endsWithin(IMMEDIATE_SHUTDOWN)) {
      throw new EmbeddedDatabaseException(
          "PostgreSQL (pid %d) does not stop; end that process and start again".formatted(pid()));
    }
  }

  private boolean signal(String signal, Duration patience) {
    if (!isAlive()) {
      return true;
    }
    try {
      // ProcessHandle.destroy() is SIGTERM, for PostgreSQL a shutdown that waits for its clients
      Process kill =
          new ProcessBuilder("sh", "-c", "kill -" + signal + " " + pid())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      Waiting.throughInterrupts(() -> !kill.isAlive(), Duration.ofSeconds(5));
      if (!kill.isAlive() && kill.exitValue() != 0 && isAlive()) {
        throw new EmbeddedDatabaseException(
            "not allowed to stop PostgreSQL (pid %d, user %s); stop it as that user"
                .formatted(pid(), process.info().user().orElse("unknown")));
      }
    } catch (IOException e) {
      throw new EmbeddedDatabaseException(
          "cannot send a signal to PostgreSQL (pid %d): %s".formatted(pid(), Cause.of(e)), e);
    }
    return endsWithin(patience);
  }

  private boolean endsWithin(Duration patience) {
    return Waiting.throughInterrupts(() -> !isAlive(), patience);
  }

  private boolean isZombie() {
    try {
      String stat = Files.readString(Path.of("/proc", Long.toString(pid()), "stat"));
      return stat.startsWith("Z", stat.lastIndexOf(')') + 2);
    } catch (IOException e) {
      return false; // no /proc here, or just gone
    }
  }

  private static boolean serves(ProcessHandle process, Path directory) {
    ProcessHandle.Info info = process.info();
    String[] arguments = info.arguments().orElse(NONE);
    // as PostgresServer starts it; the path of a program whose file was deleted has a suffix
    return arguments.length > 1
        && arguments[0].equals("-D")
        && info.command().filter(command -> command.matches(".*/postgres( .*)?")).isPresent()
        && isSameDirectory(arguments[1], directory);
  }

  private static boolean isSameDirectory(String one, Path other) {
    try {
      return Files.isSameFile(Path.of(one), other);
    } catch (IOException | InvalidPathException e) {
      return false;
    }
  }
}
