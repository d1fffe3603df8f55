package org.intergov.outbound.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code dead-letters}: what waits for an operator. */
@Command(
    name = "dead-letters",
    header = "Lists held and rejected messages: what waits for an operator, and why.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    showDefaultValues = true)
final class DeadLettersCommand implements Callable<Integer> {
  private static final List<String> COLUMNS =
      List.of("reference", "sender", "receiver", "status", "channel_id", "reason", "updated_at");

  @Spec private CommandSpec spec;
  @Mixin private GatewayOptions gateway;

  @Option(names = "--json", description = "Print one JSON object per line. Default: a table.")
  private boolean json;

  @Override
  public Integer call() {
    ApiClient client = gateway.client();
    PrintWriter out = spec.commandLine().getOut();
    Table table = new Table(out, COLUMNS);
    long found = show(client, "held", table, out) + show(client, "rejected", table, out);
    if (found == 0 && !json) {
      out.println("no message is held or rejected");
    }
    out.flush();
    return Cli.DONE;
  }

  private long show(ApiClient client, String status, Table table, PrintWriter out) {
    String first = "/messages?status=" + status;
    long found = 0;
    String after = null;
    do {
      JsonNode page = client.get(after == null ? first : first + "&after=" + after);
      JsonNode messages = page.path("messages");
      found += messages.size();
      if (json) {
        messages.forEach(message -> out.println(message));
      } else if (!messages.isEmpty()) {
        table.print(messages);
      }
      JsonNode next = page.path("next");
      boolean more = next.isValueNode() && !next.isNull() && !messages.isEmpty();
      after = more ? ApiClient.query(next.asText()) : null;
    } while (after != null);
    return found;
  }
}
