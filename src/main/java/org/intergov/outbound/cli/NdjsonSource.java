package org.intergov.outbound.cli;

import java.io.IOException;
import java.io.InputStream;

/** One message per line; blank lines count but are passed over. */
final class NdjsonSource implements LineSource {
  private final InputStream in;
  private final byte[] line = new byte[MAX_BYTES];
  private long number;

  /** Reads single bytes, so the stream should be buffered. */
  NdjsonSource(InputStream in) {
    this.in = in;
  }

  @Override
  public Line next() throws IOException {
    int next = in.read();
    while (next != -1) {
      number++;
      int length = 0;
      boolean blank = true;
      boolean tooLong = false;
      for (; next != -1 && next != '\n'; next = in.read()) {
        blank &= Character.isWhitespace(next);
        if (length < line.length) {
          line[length++] = (byte) next;
        } else {
          tooLong |= next != '\r';
        }
      }
      if (tooLong) {
        return MessageJson.tooLong(number);
      }
      if (!blank) {
        return MessageJson.line(number, line, length);
      }
      next = next == -1 ? -1 : in.read();
    }
    return null;
  }
}
