package org.intergov.outbound.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Acceptances that were decided and not told yet: the rows of {@code message_updates} that are to
 * show a message as accepted. {@code accepted} is journaled when the lake shows it, which may be
 * much later than the channel confirmed it. A channel may take its confirmation back meanwhile:
 * what was not journaled is then withdrawn, so that the journal never says {@code accepted} after
 * the word that took it back. What an updater's transaction is ending just now can't be withdrawn;
 * the word that takes it back comes after it.
 *
 * <p>A lease on a job does not count, only the lock on its row: an updater journals what it has
 * deleted, and finds nothing to delete. Where the lake is another database, it may show such a
 * message as accepted for a moment, until the update that takes it back is applied.
 *
 * <p>Of one transaction, whose locks hold what can be withdrawn.
 */
public final class UntoldAcceptances {
  private final Map<Long, Long> held;
  private final Set<Long> beingTold;

  private UntoldAcceptances(Map<Long, Long> held, Set<Long> beingTold) {
    this.held = held;
    this.beingTold = beingTold;
  }

  /**
   * Holds the untold acceptances of messages, without waiting: from here to the end of the
   * transaction no updater tells them.
   */
  public static UntoldAcceptances hold(Connection connection, Collection<Long> messageIds)
      throws SQLException {
    if (messageIds.isEmpty()) {
      return new UntoldAcceptances(Map.of(), Set.of());
    }
    String hold =
        """
        SELECT f.seq, f.message_id
        FROM unnest(?::int8[]) AS u (id)
        CROSS JOIN LATERAL (
          SELECT m.seq, m.message_id FROM message_updates m
          WHERE m.message_id = u.id AND m.patch ->> 'status' = 'accepted'
          FOR UPDATE SKIP LOCKED) f
        """;
    Map<Long, Long> held = new HashMap<>();
    try (PreparedStatement s = connection.prepareStatement(hold)) {
      s.setArray(1, connection.createArrayOf("int8", messageIds.toArray()));
      try (ResultSet r = s.executeQuery()) {
        while (r.next()) {
          held.put(r.getLong(1), r.getLong(2));
        }
      }
    }
    // what has been told since is gone by now; what is there and not held is at an updater's
    String others =
        """
        SELECT f.message_id
        FROM unnest(?::int8[]) AS u (id)
        CROSS JOIN LATERAL (
          SELECT m.message_id FROM message_updates m
          WHERE m.message_id = u.id AND m.patch ->> 'status' = 'accepted'
            AND m.seq <> ALL (?::int8[])
          LIMIT 1) f
        """;
    try (PreparedStatement s = connection.prepareStatement(others)) {
      s.setArray(1, connection.createArrayOf("int8", messageIds.toArray()));
      s.setArray(2, connection.createArrayOf("int8", held.keySet().toArray()));
      return new UntoldAcceptances(held, new HashSet<>(DeliveryOutbox.ids(s)));
    }
  }

  /** Whether an updater may be telling it now. */
  public boolean isBeingTold(long messageId) {
    return beingTold.contains(messageId);
  }

  /** Takes back those of the held ones that are about these messages: nobody will be told. */
  void withdraw(Connection connection, Set<Long> messageIds) throws SQLException {
    List<Long> seqs =
        held.keySet().stream().filter(seq -> messageIds.contains(held.get(seq))).toList();
    if (!seqs.isEmpty()) {
      QueueRows.done(connection, "message_updates", seqs, null);
    }
  }
}
