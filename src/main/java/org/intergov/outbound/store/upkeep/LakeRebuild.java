package org.intergov.outbound.store.upkeep;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import org.intergov.outbound.message.Message;
import org.intergov.outbound.store.database.Columns;
import org.intergov.outbound.store.database.Database;
import org.intergov.outbound.store.database.StoreException;
import org.intergov.outbound.store.database.StoreUnavailableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the lake anew from outbox, journal and their archives: entries that are missing are made,
 * entries that are older than what the journal says are corrected, all others are left alone. May
 * run beside gateways, and be repeated.
 *
 * <p>Everything is read in one snapshot of the outbox's database. {@code message_seq} is drawn just
 * before it, at a moment at which nobody is writing an update: what has a lower number is in the
 * snapshot, as a job that is still queued or by its effect. So an entry gets that number as its
 * {@code applied_seq}, and no late job of before applies to it. A message whose jobs are still
 * queued gets one that is lower than theirs: they apply to it, and are journaled then as ever. An
 * entry that a newer job has reached meanwhile is left alone. Nothing is journaled here.
 */
public final class LakeRebuild {
  private static final Logger LOG = LoggerFactory.getLogger(LakeRebuild.class);
  private static final int BATCH = 1_000;
  private static final int LOCK_TRIES = 60;

  private static final String EVENT_COLUMNS =
      "s.message_id, s.event, s.channel_id, s.channel_txn_id, s.detail";

  private final Database outbox;
  private final Database lake;

  /**
   * @param outbox a pool whose statements may take as long as they take, see {@link #patient}
   * @param lake where the lake is; may be in the same database
   */
  public LakeRebuild(Database outbox, Database lake) {
    this.outbox = outbox;
    this.lake = lake;
  }

  /** A pool for reading: sorting a large archive takes longer than anything in the flow may. */
  public static Database patient(String url, String username, String password) {
    String unlimited = url + (url.contains("?") ? "&" : "?") + "socketTimeout=0";
    return Database.connect("lake-rebuild", unlimited, username, password, 2);
  }

  /**
   * What the messages of the outbox came to.
   *
   * @param seen all of them, those whose rows have left for the archive too
   * @param missing had no entry; made, unless it was only asked for
   * @param older had an entry that was older than the journal; corrected, unless only asked for
   * @param newer the entry has an update that is not in the outbox's database: it is older than the
   *     lake; left alone
   * @param otherContent the entry of that reference is another message; left alone
   * @param refused the lake has refused what was to be written; the log says why
   */
  public record Found(
      long seen, long missing, long older, long newer, long otherContent, long refused) {
    static final Found NOTHING = new Found(0, 0, 0, 0, 0, 0);

    Found and(Found other) {
      return new Found(
          seen + other.seen,
          missing + other.missing,
          older + other.older,
          newer + other.newer,
          otherContent + other.otherContent,
          refused + other.refused);
    }
  }

  /** A message and what the lake is to show of it. */
  private static final class Entry {
    final long id;
    final Message message;
    final boolean rejected;
    final OffsetDateTime createdAt;
    final String queued;

    /** One of its queued jobs brings the entry itself. */
    final boolean comes;

    private String status = "pending";
    private String channelId;
    private String channelTxnId;
    private String reason;
    private String steeredBy = "";

    Entry(ResultSet r) throws SQLException {
      id = r.getLong(1);
      message = Columns.message(r, 2);
      rejected = "rejected".equals(r.getString(8));
      createdAt = r.getObject(9, OffsetDateTime.class);
      queued = r.getString(10);
      comes = r.getBoolean(11);
    }

    /**
     * One event of its journal, in their order. {@code confirmed} counts, not the {@code accepted}
     * that follows it: that one is written when the lake has been told, which may be after the
     * channel has taken its confirmation back.
     */
    void happened(String event, String channel, String txn, String detail) {
      switch (event) {
        case "confirmed" -> shows("accepted", channel, txn, event);
        case "resolved" -> {
          if (detail != null && detail.startsWith("delivered")) {
            shows("accepted", channel, txn, event);
          }
        }
        case "accepted" -> {
          if (steeredBy.equals("posted") && txn != null && txn.equals(channelTxnId)) {
            shows("accepted", channel, txn, event);
          }
        }
        case "unknown" -> {
          if (detail != null && detail.startsWith("the channel took its confirmation back")) {
            shows("pending", channel, txn, event);
          }
        }
        case "posted", "undeliverable", "revoked" -> shows("pending", channel, txn, event);
        case "replayed" -> {
          if (detail != null && detail.startsWith("was rejected")) {
            shows("pending", null, null, event);
          }
        }
        case "rejected" -> {
          if (rejected) {
            String why = detail == null ? null : detail.split(":", 2)[0];
            shows(
                "rejected",
                channel == null ? channelId : channel,
                txn == null ? channelTxnId : txn,
                event);
            reason = why;
          }
        }
        default -> {
          // says nothing about what the lake shows
        }
      }
    }

    private void shows(String now, String channel, String txn, String event) {
      status = now;
      channelId = channel;
      channelTxnId = txn;
      reason = null;
      steeredBy = event;
    }

    /** The journal may have gone; a rejection that is still queued comes by itself. */
    void ended() {
      if (rejected && queued == null && !status.equals("rejected")) {
        shows("rejected", channelId, channelTxnId, "");
      }
    }
  }

  /**
   * Compares, and makes right what is wrong.
   *
   * @param onlyCount changes nothing
   * @param progress is told how many messages have been seen
   * @throws StoreUnavailableException if a database could not be reached; what was made stays, and
   *     another run goes on from there
   */
  public Found run(boolean onlyCount, LongConsumer progress) {
    long seq = newestSeq();
    return outbox.statement(
        connection -> {
          connection.setAutoCommit(false);
          connection.setReadOnly(true);
          connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
          try {
            return new Walk(connection, seq, onlyCount, progress).all();
          } finally {
            connection.rollback();
            connection.setAutoCommit(true);
          }
        });
  }

  /** Waits for those who are writing updates just now; what follows is later than theirs. */
  private long newestSeq() {
    for (int left = LOCK_TRIES; ; left--) {
      try {
        return outbox.transaction(
            connection -> {
              try (Statement s = connection.createStatement()) {
                s.execute("SET LOCAL lock_timeout = '1s'");
                s.execute("LOCK TABLE message_updates, rejected_messages IN SHARE MODE");
                try (ResultSet r = s.executeQuery("SELECT nextval('message_seq')")) {
                  r.next();
                  return r.getLong(1);
                }
              }
            });
      } catch (StoreException | StoreUnavailableException e) {
        if (left == 1) {
          throw e;
        }
        LOG.debug("the queues are being written, tried again", e);
      }
    }
  }

  /** One walk through all messages, on one connection in one snapshot. */
  private final class Walk {
    private final Connection connection;
    private final long seq;
    private final boolean onlyCount;
    private final LongConsumer progress;
    private Found found = Found.NOTHING;

    Walk(Connection connection, long seq, boolean onlyCount, LongConsumer progress) {
      this.connection = connection;
      this.seq = seq;
      this.onlyCount = onlyCount;
      this.progress = progress;
    }

    Found all() throws SQLException {
      try (Statement s = connection.createStatement()) {
        // whole tables are read, once: what is wrong for the flow is right here
        s.execute(
            "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0;"
                + " SET LOCAL enable_seqscan = on; SET LOCAL enable_sort = on;"
                + " SET LOCAL enable_mergejoin = on; SET LOCAL enable_bitmapscan = on");
      }
      outbox();
      archive();
      return found;
    }

    /** A row that is held since its reference is another message's says nothing of that one. */
    private void outbox() throws SQLException {
      String sql =
          """
          SELECT o.id, o.sender, o.sender_ref, o.receiver, o.subject, o.obj, o.predicate, o.status,
            o.created_at, q.seqs, q.brings_entry
          FROM delivery_outbox o
          LEFT JOIN (
            SELECT j.message_id, string_agg(j.seq::text, ',') AS seqs,
              bool_or(j.brings_entry) AS brings_entry
            FROM (SELECT message_id, seq, patch ->> 'receiver' IS NOT NULL AS brings_entry
                  FROM message_updates
                  UNION ALL SELECT message_id, seq, false FROM rejected_messages) j
            GROUP BY j.message_id) q ON q.message_id = o.id
          WHERE o.admitted
            AND NOT (o.status = 'held' AND coalesce(o.last_error, '') LIKE
              'this reference stands in the lake already%')
          """;
      try (PreparedStatement s = connection.prepareStatement(sql)) {
        s.setFetchSize(BATCH);
        try (ResultSet r = s.executeQuery()) {
          List<Entry> batch = new ArrayList<>(BATCH);
          while (r.next()) {
            batch.add(new Entry(r));
            if (batch.size() == BATCH) {
              end(batch, Map.of());
            }
          }
          end(batch, Map.of());
        }
      }
    }

    /**
     * Of a reference that was used again the newest message counts. The archives have no index, so
     * both are sorted by message, and read side by side.
     */
    private void archive() throws SQLException {
      String messages =
          """
          SELECT * FROM (
            SELECT DISTINCT ON (a.sender, a.sender_ref) a.id, a.sender, a.sender_ref, a.receiver,
              a.subject, a.obj, a.predicate, a.status, a.created_at, NULL::text AS seqs,
              false AS brings_entry
            FROM delivery_outbox_archive a
            WHERE a.admitted AND NOT EXISTS (
              SELECT FROM delivery_outbox o
              WHERE o.sender = a.sender AND o.sender_ref = a.sender_ref
                AND NOT (o.status = 'held' AND coalesce(o.last_error, '') LIKE
                  'this reference stands in the lake already%'))
            ORDER BY a.sender, a.sender_ref, a.id DESC) newest
          ORDER BY id
          """;
      String events =
          "SELECT "
              + EVENT_COLUMNS
              + " FROM delivery_status_archive s ORDER BY s.message_id, s.seq";
      try (PreparedStatement m = connection.prepareStatement(messages);
          PreparedStatement e = connection.prepareStatement(events)) {
        m.setFetchSize(BATCH);
        e.setFetchSize(BATCH);
        try (ResultSet r = m.executeQuery();
            ResultSet archived = e.executeQuery()) {
          boolean more = archived.next();
          Map<Long, Entry> batch = new HashMap<>();
          while (r.next()) {
            Entry entry = new Entry(r);
            while (more && archived.getLong(1) < entry.id) {
              more = archived.next();
            }
            while (more && archived.getLong(1) == entry.id) {
              happened(entry, archived);
              more = archived.next();
            }
            batch.put(entry.id, entry);
            if (batch.size() == BATCH) {
              end(new ArrayList<>(batch.values()), batch);
              batch.clear();
            }
          }
          end(new ArrayList<>(batch.values()), batch);
        }
      }
    }

    private void end(List<Entry> batch, Map<Long, Entry> known) throws SQLException {
      if (batch.isEmpty()) {
        return;
      }
      Map<Long, Entry> byId = new HashMap<>(known);
      batch.forEach(e -> byId.put(e.id, e));
      String sql =
          "SELECT "
              + EVENT_COLUMNS
              + " FROM delivery_status s WHERE s.message_id = ANY (?) ORDER BY s.message_id, s.seq";
      try (PreparedStatement s = connection.prepareStatement(sql)) {
        s.setArray(1, connection.createArrayOf("int8", byId.keySet().toArray(Long[]::new)));
        try (ResultSet r = s.executeQuery()) {
          while (r.next()) {
            happened(byId.get(r.getLong(1)), r);
          }
        }
      }
      batch.forEach(Entry::ended);
      found = found.and(write(List.copyOf(batch), seq, onlyCount));
      progress.accept(found.seen());
      batch.clear();
    }
  }

  private static void happened(Entry entry, ResultSet r) throws SQLException {
    entry.happened(r.getString(2), r.getString(3), r.getString(4), r.getString(5));
  }

  /** What the lake refuses does not keep back the others. */
  private Found write(List<Entry> entries, long seq, boolean onlyCount) {
    try {
      return lake.transaction(c -> write(c, entries, seq, onlyCount));
    } catch (StoreException e) {
      if (entries.size() == 1) {
        LOG.warn("the lake refuses {}: {}", entries.get(0).message.reference(), e.getMessage());
        return new Found(1, 0, 0, 0, 0, 1);
      }
      int half = entries.size() / 2;
      return write(entries.subList(0, half), seq, onlyCount)
          .and(write(entries.subList(half, entries.size()), seq, onlyCount));
    }
  }

  /**
   * What is queued comes by itself: an entry for which there is an update that is newer than what
   * it has counts as right, and one that a queued update brings does not count as missing.
   */
  private static Found write(
      Connection connection, List<Entry> entries, long seq, boolean onlyCount) throws SQLException {
    String truth =
        """
        WITH truth AS MATERIALIZED (
          SELECT t.*, l.applied_seq, l.sender IS NOT NULL AS there,
            (l.receiver, l.subject, l.obj, l.predicate)
              IS NOT DISTINCT FROM (t.receiver, t.subject, t.obj, t.predicate) AS same_content,
            (l.status, l.channel_id, l.channel_txn_id, l.reason)
              IS NOT DISTINCT FROM (t.status, t.channel_id, t.txn, t.reason)
            OR EXISTS (SELECT FROM unnest(string_to_array(t.queued, ',')::int8[]) q
                       WHERE q > l.applied_seq) AS good,
            coalesce((SELECT min(q) FROM unnest(string_to_array(t.queued, ',')::int8[]) q) - 1, ?)
              AS below_queued
          FROM unnest(?::int8[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[],
                      ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::bool[])
            AS t (id, sender, sender_ref, receiver, subject, obj, predicate, status, channel_id, txn,
                  reason, queued, created_at, comes)
          LEFT JOIN LATERAL (
            SELECT f.* FROM message_lake f
            WHERE f.sender = t.sender AND f.sender_ref = t.sender_ref LIMIT 1) l ON true
        )""";
    String made =
        """
        , made AS (
          INSERT INTO message_lake (message_id, sender, sender_ref, receiver, subject, obj, predicate,
            status, channel_id, channel_txn_id, reason, applied_seq, created_at)
          SELECT id, sender, sender_ref, receiver, subject, obj, predicate, status, channel_id, txn,
            reason, below_queued, created_at::timestamptz
          FROM truth WHERE NOT there AND NOT comes ORDER BY sender, sender_ref
          ON CONFLICT (sender, sender_ref) DO NOTHING
          RETURNING 1
        ), corrected AS (
          UPDATE message_lake l
          SET status = t.status, channel_id = t.channel_id, channel_txn_id = t.txn,
              reason = t.reason, applied_seq = ?, updated_at = now()
          FROM (SELECT * FROM truth WHERE there AND same_content AND NOT good
                ORDER BY sender, sender_ref) t
          WHERE l.sender = ANY (ARRAY[t.sender]) AND l.sender_ref = ANY (ARRAY[t.sender_ref])
            AND l.applied_seq = t.applied_seq AND l.applied_seq <= ?
          RETURNING 1
        )
        SELECT (SELECT count(*) FROM made), (SELECT count(*) FROM corrected),
        """;
    String counted =
        """

        SELECT count(*) FILTER (WHERE NOT there AND NOT comes),
          count(*) FILTER (WHERE there AND same_content AND NOT good AND applied_seq <= ?),
        """;
    String rest =
        """
          count(*) FILTER (WHERE there AND same_content AND NOT good AND applied_seq > ?),
          count(*) FILTER (WHERE there AND NOT same_content)
        FROM truth
        """;
    try (PreparedStatement s =
        connection.prepareStatement(truth + (onlyCount ? counted : made) + rest)) {
      s.setLong(1, seq);
      int next =
          new Columns<>(connection, s, entries)
              .from(2)
              .bigint(e -> e.id)
              .message(e -> e.message)
              .text(e -> e.status)
              .text(e -> e.channelId)
              .text(e -> e.channelTxnId)
              .text(e -> e.reason)
              .text(e -> e.queued)
              .text(e -> e.createdAt.toString())
              .bool(e -> e.comes)
              .next();
      for (int i = next; i < next + (onlyCount ? 2 : 3); i++) {
        s.setLong(i, seq);
      }
      try (ResultSet r = s.executeQuery()) {
        r.next();
        return new Found(entries.size(), r.getLong(1), r.getLong(2), r.getLong(3), r.getLong(4), 0);
      }
    }
  }
}
