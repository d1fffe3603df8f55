package org.intergov.outbound.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code status}: a message and its journal, or the state of every lane. */
@Command(
    name = "status",
    header = "Shows a message and its journal, or without a reference the state of each lane.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    showDefaultValues = true)
final class StatusCommand implements Callable<Integer> {
  private static final List<String> JOURNAL =
      List.of("seq", "at", "event", "channel_id", "channel_txn_id", "attempt", "detail");

  @Spec private CommandSpec spec;
  @Mixin private GatewayOptions gateway;

  @Parameters(
      arity = "0..1",
      paramLabel = "REFERENCE",
      description = "The message: its sender and sender_ref, such as AU:the-ref.")
  private String reference;

  @Option(names = "--json", description = "Print JSON as the gateway gives it. Default: tables.")
  private boolean json;

  @Option(
      names = "--watch",
      arity = "0..1",
      fallbackValue = "2s",
      paramLabel = "EVERY",
      converter = StuckFilter.Age.class,
      description = "Shows it again and again, every 2s unless told otherwise, until Ctrl-C.")
  private Duration watch;

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    if (watch == null) {
      return show(out);
    }
    PrintWriter err = spec.commandLine().getErr();
    while (true) {
      if (!json && Terminal.isThere()) {
        out.print(Terminal.CLEAR);
      }
      if (!json) {
        out.println(Instant.now().truncatedTo(ChronoUnit.SECONDS));
        out.flush();
      }
      try {
        show(out);
      } catch (CommandFailedException e) {
        err.println(e.getMessage()); // it may come back
        err.flush();
      }
      Thread.sleep(Math.max(100, watch.toMillis()));
    }
  }

  private Integer show(PrintWriter out) {
    if (reference == null) {
      showLanes(gateway.client().get("/channels"), out);
    } else {
      ApiClient client = gateway.client();
      String path = "/messages/" + ApiClient.segment(reference);
      showMessage(client.get(path), client.get(path + "/journal"), out);
    }
    out.flush();
    return Cli.DONE;
  }

  private void showLanes(JsonNode lanes, PrintWriter out) {
    if (json) {
      out.println(lanes.toPrettyString());
    } else if (lanes.isEmpty()) {
      out.println("the routing table has no channels");
    } else {
      new Table(out, Table.scalarKeys(lanes)).print(lanes);
    }
  }

  private void showMessage(JsonNode message, JsonNode journal, PrintWriter out) {
    if (json) {
      ObjectNode both = JsonNodeFactory.instance.objectNode();
      both.set("message", message);
      both.set("journal", journal);
      out.println(both.toPrettyString());
      return;
    }
    int width = message.properties().stream().mapToInt(e -> e.getKey().length()).max().orElse(0);
    message
        .properties()
        .forEach(
            field -> {
              String gap = " ".repeat(width - field.getKey().length() + 2);
              out.println((field.getKey() + gap + Table.cell(field.getValue())).stripTrailing());
            });
    out.println();
    new Table(out, JOURNAL).print(journal);
  }
}
