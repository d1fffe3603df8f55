package org.intergov.outbound.store.database;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.intergov.outbound.message.Message;

/**
 * Hands rows to a statement as columns: one array parameter each, to be unnested. One round trip
 * whatever the number of rows, and one statement text.
 */
public final class Columns<T> {
  private final Connection connection;
  private final PreparedStatement statement;
  private final List<T> rows;
  private int next = 1;

  public Columns(Connection connection, PreparedStatement statement, List<T> rows) {
    this.connection = connection;
    this.statement = statement;
    this.rows = rows;
  }

  /** Starts at another parameter than the first. */
  public Columns<T> from(int parameter) {
    next = parameter;
    return this;
  }

  public Columns<T> text(Function<T, String> column) throws SQLException {
    return array("text", new String[rows.size()], column);
  }

  /** The six message columns, in the order of the table. */
  public Columns<T> message(Function<T, Message> of) throws SQLException {
    return text(row -> of.apply(row).sender())
        .text(row -> of.apply(row).senderRef())
        .text(row -> of.apply(row).receiver())
        .text(row -> of.apply(row).subject())
        .text(row -> of.apply(row).obj())
        .text(row -> of.apply(row).predicate());
  }

  public Columns<T> bigint(Function<T, Long> column) throws SQLException {
    return array("int8", new Long[rows.size()], column);
  }

  public Columns<T> integer(Function<T, Integer> column) throws SQLException {
    return array("int4", new Integer[rows.size()], column);
  }

  public Columns<T> bool(Function<T, Boolean> column) throws SQLException {
    return array("bool", new Boolean[rows.size()], column);
  }

  public Columns<T> uuid(Function<T, UUID> column) throws SQLException {
    return array("uuid", new UUID[rows.size()], column);
  }

  /** An array of the element's own type is sent in binary; one of objects would be text. */
  private <E> Columns<T> array(String type, E[] values, Function<T, E> column) throws SQLException {
    for (int i = 0; i < values.length; i++) {
      values[i] = column.apply(rows.get(i));
    }
    statement.setArray(next++, connection.createArrayOf(type, values));
    return this;
  }

  /** The index of the first parameter after the columns. */
  public int next() {
    return next;
  }

  /** The six message columns of a row, in the order of the table, the first at {@code from}. */
  public static Message message(ResultSet r, int from) throws SQLException {
    return new Message(
        r.getString(from),
        r.getString(from + 1),
        r.getString(from + 2),
        r.getString(from + 3),
        r.getString(from + 4),
        r.getString(from + 5));
  }

  /**
   * Text as PostgreSQL can hold it: no NUL, no half of a surrogate pair, and not longer than {@code
   * most} characters.
   */
  public static String clean(String text, int most) {
    if (text == null) {
      return null;
    }
    StringBuilder kept = new StringBuilder(Math.min(text.length(), most));
    text.codePoints()
        .limit(most)
        .forEach(
            c -> {
              boolean bad = c < 0x20 || c == 0x7f || (c >= 0xd800 && c <= 0xdfff);
              kept.appendCodePoint(bad ? ' ' : c);
            });
    return kept.toString();
  }
}
