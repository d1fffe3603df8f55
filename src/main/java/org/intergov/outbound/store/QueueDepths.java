package org.intergov.outbound.store;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.List;

/**
 * How full the queues are. Read-only. No more rows of a queue are looked at than {@link #MOST}: who
 * sees that many knows enough, and a longer look would cost the flow.
 */
public final class QueueDepths {
  /** So many rows of a queue are counted, no more. */
  public static final int MOST = 200_000;

  private static final String SQL =
      """
      SELECT 'delivery_outbox', count(*), count(*) FILTER (WHERE q.status = 'sending'),
        (SELECT count(*) FROM (SELECT FROM delivery_outbox WHERE stage = 'held' LIMIT %1$d) h),
        extract(epoch FROM now() - min(q.created_at))
      FROM (SELECT status, created_at FROM delivery_outbox WHERE stage = 'open' LIMIT %1$d) q
      UNION ALL
      SELECT 'channel_pending', count(*), count(*) FILTER (WHERE q.locked_until > now()),
        0,
        extract(epoch FROM now() - min(q.posted_at))
      FROM (SELECT locked_until, posted_at FROM channel_pending ORDER BY message_id LIMIT %1$d) q
      UNION ALL
      SELECT 'message_updates', count(*), count(*) FILTER (WHERE q.locked_until > now()),
        (SELECT count(*) FROM (SELECT FROM message_updates WHERE parked_at IS NOT NULL LIMIT %1$d) p),
        extract(epoch FROM now() - min(q.due_at))
      FROM (SELECT locked_until, due_at FROM message_updates WHERE parked_at IS NULL LIMIT %1$d) q
      UNION ALL
      SELECT 'rejected_messages', count(*), count(*) FILTER (WHERE q.locked_until > now()),
        (SELECT count(*) FROM (SELECT FROM rejected_messages WHERE parked_at IS NOT NULL LIMIT %1$d) p),
        extract(epoch FROM now() - min(q.due_at))
      FROM (SELECT locked_until, due_at FROM rejected_messages WHERE parked_at IS NULL LIMIT %1$d) q
      UNION ALL
      SELECT 'channel_receipts', count(*), 0,
        (SELECT count(*) FROM (SELECT FROM channel_receipts WHERE due_at IS NULL LIMIT %1$d) a),
        extract(epoch FROM now() - min(q.at))
      FROM (SELECT at FROM channel_receipts WHERE due_at IS NOT NULL LIMIT %1$d) q
      """
          .formatted(MOST);

  private final Database database;

  public QueueDepths(Database database) {
    this.database = database;
  }

  /**
   * One queue.
   *
   * @param name of its table
   * @param depth rows that wait or are worked on, up to {@link #MOST}
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
