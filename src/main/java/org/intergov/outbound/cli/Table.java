package org.intergov.outbound.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Prints JSON objects as rows of aligned columns. Rows may come in several lots; the heading is
 * printed once, and columns only grow, so that memory does not grow with the rows.
 */
final class Table {
  private static final String GAP = "  ";

  private final PrintWriter out;
  private final List<String> columns;
  private final int[] widths;
  private boolean headed;

  Table(PrintWriter out, Collection<String> columns) {
    this.out = out;
    this.columns = List.copyOf(columns);
    this.widths = this.columns.stream().mapToInt(String::length).toArray();
  }

  /** The keys with plain values, in the order they first appear. */
  static Set<String> scalarKeys(Iterable<JsonNode> rows) {
    Set<String> keys = new LinkedHashSet<>();
    for (JsonNode row : rows) {
      row.properties()
          .forEach(
              entry -> {
                if (entry.getValue().isValueNode()) {
                  keys.add(entry.getKey());
                }
              });
    }
    keys.removeIf(key -> isAlwaysNull(rows, key));
    return keys;
  }

  private static boolean isAlwaysNull(Iterable<JsonNode> rows, String key) {
    for (JsonNode row : rows) {
      if (!row.path(key).isNull() && row.has(key)) {
        return false;
      }
    }
    return true;
  }

  void print(Iterable<JsonNode> rows) {
    List<List<String>> lines = new ArrayList<>();
    for (JsonNode row : rows) {
      List<String> cells = columns.stream().map(column -> cell(row.path(column))).toList();
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], cells.get(i).length());
      }
      lines.add(cells);
    }
    if (!headed) {
      headed = true;
      print(columns.stream().map(name -> name.toUpperCase(Locale.ROOT)).toList());
    }
    lines.forEach(this::print);
    out.flush();
  }

  /** A value as text: nothing for null, and no control characters for a terminal to act on. */
  static String cell(JsonNode value) {
    if (value.isMissingNode() || value.isNull()) {
      return "";
    }
    return printable(value.isTextual() ? value.textValue() : value.toString());
  }

  /** Text from elsewhere, safe to print: control characters become question marks. */
  static String printable(String text) {
    return text.replaceAll("[\\p{Cc}\\p{Cf}]", "?");
  }

  private void print(List<String> cells) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < cells.size(); i++) {
      String cell = cells.get(i);
      line.append(i == 0 ? "" : GAP).append(cell);
      line.append(" ".repeat(widths[i] - cell.length()));
    }
    out.println(line.toString().stripTrailing());
  }
}
