package org.intergov.outbound.store;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.intergov.outbound.delivery.Event;
import org.intergov.outbound.delivery.JournalEntry;
import org.intergov.outbound.message.Message;
import org.intergov.outbound.store.database.Columns;
import org.intergov.outbound.store.database.Database;

/**
 * Updates and rejections that the lake did not take after many tries: they are parked until an
 * operator lets them go again. Thread-safe.
 */
public final class ParkedRows {
  /** The tables that may hold some; nothing else gets into a statement. */
  public static final List<String> QUEUES = List.of("message_updates", "rejected_messages");

  private final Database database;

  public ParkedRows(Database database) {
    this.database = database;
  }

  /** One parked row. */
  public record Parked(
      String queue, long seq, String reference, int attempts, String lastError, Instant parkedAt) {}

  /**
   * The oldest ones of both queues.
   *
   * @param after the {@code seq} of the last one of the page before; {@code seq} is unique over
   *     both
   */
  public List<Parked> page(long after, int limit) {
    String sql =
        """
        SELECT 'message_updates', seq, sender || ':' || sender_ref, attempts, last_error, parked_at
        FROM message_updates WHERE parked_at IS NOT NULL AND seq > ?
        UNION ALL
        SELECT 'rejected_messages', seq, sender || ':' || sender_ref, attempts, last_error, parked_at
        FROM rejected_messages WHERE parked_at IS NOT NULL AND seq > ?
        ORDER BY 2 LIMIT ?
        """;
    return database.statement(
        connection -> {
          try (PreparedStatement s = connection.prepareStatement(sql)) {
            s.setLong(1, after);
            s.setLong(2, after);
            s.setInt(3, limit);
            try (ResultSet r = s.executeQuery()) {
              List<Parked> parked = new ArrayList<>();
              while (r.next()) {
                parked.add(
                    new Parked(
                        r.getString(1),
                        r.getLong(2),
                        r.getString(3),
                        r.getInt(4),
                        r.getString(5),
                        r.getObject(6, OffsetDateTime.class).toInstant()));
              }
              return parked;
            }
          }
        });
  }

  /**
   * Lets one go again, with its tries counted from the start.
   *
   * @param who for the journal
   * @return its message's reference; empty if nothing of that number is parked
   */
  public Optional<String> again(String queue, long seq, String who) {
    if (!QUEUES.contains(queue)) {
      return Optional.empty();
    }
    String sql =
        """
        WITH again AS (
          UPDATE %s SET parked_at = NULL, attempts = 0, due_at = now(), locked_until = NULL
          WHERE seq = ? AND parked_at IS NOT NULL
          RETURNING message_id)
        SELECT o.id, o.sender, o.sender_ref, o.receiver, o.subject, o.obj, o.predicate
        FROM again a JOIN delivery_outbox o ON o.id = a.message_id
        """
            .formatted(queue);
    return database.transaction(
        connection -> {
          try (PreparedStatement s = connection.prepareStatement(sql)) {
            s.setLong(1, seq);
            try (ResultSet r = s.executeQuery()) {
              if (!r.next()) {
                return Optional.empty();
              }
              Message message = Columns.message(r, 2);
              String detail = "the parked row %d of %s; by %s".formatted(seq, queue, who);
              JournalEntry entry = new JournalEntry(Event.REPLAYED, null, null, null, detail);
              DeliveryStatusJournal.append(
                  connection, List.of(DeliveryStatusJournal.Line.of(r.getLong(1), message, entry)));
              return Optional.of(message.reference());
            }
          }
        });
  }
}
