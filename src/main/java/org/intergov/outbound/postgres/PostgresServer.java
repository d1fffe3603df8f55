package org.intergov.outbound.postgres;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The PostgreSQL server that this gateway runs, a child process of it. */
final class PostgresServer {

  private static final Logger LOG = LoggerFactory.getLogger(PostgresServer.class);

  /** Replaying what a crash left takes as long as it takes; longer than this is no recovery. */
  private static final Duration RECOVERY = Duration.ofMinutes(10);

  private static final Duration SLOW = Duration.ofSeconds(10);
  private static final int ATTEMPTS = 5;

  private static final List<String> SETTINGS =
      List.of(
          // a message taken is a message kept, whatever happens to the machine
          "fsync=on",
          "synchronous_commit=on",
          "full_page_writes=on",
          // this machine only, with the password only
          "listen_addresses=127.0.0.1",
          "unix_socket_directories=",
          "max_connections=300",
          "shared_buffers=128MB",
          "max_wal_size=1GB",
          "timezone=UTC",
          "log_timezone=UTC",
          "logging_collector=off",
          "log_destination=stderr");

  private final Process process;
  private final Postmaster postmaster;
  private final int port;

  private PostgresServer(Process process, int port) {
    this.process = process;
    this.postmaster = new Postmaster(process.toHandle());
    this.port = port;
  }

  int port() {
    return port;
  }

  /**
   * Starts the server on a free port and waits until it takes connections. A server of this
   * directory that a killed gateway left behind is stopped first.
   *
   * <p>The caller holds the directory's {@link DataDirLock}, so no live gateway uses it.
   *
   * @throws EmbeddedDatabaseException if it ends or does not come up; it is not running then
   */
  static PostgresServer start(PostgresBinaries binaries, Path directory, PostgresLog log)
      throws IOException {
    for (int attempt = 1; ; attempt++) {
      Optional<PostmasterPid> stale = stopLeftBehind(directory);
      PostgresServer server = launch(binaries, directory, log, stale);
      if (server.becomesReady(directory)) {
        return server;
      }
      String why = log.tail();
      if (attempt == ATTEMPTS || !isRace(why)) {
        throw new EmbeddedDatabaseException(
            "PostgreSQL ended while it started in %s: %s%s"
                .formatted(directory, why, PostgresCommand.hint(why)));
      }
    }
  }

  /** Stops it, see {@link Postmaster#stop}. */
  void stop() {
    postmaster.stop();
  }

  /**
   * Makes the directory free.
   *
   * @return what {@code postmaster.pid} says of a server that is gone
   */
  private static Optional<PostmasterPid> stopLeftBehind(Path directory) throws IOException {
    // read before the search: whoever comes between the two is found by the search
    boolean noted = Files.exists(PostmasterPid.file(directory));
    Optional<PostmasterPid> gone = PostmasterPid.read(directory);
    Optional<Postmaster> leftBehind = Postmaster.in(directory);
    if (leftBehind.isPresent()) {
      leftBehind.get().stop();
      LOG.info(
          "stopped the PostgreSQL that a killed gateway left behind (pid {}), data in {}",
          leftBehind.get().pid(),
          directory);
    } else if (noted && gone.isEmpty()) {
      LOG.info("deleting {}, which a crash had cut short", PostmasterPid.file(directory));
      Files.deleteIfExists(PostmasterPid.file(directory));
    }
    return gone;
  }

  private static PostgresServer launch(
      PostgresBinaries binaries, Path directory, PostgresLog log, Optional<PostmasterPid> stale)
      throws IOException {
    int port = freePort();
    List<String> arguments =
        new ArrayList<>(List.of("-D", directory.toString(), "-p", Integer.toString(port)));
    SETTINGS.forEach(setting -> arguments.addAll(List.of("-c", setting)));
    ProcessBuilder command = PostgresCommand.server(binaries.program("postgres"), arguments, log);
    // The pid of a server that is gone may have been given to another process. PostgreSQL would
    // take that for a live server; told that it is the pid of its own grandparent, it does not, and
    // still looks for sessions of the old server in shared memory.
    stale.ifPresent(it -> command.environment().put("PG_GRANDPARENT_PID", "" + it.pid()));
    return new PostgresServer(command.start(), port);
  }

  /** Whether another try can succeed where this one failed. */
  private static boolean isRace(String log) {
    // somebody took the port between our choice of it and its use
    return log.contains("could not create any TCP/IP sockets")
        // the left behind server was only just beginning when we looked
        || log.contains("lock file \"postmaster.pid\" already exists");
  }

  private boolean becomesReady(Path directory) throws IOException {
    long begin = System.nanoTime();
    boolean slow = false;
    try {
      while (process.isAlive()) {
        Optional<PostmasterPid> state = PostmasterPid.read(directory);
        if (state.isPresent() && state.get().ready() && state.get().pid() == process.pid()) {
          return true;
        }
        Duration waited = Duration.ofNanos(System.nanoTime() - begin);
        if (waited.compareTo(RECOVERY) > 0) {
          throw new EmbeddedDatabaseException(
              "PostgreSQL in %s did not come up within %s".formatted(directory, RECOVERY));
        }
        if (!slow && waited.compareTo(SLOW) > 0) {
          slow = true;
          LOG.info("PostgreSQL in {} is still starting, recovering from a crash", directory);
        }
        Thread.sleep(Waiting.POLL_MILLIS);
      }
      return false;
    } catch (InterruptedException e) {
      stop();
      Thread.currentThread().interrupt();
      throw new EmbeddedDatabaseException("interrupted while PostgreSQL started", e);
    } catch (IOException | RuntimeException e) {
      stop();
      throw e;
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      return socket.getLocalPort();
    }
  }
}
