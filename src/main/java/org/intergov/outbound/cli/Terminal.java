package org.intergov.outbound.cli;

import java.io.Console;

/**
 * What output goes to: bars and cursor moves are for a terminal alone. Colours are those of help,
 * which picocli leaves out where there is no terminal or {@code NO_COLOR} is set.
 */
final class Terminal {
  /** Clears it. */
  static final String CLEAR = "\u001b[H\u001b[2J";

  private Terminal() {}

  /** Whether somebody watches. From Java 22 on there may be a console that is no terminal. */
  static boolean isThere() {
    Console console = System.console();
    if (console == null) {
      return false;
    }
    try {
      return (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (NoSuchMethodException before22) {
      return true;
    } catch (ReflectiveOperationException e) {
      return false;
    }
  }
}
