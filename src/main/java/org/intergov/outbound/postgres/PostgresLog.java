package org.intergov.outbound.postgres;

import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static java.nio.file.StandardOpenOption.READ;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.intergov.outbound.config.Cause;

/**
 * PostgreSQL's own log, readable by its owner only, since an error quotes the statement.
 *
 * <p>It is bounded at every start: more than 10 MB moves aside, to {@code postgres.log.1}.
 */
final class PostgresLog {

  private static final long MAX_BYTES = 10_000_000;
  private static final int TAIL_BYTES = 4_000;
  private static final int TAIL_LINES = 6;

  private final Path file;
  private final long begin;

  private PostgresLog(Path file, long begin) {
    this.file = file;
    this.begin = begin;
  }

  /** Opens the log for one more run. */
  static PostgresLog open(Path file) throws IOException {
    if (Files.exists(file) && Files.size(file) > MAX_BYTES) {
      Files.move(file, file.resolveSibling(file.getFileName() + ".1"), REPLACE_EXISTING);
    }
    if (!Files.exists(file)) {
      Files.createFile(file, PrivateFiles.FILE);
    }
    return new PostgresLog(file, Files.size(file));
  }

  Path file() {
    return file;
  }

  /** The last lines of this run, on one line, for an error message. */
  String tail() {
    try (FileChannel channel = FileChannel.open(file, READ)) {
      long from = Math.max(begin, channel.size() - TAIL_BYTES);
      ByteBuffer bytes = ByteBuffer.allocate((int) Math.max(0, channel.size() - from));
      channel.read(bytes, from);
      List<String> lines =
          new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8)
              .lines()
              .map(String::strip)
              .filter(line -> !line.isEmpty())
              .toList();
      return String.join(
          " | ", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
    } catch (IOException e) {
      return "its log %s cannot be read: %s".formatted(file, Cause.of(e));
    }
  }
}
