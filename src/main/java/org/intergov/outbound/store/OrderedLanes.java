package org.intergov.outbound.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.intergov.outbound.delivery.Delivery;
import org.intergov.outbound.store.DeliveryOutbox.LaneSlots;
import org.intergov.outbound.store.database.Columns;
import org.intergov.outbound.store.database.Database;
import org.intergov.outbound.store.database.LeaseTokens;

/**
 * The lanes of channels with {@code ordering: subject}: of each subject only the first that is not
 * finished may go, by the order of ids. Thread-safe.
 *
 * <p>What is claimed is marked {@code in_order}, and so is what has to wait for an earlier one; the
 * latter gets its {@code expires_at} as {@code due_at}, so a claim does not meet it again before it
 * expires. Whoever finishes the earlier one, or moves it to another lane, makes the next one due in
 * the same transaction. Claims and settlements of one lane take turns, by a lock that goes with the
 * transaction.
 */
public final class OrderedLanes {
  /** First key of the lane's lock; the second one is a hash of its channel. */
  private static final int LOCK = 0x6f726465;

  /** Rows that a claim looks at beyond those it takes. */
  private static final int LOOK_AHEAD = 500;

  private static final int MOST_UNROUTED = 1_000;
  private static final int SUBJECTS_AT_ONCE = 20_000;

  private static final String KEY = "hashtextextended(%s.subject, 0)";

  private final Database database;
  private final DeliveryOutbox outbox;

  /** Where a look at all subjects of a lane goes on, if it has not come to their end. */
  private final Map<String, Long> repairedTo = new ConcurrentHashMap<>();

  public OrderedLanes(Database database, DeliveryOutbox outbox) {
    this.database = database;
    this.outbox = outbox;
  }

  /**
   * Claims the first of each subject for each of the lanes, as far as it has slots. Nothing from a
   * lane that another replica is claiming from right now. Lanes in which nothing is due cost one
   * look at all of them together.
   *
   * @param token the new lease, the same for all
   */
  public List<Delivery> claim(List<LaneSlots> lanes, UUID token) {
    Set<String> due = withSomethingDue(lanes);
    List<Delivery> claimed = new ArrayList<>();
    for (LaneSlots lane : lanes) {
      if (due.contains(lane.channelId())) {
        claimed.addAll(claim(lane, token));
      }
    }
    return claimed;
  }

  private Set<String> withSomethingDue(List<LaneSlots> lanes) {
    String sql =
        """
        SELECT l.id FROM unnest(?::text[]) AS l (id)
        WHERE EXISTS (
            SELECT FROM delivery_outbox o
            WHERE coalesce(o.channel_id, '') = l.id AND o.stage = 'open' AND o.due_at <= now()
              AND (o.locked_until IS NULL OR o.locked_until <= now()))
          OR EXISTS (SELECT FROM ordered_turns t WHERE t.channel_id = l.id)
        """;
    return database.statement(
        connection -> {
          try (PreparedStatement s = connection.prepareStatement(sql)) {
            new Columns<>(connection, s, lanes).text(LaneSlots::channelId);
            try (ResultSet r = s.executeQuery()) {
              Set<String> due = new HashSet<>();
              while (r.next()) {
                due.add(r.getString(1));
              }
              return due;
            }
          }
        });
  }

  /**
   * Claims the first of each subject, as far as the lane has slots. Nothing if another replica is
   * claiming from this lane right now.
   *
   * <p>A row that is not routed yet may belong into this lane; later ones of its subject wait until
   * it is. If there are very many of them, so does everything that came later than they did.
   *
   * <p>All rows are judged before one is locked: one that somebody else has locked is not claimed,
   * but the later ones of its subject stand behind it all the same.
   *
   * @param token the new lease
   */
  public List<Delivery> claim(LaneSlots lane, UUID token) {
    String sql =
        """
        WITH unrouted AS MATERIALIZED (
          SELECT o.id, %1$s AS key FROM delivery_outbox o
          WHERE coalesce(o.channel_id, '') = '' AND o.stage = 'open' AND o.due_at <= now()
          ORDER BY o.due_at, o.id LIMIT %4$d
        ), front AS MATERIALIZED (
          SELECT o.id, o.due_at, %1$s AS key,
            (o.status = 'pending' OR %7$s) AND o.expires_at > now() AS waits_its_turn
          FROM delivery_outbox o
          WHERE coalesce(o.channel_id, '') = ? AND o.stage = 'open' AND o.due_at <= now()
            AND (o.locked_until IS NULL OR o.locked_until <= now())
            AND NOT EXISTS (SELECT FROM channel_state c
                            WHERE c.channel_id = ? AND c.paused_at IS NOT NULL)
          ORDER BY o.due_at, o.id LIMIT ?
        ), judged AS MATERIALIZED (
          SELECT f.id, f.due_at,
            f.waits_its_turn AND (
              f.id > min(f.id) OVER (PARTITION BY f.key)
              OR EXISTS (SELECT FROM delivery_outbox b
                         WHERE b.channel_id = ? AND %2$s = f.key AND b.id < f.id
                           AND b.in_order AND b.stage <> 'done')) AS is_behind,
            f.waits_its_turn AND f.id > least(
              (SELECT min(u.id) FROM unrouted u WHERE u.key = f.key),
              (SELECT min(u.id) FROM unrouted u HAVING count(*) = %4$d)) AS is_early
          FROM front f
        ), picked AS MATERIALIZED (
          SELECT p.place, p.found
          FROM (SELECT j.id FROM judged j WHERE NOT j.is_behind AND j.is_early IS NOT TRUE
                ORDER BY j.due_at, j.id LIMIT ?) j
          CROSS JOIN LATERAL (
            SELECT o.ctid AS place, %5$s FROM delivery_outbox o
            WHERE o.id = j.id AND o.channel_id = ? AND o.stage = 'open'
              AND (o.locked_until IS NULL OR o.locked_until <= now())
            LIMIT 1 FOR UPDATE SKIP LOCKED) p
        ), put_behind AS MATERIALIZED (
          SELECT p.place FROM judged j
          CROSS JOIN LATERAL (
            SELECT o.ctid AS place FROM delivery_outbox o
            WHERE o.id = j.id AND o.channel_id = ? AND (o.status = 'pending' OR %7$s)
            LIMIT 1 FOR UPDATE SKIP LOCKED) p
          WHERE j.is_behind
        ), behind AS (
          UPDATE delivery_outbox o
          SET in_order = true, due_at = o.expires_at, status = 'pending', locked_until = NULL
          FROM put_behind WHERE o.ctid = put_behind.place
        )
        %6$s, in_order = true
        FROM picked WHERE o.ctid = picked.place
        %3$s"""
            .formatted(
                KEY.formatted("o"),
                KEY.formatted("b"),
                DeliveryOutbox.CLAIMED,
                MOST_UNROUTED,
                DeliveryOutbox.FOUND,
                DeliveryOutbox.CLAIM.formatted("?::uuid", "?::uuid", "?"),
                LeaseTokens.IS_DECIDING);
    UUID first = lane.decides() ? LeaseTokens.deciding(token) : token;
    DeliveryOutbox.Claimed claimed =
        database.transaction(
            connection -> {
              if (!isOurTurn(connection, lane.channelId())) {
                return new DeliveryOutbox.Claimed(List.of(), List.of());
              }
              letGoOf(connection, lane.channelId());
              try (PreparedStatement s = connection.prepareStatement(sql)) {
                s.setString(1, lane.channelId());
                s.setString(2, lane.channelId());
                s.setInt(3, lane.slots() + LOOK_AHEAD);
                s.setString(4, lane.channelId());
                s.setInt(5, lane.slots());
                s.setString(6, lane.channelId());
                s.setString(7, lane.channelId());
                s.setString(8, first.toString());
                s.setString(9, LeaseTokens.again(token).toString());
                s.setLong(10, lane.lease().toMillis());
                return DeliveryOutbox.readClaimed(s);
              }
            });
    return outbox.admitted(claimed);
  }

  /** For the rest of this transaction nobody else claims from the lane, or settles in it. */
  static boolean isOurTurn(Connection connection, String lane) throws SQLException {
    String sql = "SELECT pg_try_advisory_xact_lock(" + LOCK + ", hashtext(?))";
    try (PreparedStatement s = connection.prepareStatement(sql)) {
      s.setString(1, lane);
      try (ResultSet r = s.executeQuery()) {
        return r.next() && r.getBoolean(1);
      }
    }
  }

  /** A subject of a lane of which one was finished or moved. */
  record Turn(String channelId, String subject) {
    static Turn of(Delivery d) {
      return new Turn(d.channelId(), d.message().subject());
    }
  }

  /**
   * Makes the next of each subject due, after others have been finished or moved in the same
   * transaction. While somebody else claims from a lane, one that is just being finished may be
   * taken for unfinished there; then the next claim from this lane does it (table {@code
   * ordered_turns}). Nothing here waits for a lane.
   */
  static void letNextGo(Connection connection, List<Turn> gone) throws SQLException {
    if (gone.isEmpty()) {
      return;
    }
    Set<String> ours = ourTurns(connection, gone);
    List<Turn> later = gone.stream().filter(t -> !ours.contains(t.channelId())).toList();
    if (!later.isEmpty()) {
      String sql =
          "INSERT INTO ordered_turns (channel_id, subject) SELECT * FROM unnest(?::text[],"
              + " ?::text[])";
      try (PreparedStatement s = connection.prepareStatement(sql)) {
        new Columns<>(connection, s, later).text(Turn::channelId).text(Turn::subject);
        s.executeUpdate();
      }
    }
    wakeNext(connection, gone.stream().filter(t -> ours.contains(t.channelId())).toList());
  }

  /** What was left to be done here while somebody was claiming. To be called by who claims now. */
  private static void letGoOf(Connection connection, String lane) throws SQLException {
    String sql = "DELETE FROM ordered_turns WHERE channel_id = ? RETURNING channel_id, subject";
    List<Turn> gone = new ArrayList<>();
    try (PreparedStatement s = connection.prepareStatement(sql)) {
      s.setString(1, lane);
      try (ResultSet r = s.executeQuery()) {
        while (r.next()) {
          gone.add(new Turn(r.getString(1), r.getString(2)));
        }
      }
    }
    wakeNext(connection, gone);
  }

  private static void wakeNext(Connection connection, List<Turn> gone) throws SQLException {
    if (gone.isEmpty()) {
      return;
    }
    String sql =
        """
        WITH gone AS MATERIALIZED (
          SELECT DISTINCT u.lane, %1$s AS key FROM unnest(?::text[], ?::text[]) AS u (lane, subject)
        ), next AS MATERIALIZED (
          SELECT n.place FROM gone g
          CROSS JOIN LATERAL (
            SELECT o.ctid AS place, o.status, o.due_at, o.expires_at FROM delivery_outbox o
            WHERE o.channel_id = g.lane AND %2$s = g.key AND o.in_order AND o.stage <> 'done'
            ORDER BY o.id LIMIT 1) n
          WHERE n.status = 'pending' AND n.due_at = n.expires_at
        )
        UPDATE delivery_outbox o SET due_at = least(now(), o.due_at)
        FROM next WHERE o.ctid = next.place
        """
            .formatted(KEY.formatted("u"), KEY.formatted("o"));
    try (PreparedStatement s = connection.prepareStatement(sql)) {
      new Columns<>(connection, s, gone).text(Turn::channelId).text(Turn::subject);
      s.executeUpdate();
    }
  }

  /** Those of the lanes from which nobody else claims for the rest of this transaction. */
  private static Set<String> ourTurns(Connection connection, List<Turn> gone) throws SQLException {
    String sql =
        "SELECT u.id FROM unnest(?::text[]) AS u (id)"
            + " WHERE pg_try_advisory_xact_lock("
            + LOCK
            + ", hashtext(u.id))";
    try (PreparedStatement s = connection.prepareStatement(sql)) {
      s.setArray(
          1,
          connection.createArrayOf(
              "text", gone.stream().map(Turn::channelId).distinct().toArray(String[]::new)));
      try (ResultSet r = s.executeQuery()) {
        Set<String> ours = new HashSet<>();
        while (r.next()) {
          ours.add(r.getString(1));
        }
        return ours;
      }
    }
  }

  /**
   * Makes due what nobody will: the first of a subject that still waits as if it were behind
   * another, since that one was taken away by other means than a settlement. Of very many subjects
   * it looks at some, and at the others when it is called next.
   *
   * @return how many are due now
   */
  public int repair(String lane) {
    String sql =
        """
        WITH RECURSIVE head AS (
          (SELECT %1$s AS key, o.id, 1 AS n FROM delivery_outbox o
           WHERE o.channel_id = ? AND %1$s > ? AND o.in_order AND o.stage <> 'done'
           ORDER BY o.channel_id, %1$s, o.id LIMIT 1)
          UNION ALL
          SELECT n.key, n.id, h.n + 1 FROM head h
          CROSS JOIN LATERAL (
            SELECT %1$s AS key, o.id FROM delivery_outbox o
            WHERE o.channel_id = ? AND %1$s > h.key AND o.in_order AND o.stage <> 'done'
            ORDER BY o.channel_id, %1$s, o.id LIMIT 1) n
          WHERE h.n < %2$d
        ), asleep AS (
          UPDATE delivery_outbox o SET due_at = now()
          FROM head h
          WHERE o.id = ANY (ARRAY[h.id]) AND o.status = 'pending' AND o.due_at = o.expires_at
            AND o.due_at > now()
          RETURNING o.id
        )
        SELECT (SELECT count(*) FROM asleep), (SELECT h.key FROM head h WHERE h.n = %2$d)
        """
            .formatted(KEY.formatted("o"), SUBJECTS_AT_ONCE);
    return database.transaction(
        connection -> {
          if (!isOurTurn(connection, lane)) {
            return 0;
          }
          try (PreparedStatement s = connection.prepareStatement(sql)) {
            s.setString(1, lane);
            s.setLong(2, repairedTo.getOrDefault(lane, Long.MIN_VALUE));
            s.setString(3, lane);
            try (ResultSet r = s.executeQuery()) {
              r.next();
              long last = r.getLong(2);
              if (r.wasNull()) {
                repairedTo.remove(lane);
              } else {
                repairedTo.put(lane, last);
              }
              return r.getInt(1);
            }
          }
        });
  }

  /**
   * Lets go what still waits for its turn in lanes that have no order any more.
   *
   * @return how many are due now
   */
  public int release(Collection<String> lanes) {
    String sql =
        """
        UPDATE delivery_outbox o
        SET in_order = false, due_at = CASE WHEN o.due_at = o.expires_at THEN now() ELSE o.due_at END
        WHERE o.channel_id = ANY (?) AND o.in_order AND o.stage <> 'done' AND o.status = 'pending'
        """;
    return database.statement(
        connection -> {
          try (PreparedStatement s = connection.prepareStatement(sql)) {
            s.setArray(1, connection.createArrayOf("text", lanes.toArray()));
            return s.executeUpdate();
          }
        });
  }
}
