package org.intergov.outbound.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.intergov.outbound.Tables;
import org.intergov.outbound.message.MessageReader;
import org.intergov.outbound.message.MessageRules;
import org.intergov.outbound.message.ReadResult;
import org.intergov.outbound.message.Violation;
import org.intergov.outbound.routing.Channel;
import org.intergov.outbound.routing.Explanation;
import org.intergov.outbound.routing.InvalidChannelsException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code explain}: which channel would carry a message, and why not the others. */
@Command(
    name = "explain",
    header = "Says which channel would carry a message, and why not the others.",
    description = {"", "Reads the routing table and the message; needs no running gateway.", ""},
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:a channel would carry it",
      "1:none would, or the message is invalid",
      "2:wrong usage or configuration"
    })
final class ExplainCommand implements Callable<Integer> {
  private static final int MOST_BYTES = 65_536;

  @Spec private CommandSpec spec;
  @Mixin private TableOptions table;

  @Option(
      names = "--message",
      paramLabel = "FILE",
      defaultValue = "-",
      description = "The message as JSON; - reads standard input. Default: ${DEFAULT-VALUE}.")
  private String message;

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    MessageReader reader = new MessageReader(new MessageRules(table.jurisdiction()), MOST_BYTES);
    ReadResult read = reader.read(bytes());
    if (read instanceof ReadResult.Invalid invalid) {
      StringBuilder words = new StringBuilder("the message is invalid:");
      for (Violation v : invalid.violations()) {
        words.append(System.lineSeparator()).append("  ").append(v.field()).append(": ");
        words.append(v.detail());
      }
      throw new CommandFailedException(words.toString());
    }
    Explanation explanation = explain(((ReadResult.Read) read));
    out.println(
        explanation.channel().map(Channel::id).map(id -> "carried by " + id).orElse("no route"));
    explanation
        .entries()
        .forEach(e -> out.printf("  %-14s %-20s %s%n", e.verdict(), e.channel(), e.reason()));
    out.flush();
    return explanation.channel().isPresent() ? Cli.DONE : Cli.FAILED;
  }

  private Explanation explain(ReadResult.Read read) throws Exception {
    try {
      return Tables.load(table.file(), table.jurisdiction()).table().explain(read.message());
    } catch (InvalidChannelsException e) {
      throw new CommandFailedException(e.getMessage(), Cli.WRONG_USAGE);
    }
  }

  private byte[] bytes() {
    try {
      if (message.equals("-")) {
        return System.in.readNBytes(MOST_BYTES + 1);
      }
      try (InputStream in = Files.newInputStream(Path.of(message))) {
        return in.readNBytes(MOST_BYTES + 1);
      }
    } catch (IOException e) {
      throw new CommandFailedException("cannot read " + message + ": " + e, Cli.WRONG_USAGE, e);
    }
  }
}
