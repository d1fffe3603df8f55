package org.intergov.outbound.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.intergov.outbound.message.Quote;

/**
 * Prints JSON objects as rows of aligned columns. Rows may come in several lots; the heading is
 * printed once, and columns only grow, so that memory does not grow with the rows.
 */
final class Table {
  private static final String GAP = "  ";

  private final PrintWriter out;
  private final List<String> columns;
  private final int most;
  private final int[] widths;
  private boolean headed;

  Table(PrintWriter out, Collection<String> columns) {
    this(out, columns, Integer.MAX_VALUE);
  }

  /**
   * @param most characters in a line; what is beyond is cut
   */
  Table(PrintWriter out, Collection<String> columns, int most) {
    this.out = out;
    this.most = most;
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
      lines.add(columns.stream().map(column -> cell(row.path(column))).toList());
    }
    printCells(lines);
  }

  /** Prints rows that are text already, a cell for each column. */
  void printCells(List<List<String>> lines) {
    for (List<String> cells : lines) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], cells.get(i).length());
      }
    }
    if (!headed) {
      headed = true;
      print(columns.stream().map(name -> name.toUpperCase(Locale.ROOT)).toList());
    }
    lines.forEach(this::print);
    out.flush();
  }

  /** A value as text: nothing for null, and nothing that a terminal acts on. */
  static String cell(JsonNode value) {
    if (value.isMissingNode() || value.isNull()) {
      return "";
    }
    return printable(value.isTextual() ? value.textValue() : value.toString());
  }

  /** Text from elsewhere, safe to print: what cannot be seen is escaped. */
  static String printable(String text) {
    return Quote.escaped(text);
  }

  private void print(List<String> cells) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < cells.size(); i++) {
      String cell = cells.get(i);
      line.append(i == 0 ? "" : GAP).append(cell);
      line.append(" ".repeat(widths[i] - cell.length()));
    }
    out.println(cut(line.toString().stripTrailing(), most));
  }

  /** A text of at most so many characters; one that was cut ends in an ellipsis. */
  static String cut(String text, int most) {
    return text.length() <= most ? text : text.substring(0, most - 1) + "…";
  }
}
