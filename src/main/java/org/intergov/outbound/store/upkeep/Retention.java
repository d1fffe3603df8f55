package org.intergov.outbound.store.upkeep;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import org.intergov.outbound.store.database.Database;
import org.intergov.outbound.store.database.StoreUnavailableException;

/**
 * Lets finished rows leave {@code delivery_outbox} and {@code delivery_status}, a batch at a time,
 * into {@code delivery_outbox_archive} and {@code delivery_status_archive} or for good.
 *
 * <p>A walk goes along a primary key, from the smallest key on. Each batch is one short transaction
 * that waits for nobody: a row that somebody else has locked stays until the next walk. One replica
 * at a time works on a batch; what another one does meanwhile is harmless, so a replica that dies
 * or freezes keeps the others back for as long as the server keeps its transaction, no longer.
 * Thread-safe.
 */
public final class Retention {
  private static final int BATCH_ROWS = 1_000;

  /**
   * The queues towards the lake have no index by message and are read whole. With more in them than
   * this the lake is away, and retention can wait.
   */
  private static final int MOST_QUEUED = 10_000;

  private static final String MESSAGE = "id, sender, sender_ref, receiver, subject, obj, predicate";
  private static final String OUTBOX_COLUMNS =
      MESSAGE
          + ", status, channel_id, refused_by, generation, attempts, unknowns, due_at,"
          + " locked_until, lock_token, expires_at, last_error, admitted, created_at, updated_at";
  private static final String JOURNAL_COLUMNS =
      "seq, message_id, sender, sender_ref, at, event, channel_id, channel_txn_id, attempt, detail,"
          + " xact";

  private final Database database;
  private final Policy policy;
  private final int batchRows;

  public Retention(Database database, Policy policy) {
    this(database, policy, BATCH_ROWS);
  }

  public Retention(Database database, Policy policy, int batchRows) {
    this.database = database;
    this.policy = policy;
    this.batchRows = batchRows;
  }

  /**
   * How long rows stay.
   *
   * @param outbox finished outbox rows, since they were last changed
   * @param journal journal rows, since they were written; empty: for ever
   * @param archive whether they are moved to the archive tables or deleted
   */
  public record Policy(Duration outbox, Optional<Duration> journal, boolean archive) {}

  /** Whether a walk goes on. */
  public enum Next {
    /** There may be more behind the cursor. */
    MORE,
    /** All that is old enough has been seen. */
    END,
    /** Another replica is at it; nothing was done. */
    ANOTHER_REPLICA,
    /** Too much waits for the lake to see what is still needed; nothing was done. */
    QUEUES_TOO_LONG
  }

  /**
   * What a batch came to.
   *
   * @param cursor where the next batch begins
   * @param left how many rows have left the table
   */
  public record Batch(Next next, long cursor, int left) {}

  /**
   * Looks at the next outbox rows and lets those go that nothing needs: accepted or rejected,
   * admitted, so that the lake knows their reference, old enough, not followed by the poller, and
   * with no update or rejection on its way to the lake.
   *
   * <p>The queues are read along their keys ({@code seq > 0}): one that was long once is short
   * again, but still a large file.
   *
   * @param cursor 0, or that of the batch before
   * @throws StoreUnavailableException if the database could not be reached; nothing was done
   */
  public Batch outbox(long cursor) {
    String sql =
        """
        WITH walked AS MATERIALIZED (
          SELECT o.id AS key, o.created_at < now() - ? * interval '1 millisecond' AS old
          FROM delivery_outbox o WHERE o.id > ? ORDER BY o.id LIMIT ?
        ), queued AS MATERIALIZED (
          SELECT m.message_id FROM message_updates m WHERE m.seq > 0
          UNION ALL
          SELECT m.message_id FROM rejected_messages m WHERE m.seq > 0
          LIMIT ?
        ), followed AS MATERIALIZED (
          SELECT p.message_id FROM channel_pending p
          WHERE p.message_id = ANY (ARRAY(SELECT key FROM walked WHERE old))
        ), finished AS MATERIALIZED (
          SELECT o.id FROM delivery_outbox o
          WHERE o.id = ANY (ARRAY(SELECT key FROM walked WHERE old))
            AND o.status IN ('accepted', 'rejected') AND o.admitted
            AND o.updated_at < now() - ? * interval '1 millisecond'
            AND o.id NOT IN (SELECT message_id FROM followed)
            AND o.id NOT IN (SELECT message_id FROM queued)
            AND (SELECT count(*) FROM queued) <= ?
          FOR UPDATE SKIP LOCKED
        ), gone AS (
          DELETE FROM delivery_outbox o WHERE o.id = ANY (ARRAY(SELECT id FROM finished))
          RETURNING o.*
        )%s
        SELECT count(*), coalesce(max(key), 0), coalesce(bool_or(old), false),
          (SELECT count(*) FROM gone), (SELECT count(*) FROM queued)
        FROM walked
        """
            .formatted(archived("delivery_outbox", OUTBOX_COLUMNS));
    long ageMillis = policy.outbox().toMillis();
    return batch(
        connection -> {
          try (PreparedStatement s = connection.prepareStatement(sql)) {
            s.setLong(1, ageMillis);
            s.setLong(2, cursor);
            s.setInt(3, batchRows);
            s.setInt(4, MOST_QUEUED + 1);
            s.setLong(5, ageMillis);
            s.setInt(6, MOST_QUEUED);
            return read(s);
          }
        });
  }

  /**
   * Looks at the next journal rows and lets those go that are old enough and whose message has left
   * the outbox: while it is there its story stays whole.
   *
   * @param cursor 0, or that of the batch before
   * @throws StoreUnavailableException if the database could not be reached; nothing was done
   */
  public Batch journal(long cursor) {
    if (policy.journal().isEmpty()) {
      return new Batch(Next.END, cursor, 0);
    }
    String sql =
        """
        WITH walked AS MATERIALIZED (
          SELECT s.seq AS key, s.message_id, s.at < now() - ? * interval '1 millisecond' AS old
          FROM delivery_status s WHERE s.seq > ? ORDER BY s.seq LIMIT ?
        ), needed AS MATERIALIZED (
          SELECT o.id FROM delivery_outbox o
          WHERE o.id = ANY (ARRAY(SELECT message_id FROM walked WHERE old))
        ), gone AS (
          DELETE FROM delivery_status s
          WHERE s.seq = ANY (ARRAY(
            SELECT key FROM walked WHERE old AND message_id NOT IN (SELECT id FROM needed)))
          RETURNING s.*
        )%s
        SELECT count(*), coalesce(max(key), 0), coalesce(bool_or(old), false),
          (SELECT count(*) FROM gone), 0
        FROM walked
        """
            .formatted(archived("delivery_status", JOURNAL_COLUMNS));
    return batch(
        connection -> {
          try (PreparedStatement s = connection.prepareStatement(sql)) {
            s.setLong(1, policy.journal().get().toMillis());
            s.setLong(2, cursor);
            s.setInt(3, batchRows);
            return read(s);
          }
        });
  }

  private String archived(String table, String columns) {
    return policy.archive()
        ? """
          , archived AS (
            INSERT INTO %1$s_archive (%2$s) SELECT %2$s FROM gone
          )"""
            .formatted(table, columns)
        : "";
  }

  private Batch batch(Database.Work<Batch> work) {
    return database.transaction(
        connection ->
            isOurTurn(connection) ? work.in(connection) : new Batch(Next.ANOTHER_REPLICA, 0, 0));
  }

  /** The lock goes with the transaction, however that ends. */
  private static boolean isOurTurn(Connection connection) throws SQLException {
    String sql = "SELECT pg_try_advisory_xact_lock(hashtextextended('intergov.retention', 0))";
    try (PreparedStatement s = connection.prepareStatement(sql);
        ResultSet r = s.executeQuery()) {
      return r.next() && r.getBoolean(1);
    }
  }

  /**
   * The walk ends with a batch that has nothing old in it, not at the first row that is young: keys
   * are drawn before transactions commit, and a clock may have been wrong once.
   */
  private Batch read(PreparedStatement s) throws SQLException {
    try (ResultSet r = s.executeQuery()) {
      r.next();
      boolean more = r.getInt(1) == batchRows && r.getBoolean(3);
      Next next = r.getLong(5) > MOST_QUEUED ? Next.QUEUES_TOO_LONG : more ? Next.MORE : Next.END;
      return new Batch(next, r.getLong(2), r.getInt(4));
    }
  }
}
