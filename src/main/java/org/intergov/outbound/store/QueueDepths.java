package org.intergov.outbound.store;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.List;

/** How full the queues are. Read-only; reads all unfinished rows, so not to be asked too often. */
public final class QueueDepths {
  private static final String SQL =
      """
      SELECT 'delivery_outbox', count(*), count(*) FILTER (WHERE status = 'sending'),
        (SELECT count(*) FROM delivery_outbox WHERE stage = 'held'),
        extract(epoch FROM now() - min(created_at))
      FROM delivery_outbox WHERE stage = 'open'
      UNION ALL
      SELECT 'channel_pending', count(*), count(*) FILTER (WHERE locked_until > now()), 0,
        extract(epoch FROM now() - min(posted_at))
      FROM channel_pending
      UNION ALL
      SELECT 'message_updates', count(*) FILTER (WHERE parked_at IS NULL),
        count(*) FILTER (WHERE locked_until > now()), count(parked_at),
        extract(epoch FROM now() - min(due_at) FILTER (WHERE parked_at IS NULL))
      FROM message_updates
      UNION ALL
      SELECT 'rejected_messages', count(*) FILTER (WHERE parked_at IS NULL),
        count(*) FILTER (WHERE locked_until > now()), count(parked_at),
        extract(epoch FROM now() - min(due_at) FILTER (WHERE parked_at IS NULL))
      FROM rejected_messages
      UNION ALL
      SELECT 'channel_receipts', count(*), 0,
        (SELECT count(*) FROM channel_receipts WHERE due_at IS NULL),
        extract(epoch FROM now() - min(at))
      FROM channel_receipts WHERE due_at IS NOT NULL
      """;

  private final Database database;

  public QueueDepths(Database database) {
    this.database = database;
  }

  /**
   * One queue.
   *
   * @param name of its table
   * @param depth rows that wait or are worked on
   * @param locked of those, how many a replica holds right now
   * @param stuck rows beside those that wait for an operator: held, parked or put aside
   * @param oldestSeconds how long the oldest of them has waited; 0 if there is none
   */
  public record Depth(String name, long depth, long locked, long stuck, long oldestSeconds) {}

  /** All queues. */
  public List<Depth> read() {
    return database.statement(
        connection -> {
          try (PreparedStatement s = connection.prepareStatement(SQL);
              ResultSet r = s.executeQuery()) {
            List<Depth> depths = new ArrayList<>();
            while (r.next()) {
              depths.add(
                  new Depth(
                      r.getString(1),
                      r.getLong(2),
                      r.getLong(3),
                      r.getLong(4),
                      Math.max(0, Math.round(r.getDouble(5)))));
            }
            return depths;
          }
        });
  }
}
