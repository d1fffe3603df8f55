package org.intergov.outbound.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.intergov.outbound.Tables;
import org.intergov.outbound.routing.InvalidChannelsException;
import org.intergov.outbound.routing.Loaded;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code check}: the verdict on a routing table that {@code run} would give. */
@Command(
    name = "check",
    header = "Checks a channels.yaml as run would, without starting anything.",
    description = {
      "",
      "Prints every error and warning with file, line, path, what was found and what is expected."
          + " Placeholders such as {{env:NAME}} are read from this environment.",
      ""
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:can be used", "2:cannot be used"})
final class CheckCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private TableOptions table;

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    Path file = table.file();
    try {
      Loaded loaded = Tables.load(file, table.jurisdiction());
      loaded.warnings().forEach(w -> out.println("warning: " + w));
      int channels = loaded.table().channels().size();
      out.printf("%s: good, %d %s%n", file, channels, channels == 1 ? "channel" : "channels");
      out.flush();
      return Cli.DONE;
    } catch (InvalidChannelsException e) {
      throw new CommandFailedException(e.getMessage(), Cli.WRONG_USAGE);
    }
  }
}
