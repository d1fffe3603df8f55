package org.intergov.outbound.postgres;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The data of the embedded PostgreSQL, {@code postgres} in the gateway's data directory, and the
 * password to it, {@code postgres.password}.
 *
 * <p>The directory appears whole or not at all: a gateway killed while it made one starts anew.
 */
final class PostgresDirectory {

  private static final Logger LOG = LoggerFactory.getLogger(PostgresDirectory.class);

  /** The role that owns everything. */
  static final String USERNAME = "intergov";

  private static final String UNFINISHED = "postgres.unfinished-";
  private static final Duration LEFT_OVER_PATIENCE = Duration.ofSeconds(10);
  private static final int PASSWORD_BYTES = 24;

  private final Path home;

  PostgresDirectory(Path home) {
    this.home = home;
  }

  Path path() {
    return home.resolve("postgres");
  }

  /**
   * Tells whether there is data, and refuses what this PostgreSQL cannot read. Changes nothing.
   *
   * @throws EmbeddedDatabaseException if another version wrote it, or it is no data at all
   */
  boolean exists() throws IOException {
    if (!Files.exists(path())) {
      return false;
    }
    String found;
    try {
      found = Files.readString(path().resolve("PG_VERSION")).strip();
    } catch (NoSuchFileException e) {
      if (isEmpty(path())) {
        return false;
      }
      throw new EmbeddedDatabaseException(
          "%s is not a PostgreSQL data directory (it has no PG_VERSION); move it away, or set intergov.data-dir to another directory. Nothing was changed"
              .formatted(path()));
    }
    if (!found.equals(PostgresBinaries.MAJOR_VERSION)) {
      throw new EmbeddedDatabaseException(
          "%s was written by PostgreSQL %s, this gateway comes with PostgreSQL %s: dump the data with PostgreSQL %s (pg_dump), move the directory away, start this gateway once, and restore the dump into it. Nothing was changed"
              .formatted(path(), found, PostgresBinaries.MAJOR_VERSION, found));
    }
    return true;
  }

  /** Makes the data directory, with a password of its own. Call only if it does not exist. */
  void create(PostgresBinaries binaries, PostgresLog log) throws IOException {
    try (DirectoryStream<Path> leftOver = Files.newDirectoryStream(home, UNFINISHED + "*")) {
      for (Path directory : leftOver) {
        // the initdb of a killed gateway may still be at work in there, until it finds that out
        if (!Waiting.throughInterrupts(() -> delete(directory), LEFT_OVER_PATIENCE)) {
          LOG.warn("could not delete {}, left by a first start that was killed", directory);
        }
      }
    }
    if (!Files.exists(passwordFile())) {
      byte[] secret = new byte[PASSWORD_BYTES];
      new SecureRandom().nextBytes(secret);
      PrivateFiles.write(
          passwordFile(), Base64.getUrlEncoder().withoutPadding().encodeToString(secret) + "\n");
    }
    Path unfinished = Files.createTempDirectory(home, UNFINISHED); // mode 0700
    try {
      initialise(unfinished, binaries, log);
      PrivateFiles.publish(unfinished, path());
    } finally {
      PrivateFiles.deleteTree(unfinished);
    }
  }

  /**
   * The password of {@link #USERNAME}.
   *
   * @throws EmbeddedDatabaseException if its file is gone
   */
  String password() throws IOException {
    try {
      return Files.readString(passwordFile()).strip();
    } catch (NoSuchFileException e) {
      throw new EmbeddedDatabaseException(
          "%s is missing, and with it the password to the data in %s; put it back from a backup"
              .formatted(passwordFile(), path()),
          e);
    }
  }

  private List<String> options(Path directory) {
    List<String> options =
        new ArrayList<>(
            List.of(
                "-D",
                directory.toString(),
                "-U",
                USERNAME,
                "-A",
                "scram-sha-256",
                "--pwfile=" + passwordFile(),
                "-E",
                "UTF8",
                "--no-instructions"));
    if (PostgresBinaries.isAtLeast(17)) {
      // the same order and case rules on every system, whatever it has installed
      Collections.addAll(
          options, "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8");
    } else {
      options.add("--locale=C.UTF-8"); // of the system
    }
    return options;
  }

  private void initialise(Path directory, PostgresBinaries binaries, PostgresLog log)
      throws IOException {
    Process initdb =
        PostgresCommand.shortLived(binaries.program("initdb"), options(directory), log).start();
    try {
      if (initdb.waitFor() != 0) {
        String why = log.tail();
        throw new EmbeddedDatabaseException(
            "cannot make a PostgreSQL data directory in %s: %s%s"
                .formatted(home, why, PostgresCommand.hint(why)));
      }
    } catch (InterruptedException e) {
      initdb.destroy();
      Thread.currentThread().interrupt();
      throw new EmbeddedDatabaseException("interrupted while making " + path(), e);
    }
  }

  private Path passwordFile() {
    return home.resolve("postgres.password");
  }

  private static boolean delete(Path directory) {
    try {
      PrivateFiles.deleteTree(directory);
    } catch (IOException e) {
      LOG.debug("deleting {}: {}", directory, e.toString());
    }
    return !Files.exists(directory);
  }

  private static boolean isEmpty(Path directory) throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      return !entries.iterator().hasNext();
    }
  }
}
