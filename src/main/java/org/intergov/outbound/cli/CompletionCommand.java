package org.intergov.outbound.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code completion}: a script by which bash and zsh complete commands and options. */
@Command(
    name = "completion",
    header = "Prints a completion script for bash and zsh.",
    description = {
      "",
      "The script completes the name given by --name, which must be an alias, a function or a"
          + " script that runs the JAR:",
      "",
      "  alias intergov-outbound='java -jar /opt/intergov/intergov-outbound.jar'",
      "  source <(intergov-outbound completion)",
      ""
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class CompletionCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      defaultValue = "intergov-outbound",
      description = "The command to complete. Default: ${DEFAULT-VALUE}.")
  private String name;

  @Override
  public Integer call() {
    if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,63}")) {
      throw new ParameterException(
          spec.commandLine(), "--name: letters, digits and . _ -, at most 64");
    }
    PrintWriter out = spec.commandLine().getOut();
    out.print(AutoComplete.bash(name, Cli.commandLine()));
    out.flush();
    return Cli.DONE;
  }
}
