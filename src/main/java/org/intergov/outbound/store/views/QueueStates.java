package org.intergov.outbound.store.views;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.intergov.outbound.store.database.Database;
import org.intergov.outbound.store.database.StoreUnavailableException;

/** How much waits where, and for how long. Read-only; an index scan over unfinished rows. */
public final class QueueStates {
  private final Database database;

  public QueueStates(Database database) {
    this.database = database;
  }

  /**
   * One lane of the outbox.
   *
   * @param channelId empty: not routed yet
   * @param oldestSeconds age of the oldest waiting message
   */
  public record LaneState(String channelId, long waiting, long sending, long oldestSeconds) {}

  public List<LaneState> lanes() {
    String sql =
        """
        SELECT coalesce(channel_id, ''), count(*) FILTER (WHERE status = 'pending'),
          count(*) FILTER (WHERE status = 'sending'),
          coalesce(extract(epoch FROM now() - min(created_at)), 0)::bigint
        FROM delivery_outbox WHERE stage = 'open'
        GROUP BY 1 ORDER BY 1
        """;
    return database.statement(
        connection -> {
          try (PreparedStatement s = connection.prepareStatement(sql);
              ResultSet r = s.executeQuery()) {
            List<LaneState> lanes = new ArrayList<>();
            while (r.next()) {
              lanes.add(new LaneState(r.getString(1), r.getLong(2), r.getLong(3), r.getLong(4)));
            }
            return lanes;
          }
        });
  }

  /**
   * How many messages wait or are being sent, in all lanes; counts no further than to {@code most}.
   */
  public long waiting(long most) {
    String sql =
        """
        SELECT count(*)
        FROM (SELECT FROM delivery_outbox WHERE stage = 'open' LIMIT ?) w
        """;
    return database.statement(
        connection -> {
          try (PreparedStatement s = connection.prepareStatement(sql)) {
            s.setLong(1, most);
            try (ResultSet r = s.executeQuery()) {
              r.next();
              return r.getLong(1);
            }
          }
        });
  }

  /** Held deliveries by channel; empty: no channel. */
  public List<LaneState> held() {
    String sql =
        """
        SELECT coalesce(channel_id, ''), count(*), 0,
          coalesce(extract(epoch FROM now() - min(updated_at)), 0)::bigint
        FROM delivery_outbox WHERE stage = 'held'
        GROUP BY 1 ORDER BY 1
        """;
    return database.statement(
        connection -> {
          try (PreparedStatement s = connection.prepareStatement(sql);
              ResultSet r = s.executeQuery()) {
            List<LaneState> lanes = new ArrayList<>();
            while (r.next()) {
              lanes.add(new LaneState(r.getString(1), r.getLong(2), 0, r.getLong(4)));
            }
            return lanes;
          }
        });
  }

  /**
   * How many deliveries are pending with channels that are not in the table, by channel; counts no
   * further than to {@code most} for each.
   *
   * @param known the channels of the table
   */
  public Map<String, Long> followedBeside(Collection<String> known, int most) {
    String sql =
        """
        WITH RECURSIVE channel AS (
          (SELECT channel_id AS id FROM channel_pending ORDER BY channel_id LIMIT 1)
          UNION ALL
          SELECT (SELECT p.channel_id FROM channel_pending p
                  WHERE p.channel_id > channel.id ORDER BY p.channel_id LIMIT 1)
          FROM channel WHERE channel.id IS NOT NULL
        )
        SELECT id, (SELECT count(*) FROM (SELECT FROM channel_pending p
                                          WHERE p.channel_id = channel.id LIMIT ?) n)
        FROM channel WHERE id IS NOT NULL AND id <> ALL (?::text[])
        """;
    return database.statement(
        connection -> {
          try (PreparedStatement s = connection.prepareStatement(sql)) {
            s.setInt(1, most);
            s.setArray(2, connection.createArrayOf("text", known.toArray()));
            try (ResultSet r = s.executeQuery()) {
              Map<String, Long> followed = new TreeMap<>();
              while (r.next()) {
                followed.put(r.getString(1), r.getLong(2));
              }
              return followed;
            }
          }
        });
  }

  /**
   * Why nothing can be stored now; empty: the server answers, and takes writes as far as it has
   * said lately.
   */
  public Optional<String> trouble() {
    try {
      boolean readOnly =
          database.statement(
              connection -> {
                try (PreparedStatement s =
                        connection.prepareStatement("SHOW transaction_read_only");
                    ResultSet r = s.executeQuery()) {
                  return r.next() && r.getString(1).equals("on");
                }
              });
      return readOnly ? Optional.of("the database is read-only") : database.writeTrouble();
    } catch (StoreUnavailableException e) {
      return Optional.of(e.words());
    }
  }
}
