package org.intergov.outbound.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.intergov.outbound.Tables;
import org.intergov.outbound.config.InvalidChannelsException;
import org.intergov.outbound.config.Problem;
import org.intergov.outbound.config.channels.Loaded;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code check}: the verdict on a routing table that {@code run} would give. */
@Command(
    name = "check",
    header = "Checks a channels.yaml as run would, without starting anything.",
    description = {
      "",
      "Prints every error and warning with file, line, path, what was found and what is expected."
          + " Placeholders such as {{env:NAME}} are filled from the environment of this command.",
      ""
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:the file can be used", "2:it cannot, or wrong usage"})
final class CheckCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private TableOptions table;

  @Option(
      names = "--json",
      description = "Print the verdict and every problem as JSON. Default: text.")
  private boolean json;

  @Option(
      names = "--schema",
      description =
          "Print the JSON Schema of channels.yaml, for editors, and check nothing. Default: check.")
  private boolean schema;

  private Optional<String> jurisdiction = Optional.empty();

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    Path file = table.file();
    try {
      if (schema) {
        JsonNode document = MessageJson.JSON.valueToTree(Tables.schema(table.routesDir(file)));
        out.println(document.toPrettyString());
        out.flush();
        return Cli.DONE;
      }
      jurisdiction = table.jurisdiction();
      if (!json) {
        table.noteIfNobodySaid(jurisdiction);
      }
      Loaded loaded = Tables.load(file, table.routesDir(file), jurisdiction.orElse(null));
      int channels = loaded.table().channels().size();
      if (json) {
        out.println(verdict(file, channels, loaded.warnings()).toPrettyString());
      } else {
        loaded.warnings().forEach(w -> out.println("warning: " + w));
        out.printf("%s: good, %d %s%n", file, channels, channels == 1 ? "channel" : "channels");
      }
      out.flush();
      return Cli.DONE;
    } catch (InvalidChannelsException e) {
      if (!json) {
        throw new CommandFailedException(e.getMessage(), Cli.WRONG_USAGE);
      }
      out.println(verdict(file, null, e.problems()).toPrettyString());
      out.flush();
      return Cli.WRONG_USAGE;
    }
  }

  /** Without a number of channels the file cannot be used. */
  private ObjectNode verdict(Path file, Integer channels, List<Problem> problems) {
    ObjectNode verdict = MessageJson.JSON.createObjectNode();
    verdict.put("file", file.toString());
    verdict.put("jurisdiction", jurisdiction.orElse(null));
    verdict.put("usable", channels != null);
    verdict.put("channels", channels);
    ArrayNode list = verdict.putArray("problems");
    for (Problem p : problems) {
      list.addObject()
          .put("file", p.file().toString())
          .put("severity", p.severity().name().toLowerCase(Locale.ROOT))
          .put("line", p.line() == 0 ? null : p.line())
          .put("path", p.path())
          .put("found", p.found())
          .put("expected", p.expected());
    }
    return verdict;
  }
}
