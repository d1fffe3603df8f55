package org.intergov.outbound.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import org.intergov.outbound.delivery.JournalEntry;
import org.intergov.outbound.message.Message;
import org.intergov.outbound.store.database.Columns;
import org.intergov.outbound.store.database.Database;

/** Table {@code delivery_status}: the append-only journal. Thread-safe. */
public final class DeliveryStatusJournal {
  private static final int MOST_DETAIL = 1_000;
  private final Database database;

  public DeliveryStatusJournal(Database database) {
    this.database = database;
  }

  /** An event as it stands in the journal. */
  public record Recorded(
      long seq,
      Instant at,
      String event,
      String channelId,
      String channelTxnId,
      Integer attempt,
      String detail) {}

  /** One row to be written. */
  public record Line(long messageId, String sender, String senderRef, JournalEntry entry) {
    static Line of(long messageId, Message message, JournalEntry entry) {
      return new Line(messageId, message.sender(), message.senderRef(), entry);
    }
  }

  /** Appends, in order, inside the caller's transaction. */
  public static void append(Connection connection, List<Line> lines) throws SQLException {
    if (lines.isEmpty()) {
      return;
    }
    String sql =
        """
        INSERT INTO delivery_status
          (message_id, sender, sender_ref, event, channel_id, channel_txn_id, attempt, detail)
        SELECT * FROM unnest(?::int8[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[],
                             ?::int4[], ?::text[])
        """;
    try (PreparedStatement s = connection.prepareStatement(sql)) {
      new Columns<>(connection, s, lines)
          .bigint(Line::messageId)
          .text(Line::sender)
          .text(Line::senderRef)
          .text(l -> l.entry().event().word())
          .text(l -> l.entry().channelId())
          .text(l -> l.entry().channelTxnId())
          .integer(l -> l.entry().attempt())
          .text(l -> Columns.clean(l.entry().detail(), MOST_DETAIL));
      s.executeUpdate();
    }
  }

  /** All events of a message, oldest first. */
  public List<Recorded> of(long messageId) {
    String sql =
        """
        SELECT seq, at, event, channel_id, channel_txn_id, attempt, detail
        FROM delivery_status WHERE message_id = ? ORDER BY seq
        """;
    return database.statement(
        connection -> {
          try (PreparedStatement s = connection.prepareStatement(sql)) {
            s.setLong(1, messageId);
            try (ResultSet r = s.executeQuery()) {
              List<Recorded> events = new ArrayList<>();
              while (r.next()) {
                events.add(
                    new Recorded(
                        r.getLong(1),
                        r.getObject(2, OffsetDateTime.class).toInstant(),
                        r.getString(3),
                        r.getString(4),
                        r.getString(5),
                        (Integer) r.getObject(6),
                        r.getString(7)));
              }
              return events;
            }
          }
        });
  }
}
