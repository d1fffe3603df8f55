package org.intergov.outbound.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.intergov.outbound.store.database.Columns;

/** What the two queues towards the lake share. */
final class QueueRows {
  private static final int LEASE_SECONDS = 60;
  private static final int MOST_ATTEMPTS = 10;

  private QueueRows() {}

  /** Reads one claimed row; its columns are those that were asked for. */
  interface Row<T> {
    T read(ResultSet r, UUID token) throws SQLException;
  }

  /**
   * Claims due jobs, oldest first.
   *
   * @param columns what is read of each row, with the table named {@code m}
   * @param token of the lease
   * @return in the order of their seq
   */
  static <T> List<T> claim(
      Connection connection, String table, String columns, int most, UUID token, Row<T> row)
      throws SQLException {
    String sql =
        """
        WITH picked AS MATERIALIZED (
          SELECT ctid AS place FROM %1$s
          WHERE parked_at IS NULL AND due_at <= now()
          ORDER BY due_at, seq LIMIT ? FOR UPDATE SKIP LOCKED
        ), claimed AS (
          UPDATE %1$s m
          SET lock_token = ?::uuid, locked_until = now() + %2$d * interval '1 second',
              due_at = now() + %2$d * interval '1 second'
          FROM picked WHERE m.ctid = picked.place
          RETURNING m.*
        )
        SELECT %3$s FROM claimed m ORDER BY m.seq
        """
            .formatted(table, LEASE_SECONDS, columns);
    try (PreparedStatement s = connection.prepareStatement(sql)) {
      s.setInt(1, most);
      s.setString(2, token.toString());
      try (ResultSet r = s.executeQuery()) {
        List<T> jobs = new ArrayList<>();
        while (r.next()) {
          jobs.add(row.read(r, token));
        }
        return jobs;
      }
    }
  }

  /**
   * Takes due jobs, oldest first, for as long as the caller's transaction lasts: what another one
   * has taken is skipped. They are ended in the same transaction, with null for the token of a
   * lease.
   *
   * @return in the order of their seq
   */
  static <T> List<T> take(Connection connection, String table, String columns, int most, Row<T> row)
      throws SQLException {
    String sql =
        """
        WITH taken AS MATERIALIZED (
          SELECT * FROM %1$s WHERE parked_at IS NULL AND due_at <= now()
          ORDER BY due_at, seq LIMIT ? FOR UPDATE SKIP LOCKED
        )
        SELECT %2$s FROM taken m ORDER BY m.seq
        """
            .formatted(table, columns);
    try (PreparedStatement s = connection.prepareStatement(sql)) {
      s.setInt(1, most);
      try (ResultSet r = s.executeQuery()) {
        List<T> jobs = new ArrayList<>();
        while (r.next()) {
          jobs.add(row.read(r, null));
        }
        return jobs;
      }
    }
  }

  /**
   * Deletes jobs that are done, each only while its lease is still ours.
   *
   * @param token null: they were {@linkplain #take taken} in this transaction
   * @return the seqs deleted
   */
  static Set<Long> done(Connection connection, String table, List<Long> seqs, UUID token)
      throws SQLException {
    String sql =
        "DELETE FROM %s WHERE seq = ANY (?) AND %s RETURNING seq".formatted(table, ours(token));
    try (PreparedStatement s = connection.prepareStatement(sql)) {
      s.setArray(1, connection.createArrayOf("int8", seqs.toArray(Long[]::new)));
      if (token != null) {
        s.setString(2, token.toString());
      }
      return new HashSet<>(DeliveryOutbox.ids(s));
    }
  }

  private static String ours(UUID token) {
    return token == null ? "true" : "lock_token = ?::uuid";
  }

  /**
   * Puts jobs back for a later try, the delay doubling up to five minutes; after ten tries they are
   * parked.
   *
   * @return how many rows were ours
   */
  static int failed(Connection connection, String table, List<Long> seqs, UUID token, String error)
      throws SQLException {
    String sql =
        """
        UPDATE %s
        SET attempts = attempts + 1, last_error = ?,
            due_at = now() + least(power(2, attempts), 300) * interval '1 second',
            parked_at = CASE WHEN attempts + 1 >= ? THEN now() END
        WHERE seq = ANY (?) AND %s
        """
            .formatted(table, ours(token));
    try (PreparedStatement s = connection.prepareStatement(sql)) {
      s.setString(1, Columns.clean(error, 1_000));
      s.setInt(2, MOST_ATTEMPTS);
      s.setArray(3, connection.createArrayOf("int8", seqs.toArray(Long[]::new)));
      if (token != null) {
        s.setString(4, token.toString());
      }
      return s.executeUpdate();
    }
  }

  /** Gives jobs back that could not be tried, since the lake was away; the try does not count. */
  static int release(Connection connection, String table, List<Long> seqs, UUID token)
      throws SQLException {
    String sql =
        """
        UPDATE %s SET due_at = now() + interval '1 second', locked_until = NULL
        WHERE seq = ANY (?) AND lock_token = ?::uuid
        """
            .formatted(table);
    try (PreparedStatement s = connection.prepareStatement(sql)) {
      s.setArray(1, connection.createArrayOf("int8", seqs.toArray(Long[]::new)));
      s.setString(2, token.toString());
      return s.executeUpdate();
    }
  }
}
