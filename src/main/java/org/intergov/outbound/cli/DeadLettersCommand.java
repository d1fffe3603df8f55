package org.intergov.outbound.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import org.intergov.outbound.config.Durations;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code dead-letters}: what waits for an operator. */
@Command(
    name = "dead-letters",
    header = "Lists what waits for an operator, with cause and age.",
    description = {
      "",
      "Held: an outcome is unknown; 'resolve' or 'replay' it. Rejected: 'replay' sends it again."
          + " Parked: an update that the lake did not take; 'replay --parked' sends it again."
          + " Receipt: one that cannot be read or matches no delivery.",
      ""
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    showDefaultValues = true)
final class DeadLettersCommand implements Callable<Integer> {
  private static final List<String> COLUMNS =
      List.of("reference", "receiver", "status", "channel_id", "age", "cause");
  private static final int ROWS_AT_ONCE = 100;

  @Spec private CommandSpec spec;
  @Mixin private GatewayOptions gateway;
  @Mixin private StuckFilter filter;

  @Option(names = "--json", description = "Print one JSON object per line. Default: a table.")
  private boolean json;

  private final ArrayNode rows = JsonNodeFactory.instance.arrayNode();
  private long found;

  @Override
  public Integer call() {
    if (filter.fault() != null) {
      throw new ParameterException(spec.commandLine(), filter.fault());
    }
    ApiClient client = gateway.client();
    PrintWriter out = spec.commandLine().getOut();
    Table table = new Table(out, COLUMNS);
    filter.forEach(client, message -> show(message, row(message), table, out));
    if (!filter.isGiven()) {
      ApiPages.forEach(client, "/parked", "parked", p -> show(p, parkedRow(p), table, out));
      ApiPages.forEach(client, "/receipts", "receipts", r -> show(r, receiptRow(r), table, out));
    }
    if (!rows.isEmpty()) {
      table.print(rows);
    }
    if (found == 0 && !json) {
      out.println(filter.isGiven() ? "nothing matches" : "nothing waits for an operator");
    }
    out.flush();
    return Cli.DONE;
  }

  private void show(JsonNode as, ObjectNode row, Table table, PrintWriter out) {
    found++;
    if (json) {
      out.println(as);
      return;
    }
    rows.add(row);
    if (rows.size() == ROWS_AT_ONCE) {
      table.print(rows);
      rows.removeAll();
    }
  }

  private static ObjectNode row(JsonNode message) {
    JsonNode delivery = message.path("delivery");
    boolean held = "held".equals(delivery.path("status").asText());
    ObjectNode row = JsonNodeFactory.instance.objectNode();
    row.set("reference", message.path("reference"));
    row.set("receiver", message.path("receiver"));
    row.put("status", held ? "held" : message.path("status").asText());
    row.put("channel_id", first(delivery.path("channel_id"), message.path("channel_id")));
    row.put("age", age(message.path("updated_at").asText()));
    String reason = held ? "" : first(message.path("reason"));
    String error = first(delivery.path("last_error"));
    row.put("cause", reason + (reason.isEmpty() || error.isEmpty() ? "" : ": ") + error);
    return row;
  }

  private static ObjectNode parkedRow(JsonNode parked) {
    ObjectNode row = JsonNodeFactory.instance.objectNode();
    row.set("reference", parked.path("reference"));
    row.put("receiver", "");
    row.put("status", "parked");
    row.put("channel_id", parked.path("queue").asText() + "/" + parked.path("seq").asText());
    row.put("age", age(parked.path("parked_at").asText()));
    row.put("cause", first(parked.path("last_error")));
    return row;
  }

  private static ObjectNode receiptRow(JsonNode receipt) {
    ObjectNode row = JsonNodeFactory.instance.objectNode();
    row.put("reference", "");
    row.put("receiver", "");
    row.put("status", "receipt");
    row.set("channel_id", receipt.path("channel_id"));
    row.put("age", age(receipt.path("at").asText()));
    row.put("cause", receipt.path("receipt_id").asText() + ": " + first(receipt.path("error")));
    return row;
  }

  private static String first(JsonNode... texts) {
    for (JsonNode text : texts) {
      if (text.isTextual()) {
        return text.asText();
      }
    }
    return "";
  }

  private static String age(String since) {
    if (since.isEmpty()) {
      return "";
    }
    long seconds = Math.max(0, Duration.between(Instant.parse(since), Instant.now()).toSeconds());
    long unit = seconds >= 172_800 ? 86_400 : seconds >= 7_200 ? 3_600 : seconds >= 120 ? 60 : 1;
    return Durations.format(Duration.ofSeconds(seconds / unit * unit));
  }
}
