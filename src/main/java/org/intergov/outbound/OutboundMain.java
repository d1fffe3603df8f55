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
    Thread.setDefaultUncaughtExceptionHandler(OutboundMain::uncaught);
    try {
      exitCode = Cli.execute(args);
    } catch (Throwable t) {
      t.printStackTrace();
    } finally {
      System.exit(exitCode);
    }
  }

  /**
   * Without memory nothing that follows can be relied on, a clean stop least of all: the leases of
   * a gateway that is gone run out, those of one that hangs on do so too, but it holds its ports.
   */
  private static void uncaught(Thread thread, Throwable thrown) {
    if (thrown instanceof OutOfMemoryError) {
      Runtime.getRuntime().halt(1);
    }
    thrown.printStackTrace();
  }
}
