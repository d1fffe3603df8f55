package org.intergov.outbound.cli;

/** What output goes to: colours and cursor moves are for a terminal alone. */
final class Terminal {
  /** Clears it. */
  static final String CLEAR = "\u001b[H\u001b[2J";

  private Terminal() {}

  /** Whether standard output is a terminal. */
  static boolean isThere() {
    return System.console() != null && System.getenv("NO_COLOR") == null;
  }
}
