package org.intergov.outbound.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.intergov.outbound.message.MessagePath;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code replay}: held or rejected messages go again. */
@Command(
    name = "replay",
    header = "Sends held or rejected messages again.",
    description = {
      "",
      "Either those named, or those that the options describe; --dry-run shows which. Exits 1 if any"
          + " of them could not be replayed; the others are.",
      ""
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    showDefaultValues = true)
final class ReplayCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private GatewayOptions gateway;
  @Mixin private StuckFilter filter;

  @Parameters(
      arity = "0..*",
      paramLabel = "REFERENCE",
      converter = ReferenceConverter.class,
      description = "The messages: sender and sender_ref, such as AU:the-ref.")
  private List<String> references = List.of();

  @Option(
      names = "--parked",
      description = "Lets the updates go again that the lake did not take; all of them.")
  private boolean parked;

  @Option(names = "--dry-run", description = "Only print what would go again.")
  private boolean dryRun;

  @Option(
      names = "--json",
      description = "Print one JSON object per line: name, replayed, error. Default: text.")
  private boolean json;

  @Override
  public Integer call() {
    int given = (references.isEmpty() ? 0 : 1) + (filter.isGiven() ? 1 : 0) + (parked ? 1 : 0);
    if (given != 1 || filter.fault() != null) {
      throw new ParameterException(
          spec.commandLine(),
          filter.fault() != null
              ? filter.fault()
              : "Wanted: a REFERENCE, or options that describe messages such as --status, or --parked.");
    }
    ApiClient client = gateway.client();
    // gathered first: what goes again leaves the pages that are read here
    List<Again> all = new ArrayList<>();
    references.forEach(r -> all.add(message(r)));
    if (filter.isGiven()) {
      filter.forEach(client, m -> all.add(message(m.path("reference").asText())));
    } else if (parked) {
      ApiPages.forEach(
          client,
          "/parked",
          "parked",
          p -> {
            String place = p.path("queue").asText() + "/" + p.path("seq").asText();
            String path = "/parked/" + place + "/replay";
            all.add(new Again(Table.cell(p.path("reference")) + " (" + place + ")", path));
          });
    }
    return replay(client, all);
  }

  private record Again(String name, String path) {}

  private static Again message(String reference) {
    return new Again(Table.printable(reference), MessagePath.of(reference, "/replay"));
  }

  private int replay(ApiClient client, List<Again> all) {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    int exitCode = Cli.DONE;
    for (Again one : all) {
      try {
        if (!dryRun) {
          client.post(one.path());
        }
        String text = one.name() + (dryRun ? " would go again" : " goes again");
        out.println(json ? line(one, !dryRun, null) : text);
      } catch (CommandFailedException e) {
        if (json) {
          out.println(line(one, false, e.getMessage()));
        } else {
          err.println(one.name() + ": " + e.getMessage());
        }
        exitCode = Cli.FAILED;
      }
    }
    if (all.isEmpty() && !json) {
      out.println("nothing fits");
    }
    out.flush();
    err.flush();
    return exitCode;
  }

  private static String line(Again one, boolean replayed, String error) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("name", one.name())
        .put("replayed", replayed)
        .put("error", error)
        .toString();
  }
}
