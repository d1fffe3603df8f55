package org.intergov.outbound.postgres;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What {@code postmaster.pid} says: PostgreSQL's own note of who runs in a data directory.
 *
 * <p>It outlives its writer when that is killed, so the pid may by now be anybody's.
 *
 * @param pid the process that wrote it
 * @param ready whether that server had begun to take connections
 */
record PostmasterPid(long pid, boolean ready) {

  private static final int STATUS_LINE = 7;

  /**
   * Reads the file.
   *
   * @return empty if there is none, or none that can be understood (it is written in steps, and may
   *     be cut short by a power failure)
   */
  static Optional<PostmasterPid> read(Path directory) throws IOException {
    try {
      List<String> lines =
          Files.readAllLines(file(directory), ISO_8859_1); // it has paths of any encoding
      boolean ready = lines.size() > STATUS_LINE && lines.get(STATUS_LINE).startsWith("ready");
      return lines.isEmpty()
          ? Optional.empty()
          : Optional.of(new PostmasterPid(Long.parseLong(lines.get(0).strip()), ready));
    } catch (NoSuchFileException | NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** Where the file is. */
  static Path file(Path directory) {
    return directory.resolve("postmaster.pid");
  }
}
