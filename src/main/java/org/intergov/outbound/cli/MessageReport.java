package org.intergov.outbound.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** A message for people: what became of it first, then what it is, then its journal. */
final class MessageReport {
  private static final List<String> COLUMNS = List.of("at", "event", "channel", "try", "detail");

  private final PrintWriter out;

  MessageReport(PrintWriter out) {
    this.out = out;
  }

  void print(JsonNode message, JsonNode journal) {
    out.println(text(message, "reference") + " is " + state(message));
    out.println();
    line("from, to", text(message, "sender") + " → " + text(message, "receiver"));
    line("predicate", text(message, "predicate"));
    line("subject", text(message, "subject"));
    line("object", text(message, "obj"));
    line("submitted", text(message, "created_at"));
    line("changed", text(message, "updated_at"));
    line("channel", named(message));
    delivery(message.path("delivery"));
    out.println();
    List<List<String>> rows = new ArrayList<>();
    journal.forEach(
        event ->
            rows.add(
                List.of(
                    text(event, "at"),
                    text(event, "event"),
                    text(event, "channel_id"),
                    text(event, "attempt"),
                    detail(event))));
    new Table(out, COLUMNS).printCells(rows);
  }

  private static String state(JsonNode message) {
    String reason = text(message, "reason");
    return text(message, "status") + (reason.isEmpty() ? "" : ": " + reason);
  }

  private static String named(JsonNode message) {
    String id = text(message, "channel_txn_id");
    return text(message, "channel_id") + (id.isEmpty() ? "" : ", known there as " + id);
  }

  private void delivery(JsonNode delivery) {
    if (!delivery.isObject()) {
      return;
    }
    String status = text(delivery, "status");
    line("delivery", status + tries(delivery));
    if (status.equals("pending")) {
      line("next try", text(delivery, "due_at"));
      line("expires", text(delivery, "expires_at"));
    }
    line("waits for", text(delivery, "waits_for"));
    List<String> refused = new ArrayList<>();
    delivery.path("refused_by").forEach(id -> refused.add(Table.cell(id)));
    line("refused by", String.join(", ", refused));
    line("last error", text(delivery, "last_error"));
  }

  private static String tries(JsonNode delivery) {
    long attempts = delivery.path("attempts").asLong();
    long generation = delivery.path("generation").asLong(1);
    return ", tried "
        + attempts
        + (attempts == 1 ? " time" : " times")
        + (generation > 1 ? ", sent again as generation " + generation : "");
  }

  private static String detail(JsonNode event) {
    String id = text(event, "channel_txn_id");
    String detail = text(event, "detail");
    return id.isEmpty() ? detail : "id " + id + (detail.isEmpty() ? "" : "; " + detail);
  }

  private void line(String name, String value) {
    if (!value.isEmpty()) {
      out.println("  " + name + " ".repeat(12 - name.length()) + value);
    }
  }

  private static String text(JsonNode node, String field) {
    return Table.cell(node.path(field));
  }
}
