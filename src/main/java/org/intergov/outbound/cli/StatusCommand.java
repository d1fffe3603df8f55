package org.intergov.outbound.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Callable;
import org.intergov.outbound.message.MessagePath;
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
  @Spec private CommandSpec spec;
  @Mixin private GatewayOptions gateway;

  @Parameters(
      arity = "0..1",
      paramLabel = "REFERENCE",
      converter = ReferenceConverter.class,
      description = "The message: its sender and sender_ref, such as AU:the-ref.")
  private String reference;

  @Option(names = "--json", description = "Print JSON as the gateway gives it. Default: tables.")
  private boolean json;

  @Option(names = "--wide", description = "Show every value of each channel, in one wide table.")
  private boolean wide;

  @Option(
      names = "--watch",
      arity = "0..1",
      fallbackValue = "2s",
      paramLabel = "EVERY",
      converter = StuckFilter.Age.class,
      description = "Refresh until Ctrl-C, every 2s unless EVERY says otherwise.")
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
      JsonNode journal = client.get(MessagePath.of(reference, "/journal"));
      showMessage(client.get(MessagePath.of(reference, "")), journal, out);
    }
    out.flush();
    return Cli.DONE;
  }

  private void showLanes(JsonNode lanes, PrintWriter out) {
    if (json) {
      out.println(lanes.toPrettyString());
    } else if (wide && !lanes.isEmpty()) {
      new Table(out, Table.scalarKeys(lanes)).print(lanes);
    } else {
      new LaneReport(out).print(lanes);
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
    new MessageReport(out).print(message, journal);
  }
}
