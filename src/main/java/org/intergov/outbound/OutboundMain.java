package org.intergov.outbound;

import org.intergov.outbound.cli.Cli;

/** The JAR's main class. */
public final class OutboundMain {
  private OutboundMain() {}

  public static void main(String[] args) {
    System.exit(Cli.commandLine().execute(args));
  }
}
