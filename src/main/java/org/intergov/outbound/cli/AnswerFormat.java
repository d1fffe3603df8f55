package org.intergov.outbound.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** How a command shows what the gateway answered to it. */
final class AnswerFormat {
  @Option(names = "--json", description = "Print the gateway's answer as JSON. Default: text.")
  private boolean json;

  /**
   * Prints it.
   *
   * @param text what it says in words
   * @return {@link Cli#DONE}
   */
  int print(CommandSpec command, JsonNode answer, String text) {
    PrintWriter out = command.commandLine().getOut();
    out.println(json ? answer.toString() : text);
    out.flush();
    return Cli.DONE;
  }
}
