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
      "Either those named, or those that the options select; --dry-run shows which. Exits 1 if any"
          + " could not be replayed; the others are replayed all the same.",
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
      description = "Send all updates that the lake did not take to it again.")
  private boolean parked;

  @Option(names = "--dry-run", description = "Only print what would be sent again.")
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
              : "Expected a REFERENCE, options that select messages such as --status, or --parked.");
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
        String text = one.name() + (dryRun ? " would be sent again" : " will be sent again");
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
      out.println("nothing matches");
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
