package org.intergov.outbound.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code replay}: held or rejected messages go again. */
@Command(
    name = "replay",
    header = "Sends held or rejected messages again.",
    description = {"", "Exits 1 if any of them could not be replayed; the others are.", ""},
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    showDefaultValues = true)
final class ReplayCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private GatewayOptions gateway;

  @Parameters(
      arity = "1..*",
      paramLabel = "REFERENCE",
      description = "The messages: sender and sender_ref, such as AU:the-ref.")
  private List<String> references;

  @Override
  public Integer call() {
    ApiClient client = gateway.client();
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    int exitCode = Cli.DONE;
    for (String reference : references) {
      try {
        client.post("/messages/" + ApiClient.segment(reference) + "/replay");
        out.println(reference + " goes again");
      } catch (CommandFailedException e) {
        err.println(reference + ": " + e.getMessage());
        exitCode = Cli.FAILED;
      }
    }
    out.flush();
    err.flush();
    return exitCode;
  }
}
