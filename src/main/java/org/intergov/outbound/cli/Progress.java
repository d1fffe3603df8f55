package org.intergov.outbound.cli;

import java.io.PrintWriter;
import java.util.Locale;

/** A bar on standard error while a command works; other lines go around it. */
final class Progress {
  private static final int WIDTH = 30;
  private static final long EVERY_NANOS = 100_000_000;

  private final PrintWriter err;
  private final boolean shown;
  private final long totalBytes;
  private long shownAtNanos;
  private int drawn;

  /**
   * @param shown false draws nothing
   * @param totalBytes how much there is to read, 0 if that is not known
   */
  Progress(PrintWriter err, boolean shown, long totalBytes) {
    this.err = err;
    this.shown = shown;
    this.totalBytes = totalBytes;
  }

  void at(long bytes, long messages) {
    long now = System.nanoTime();
    if (!shown || (drawn > 0 && now - shownAtNanos < EVERY_NANOS)) {
      return;
    }
    shownAtNanos = now;
    String text = messages + " messages";
    if (totalBytes > 0) {
      double part = Math.min(1, (double) bytes / totalBytes);
      int filled = (int) (part * WIDTH);
      String bar = "#".repeat(filled) + " ".repeat(WIDTH - filled);
      text = String.format(Locale.ROOT, "[%s] %3.0f%%  %s", bar, part * 100, text);
    }
    clear();
    err.print(text);
    err.flush();
    drawn = text.length();
  }

  /** Prints a line of its own. */
  void say(String line) {
    clear();
    err.println(line);
    err.flush();
  }

  /** Takes the bar away. */
  void clear() {
    if (drawn > 0) {
      err.print("\r" + " ".repeat(drawn) + "\r");
      err.flush();
      drawn = 0;
    }
  }
}
