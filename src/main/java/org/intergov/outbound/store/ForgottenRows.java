package org.intergov.outbound.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.intergov.outbound.store.database.Columns;

/**
 * Rows of the outbox that somebody here has worked on and that are there no more: they have left
 * it, or a database that was promoted or restored lacks them. In that case their numbers may belong
 * to other messages since, which another system inserted before the numbers went on.
 */
final class ForgottenRows {
  private ForgottenRows() {}

  /**
   * Finds those that are not there any more. Each is looked up by its number, whatever statistics
   * make of it.
   *
   * @return by the number of the row, the one under which the journal says what is still to be said
   *     of the message: the same, or a new one if that is another message's by now
   */
  static Map<Long, Long> of(Connection connection, List<DeliveryOutbox.Stored> rows)
      throws SQLException {
    Map<Long, Long> found = new HashMap<>();
    if (rows.isEmpty()) {
      return found;
    }
    String sql =
        """
        SELECT u.id, CASE WHEN o.sender IS NULL THEN u.id
                          ELSE nextval('delivery_outbox_id_seq') END
        FROM unnest(?::int8[], ?::text[], ?::text[]) AS u (id, sender, sender_ref)
        LEFT JOIN LATERAL (
          SELECT f.sender, f.sender_ref FROM delivery_outbox f WHERE f.id = u.id LIMIT 1) o ON true
        WHERE o.sender IS NULL OR o.sender <> u.sender OR o.sender_ref <> u.sender_ref
        """;
    try (PreparedStatement s = connection.prepareStatement(sql)) {
      new Columns<>(connection, s, rows)
          .bigint(DeliveryOutbox.Stored::id)
          .text(r -> r.message().sender())
          .text(r -> r.message().senderRef());
      try (ResultSet r = s.executeQuery()) {
        while (r.next()) {
          found.putIfAbsent(r.getLong(1), r.getLong(2));
        }
      }
    }
    return found;
  }
}
