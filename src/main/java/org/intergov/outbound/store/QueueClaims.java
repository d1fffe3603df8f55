package org.intergov.outbound.store;

import java.sql.PreparedStatement;
import java.util.List;
import java.util.UUID;
import org.intergov.outbound.store.database.Database;
import org.intergov.outbound.store.database.LostClaims;

/**
 * Claims the jobs of one queue. What a claim took whose answer was lost with the connection is
 * given back before the next claim, since nobody works on it. For one thread at a time.
 *
 * @param <T> a job
 */
final class QueueClaims<T> {
  private final Database outbox;
  private final String table;
  private final String columns;
  private final QueueRows.Row<T> row;
  private final LostClaims<String> claims = new LostClaims<>(this::giveBack);

  QueueClaims(Database outbox, String table, String columns, QueueRows.Row<T> row) {
    this.outbox = outbox;
    this.table = table;
    this.columns = columns;
    this.row = row;
  }

  /** Claims up to {@code most} due jobs, oldest first. */
  synchronized List<T> claim(int most) {
    claims.giveBack();
    return claims.claim(
        table,
        UUID.randomUUID(),
        token -> outbox.statement(c -> QueueRows.claim(c, table, columns, most, token, row)));
  }

  private void giveBack(String of, UUID token) {
    String sql =
        "UPDATE %s SET due_at = now(), locked_until = NULL, lock_token = NULL".formatted(of)
            + " WHERE parked_at IS NULL AND due_at > now() AND lock_token = ?::uuid";
    outbox.statement(
        connection -> {
          try (PreparedStatement s = connection.prepareStatement(sql)) {
            s.setString(1, token.toString());
            return s.executeUpdate();
          }
        });
  }
}
