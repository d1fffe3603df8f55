package org.intergov.outbound;

import org.intergov.outbound.cli.Cli;

/** The JAR's main class. */
public final class OutboundMain {
  private OutboundMain() {}

  /**
   * Ends the JVM whatever happens: an error that is no exception, such as a class that cannot be
   * loaded since the JAR was replaced, must not leave a gateway that has half stopped.
   */
  public static void main(String[] args) {
    int exitCode = 1;
    try {
      exitCode = Cli.commandLine().execute(args);
    } catch (Throwable t) {
      t.printStackTrace();
    } finally {
      System.exit(exitCode);
    }
  }
}
