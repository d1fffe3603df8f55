package org.intergov.outbound.store.database;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;

/**
 * What a transaction leaves behind, table {@code commit_marker}, to tell whether it has happened
 * when the answer to its commit was lost.
 *
 * <p>Each connection has one row; a transaction that writes anything puts a marker of its own into
 * it. Who finds the marker afterwards knows that the transaction is there, on this server and in
 * this history of it: nothing else proves that. An id of the server's does not, since it is given
 * out again when its last user was lost with the log that nobody had written to disk.
 *
 * @param connection the row
 * @param marker what the transaction put there
 */
public record CommitProof(UUID connection, UUID marker) {
  /** Gives a new connection its row, and takes away those that nobody asks for any more. */
  static final String BEGIN_CONNECTION =
      "SELECT set_config('intergov.connection', gen_random_uuid()::text, false)";

  private static final String OLD =
      """
      DELETE FROM intergov.commit_marker WHERE connection IN (
        SELECT connection FROM intergov.commit_marker
        WHERE at < now() - interval '7 days' LIMIT 1000 FOR UPDATE SKIP LOCKED)
      """;

  private static final String LEAVE =
      """
      INSERT INTO commit_marker (connection, marker)
      SELECT current_setting('intergov.connection')::uuid, ?::uuid
      WHERE pg_current_xact_id_if_assigned() IS NOT NULL
      ON CONFLICT (connection) DO UPDATE SET marker = excluded.marker, at = now()
      RETURNING connection
      """;

  /**
   * Waits for the transaction to end, since it has the row; writes, so that where commits wait for
   * a standby this answer has waited too.
   */
  private static final String FIND =
      """
      INSERT INTO commit_marker AS m (connection, marker) VALUES (?::uuid, gen_random_uuid())
      ON CONFLICT (connection) DO UPDATE
      SET marker = CASE WHEN m.marker = ?::uuid THEN m.marker ELSE excluded.marker END
      RETURNING marker = ?::uuid
      """;

  /**
   * Leaves a proof of the transaction under way.
   *
   * @return null: it has written nothing, so nothing is to be proved
   */
  static CommitProof leave(Connection connection) throws SQLException {
    UUID marker = UUID.randomUUID();
    try (PreparedStatement s = connection.prepareStatement(LEAVE)) {
      s.setString(1, marker.toString());
      try (ResultSet r = s.executeQuery()) {
        return r.next() ? new CommitProof(r.getObject(1, UUID.class), marker) : null;
      }
    }
  }

  /**
   * Whether the transaction is there. Once this has said no, it never will be.
   *
   * @param other another connection than the transaction's, which commits by itself
   */
  boolean isFound(Connection other) throws SQLException {
    try (PreparedStatement s = other.prepareStatement(FIND)) {
      s.setString(1, connection.toString());
      s.setString(2, marker.toString());
      s.setString(3, marker.toString());
      try (ResultSet r = s.executeQuery()) {
        return r.next() && r.getBoolean(1);
      }
    }
  }

  public static void forgetOld(Connection connection) throws SQLException {
    try (Statement s = connection.createStatement()) {
      s.executeUpdate(OLD);
    }
  }
}
