package org.intergov.outbound.api;

import java.io.IOException;
import java.io.InputStream;

/** Splits a stream into lines of bytes. A line that is too long is passed over, and said so. */
final class LineReader {
  private final InputStream in;
  private final byte[] chunk = new byte[16_384];
  private final byte[] line;
  private int read;
  private int at;
  private int length;
  private boolean tooLong;

  LineReader(InputStream in, int mostBytes) {
    this.in = in;
    this.line = new byte[mostBytes];
  }

  /** Reads the next line into {@link #line()}; false at the end. */
  boolean next() throws IOException {
    length = 0;
    tooLong = false;
    boolean any = false;
    while (true) {
      if (at == read) {
        read = in.read(chunk);
        at = 0;
        if (read <= 0) {
          read = 0;
          return any;
        }
      }
      byte b = chunk[at++];
      any = true;
      if (b == '\n') {
        return true;
      }
      if (length == line.length) {
        tooLong = true;
      } else {
        line[length++] = b;
      }
    }
  }

  byte[] line() {
    return line;
  }

  int length() {
    return length;
  }

  boolean isTooLong() {
    return tooLong;
  }

  boolean isBlank() {
    for (int i = 0; i < length; i++) {
      if (line[i] != ' ' && line[i] != '\r' && line[i] != '\t') {
        return false;
      }
    }
    return !tooLong;
  }
}
