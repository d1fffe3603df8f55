package org.intergov.outbound.store.views;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.intergov.outbound.store.database.Database;

/**
 * How full the queues are. Read-only. No more rows of a queue are looked at than {@link #MOST}: who
 * sees that many knows enough, and a longer look would cost the flow.
 */
public final class QueueDepths {
  /** So many rows of a queue are counted, no more. */
  public static final int MOST = 200_000;

  private static final String LANES =
      """
      SELECT coalesce(channel_id, ''), count(*) FILTER (WHERE stage = 'open'),
        count(*) FILTER (WHERE status = 'sending'), count(*) FILTER (WHERE stage = 'held'),
        extract(epoch FROM now() - min(created_at) FILTER (WHERE stage = 'open'))
      FROM ((SELECT channel_id, stage, status, created_at
             FROM delivery_outbox WHERE stage = 'open' LIMIT %1$d)
            UNION ALL
            (SELECT channel_id, stage, status, created_at
             FROM delivery_outbox WHERE stage = 'held' LIMIT %1$d)) q
      GROUP BY 1
      """
          .formatted(MOST);

  private static final String SQL =
      """
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
   * One queue, or the part of the delivery outbox that is one channel's.
   *
   * @param name of its table, or id of the channel; empty: not routed yet
   * @param depth rows that wait or are worked on, up to {@link #MOST}
   * @param locked of those, how many a replica holds right now
   * @param stuck rows that wait for an operator, up to {@link #MOST}: held, parked or put aside.
   *     They are not in {@code depth}
   * @param oldestSeconds how long the oldest of {@code depth} has waited; 0 if there is none
   */
  public record Depth(String name, long depth, long locked, long stuck, long oldestSeconds) {
    /** Several as one. */
    public static Depth sum(String name, Collection<Depth> parts) {
      return new Depth(
          name,
          parts.stream().mapToLong(Depth::depth).sum(),
          parts.stream().mapToLong(Depth::locked).sum(),
          parts.stream().mapToLong(Depth::stuck).sum(),
          parts.stream().mapToLong(Depth::oldestSeconds).max().orElse(0));
    }
  }

  /**
   * What was read at one time.
   *
   * @param queues all of them, the delivery outbox first
   * @param lanes of the delivery outbox, by channel; one for which nothing waits has none
   */
  public record Depths(List<Depth> queues, Map<String, Depth> lanes) {}

  /** All queues. */
  public Depths read() {
    return database.statement(
        connection -> {
          Map<String, Depth> lanes = new HashMap<>();
          read(connection, LANES).forEach(lane -> lanes.put(lane.name(), lane));
          List<Depth> queues = new ArrayList<>();
          queues.add(Depth.sum("delivery_outbox", lanes.values()));
          queues.addAll(read(connection, SQL));
          return new Depths(queues, lanes);
        });
  }

  private static List<Depth> read(Connection connection, String sql) throws SQLException {
    try (PreparedStatement s = connection.prepareStatement(sql);
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
  }
}
