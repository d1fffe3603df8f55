package org.intergov.outbound.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;

/** Tells one message per line from JSON over several lines. */
final class LineSources {
  private static final int PEEK_BYTES = 2 * LineSource.MAX_BYTES;

  private LineSources() {}

  /**
   * Looks at the beginning. It is JSON over several lines if it opens an array, or if its first
   * line is the beginning of an object that the next line does not begin anew; else one message per
   * line.
   */
  static LineSource of(InputStream input) throws IOException {
    BufferedInputStream in = new BufferedInputStream(input, PEEK_BYTES + 8);
    skipByteOrderMark(in);
    in.mark(PEEK_BYTES + 4);
    boolean severalLines = opensOverSeveralLines(in);
    in.reset();
    return severalLines ? new JsonSource(in) : new NdjsonSource(in);
  }

  private static boolean opensOverSeveralLines(InputStream in) throws IOException {
    byte[] first = nextLine(in);
    if (first.length == 0 || first[0] == '[') {
      return first.length > 0;
    }
    if (!isCutOff(first)) {
      return false;
    }
    byte[] second = nextLine(in);
    return second.length > 0 && second[0] != '{';
  }

  private static boolean isCutOff(byte[] line) throws IOException {
    try {
      MessageJson.JSON.readTree(line);
      return false;
    } catch (JsonEOFException e) {
      return true;
    } catch (JsonProcessingException e) {
      return false;
    }
  }

  /** The next line with something on it, from its first character on; empty at the end. */
  private static byte[] nextLine(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int read = 0; read < LineSource.MAX_BYTES; read++) {
      int next = in.read();
      if (next == -1 || (next == '\n' && line.size() > 0)) {
        break;
      }
      if (line.size() > 0 || !Character.isWhitespace(next)) {
        line.write(next);
      }
    }
    return line.toByteArray();
  }

  private static void skipByteOrderMark(InputStream in) throws IOException {
    in.mark(3);
    if (in.read() != 0xEF || in.read() != 0xBB || in.read() != 0xBF) {
      in.reset();
    }
  }
}
