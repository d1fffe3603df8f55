package org.intergov.outbound.api;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Result lines, kept until the request is read to its end: a client may not read before it has sent
 * everything. Beyond 64 kB they go to a temporary file, which is deleted when it is read.
 */
final class ResultSpool implements AutoCloseable {
  private static final int IN_MEMORY = 1 << 16;
  private ByteArrayOutputStream memory = new ByteArrayOutputStream(4096);
  private Path file;
  private OutputStream out;

  void line(byte[] json) throws IOException {
    if (out == null && memory.size() + json.length > IN_MEMORY) {
      file = Files.createTempFile("intergov-results", ".ndjson");
      out = new BufferedOutputStream(Files.newOutputStream(file));
      memory.writeTo(out);
      memory = null;
    }
    OutputStream to = out == null ? memory : out;
    to.write(json);
    to.write('\n');
  }

  /** What was written; a byte array, or a stream. */
  Object content() throws IOException {
    if (out == null) {
      return memory.toByteArray();
    }
    out.close();
    Path spooled = file;
    file = null;
    return new BufferedInputStream(
        Files.newInputStream(spooled, StandardOpenOption.DELETE_ON_CLOSE));
  }

  @Override
  public void close() throws IOException {
    if (file != null) {
      out.close();
      Files.deleteIfExists(file);
    }
  }
}
