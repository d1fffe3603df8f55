package org.intergov.outbound.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.intergov.outbound.message.Message;
import org.intergov.outbound.store.database.Columns;
import org.intergov.outbound.store.database.Database;

/** Table {@code message_lake}: each message and its metadata. Thread-safe. */
public final class MessageLake {
  private final Database database;

  public MessageLake(Database database) {
    this.database = database;
  }

  /**
   * The newest state of a message, to be applied if it is newer than what the lake has. The entry
   * is that of the reference; it is looked up by the id first, whose index is small and grows at
   * its end.
   */
  record Change(
      long messageId,
      String sender,
      String senderRef,
      long seq,
      String status,
      String channelId,
      String channelTxnId) {
    String reference() {
      return sender + ":" + senderRef;
    }
  }

  /**
   * Inserts entries inside the caller's transaction.
   *
   * @return ids of messages whose reference stands there with another content
   */
  static List<Long> insert(Connection connection, List<DeliveryOutbox.Stored> stored)
      throws SQLException {
    String sql =
        """
        INSERT INTO message_lake
          (message_id, sender, sender_ref, receiver, subject, obj, predicate)
        SELECT * FROM unnest(?::int8[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[],
                             ?::text[])
        ON CONFLICT (sender, sender_ref) DO NOTHING
        RETURNING message_id
        """;
    Set<Long> inserted;
    try (PreparedStatement s = connection.prepareStatement(sql)) {
      new Columns<>(connection, s, stored)
          .bigint(DeliveryOutbox.Stored::id)
          .message(DeliveryOutbox.Stored::message);
      inserted = new HashSet<>(DeliveryOutbox.ids(s));
    }
    if (inserted.size() == stored.size()) {
      return List.of();
    }
    List<Long> conflicts = new ArrayList<>();
    for (DeliveryOutbox.Stored s : stored) {
      if (!inserted.contains(s.id())) {
        conflicts.add(s.id());
      }
    }
    return conflicts;
  }

  /**
   * What an entry shows.
   *
   * @param seq of the newest update applied to it
   * @param since when the entry was made
   */
  record Shown(long seq, Instant since) {}

  /**
   * Applies changes; one that is not newer than what the lake has does nothing. Inside the caller's
   * transaction, or on a connection of the lake's own database.
   *
   * @return for each reference {@code sender:sender_ref} that has an entry, what it shows now
   */
  static Map<String, Shown> apply(Connection connection, List<Change> changes) throws SQLException {
    String sql =
        """
        UPDATE message_lake l
        SET status = u.status, channel_id = u.channel_id, channel_txn_id = u.channel_txn_id,
            reason = NULL, applied_seq = u.seq, updated_at = now()
        FROM unnest(?::int8[], ?::text[], ?::text[], ?::int8[], ?::text[], ?::text[], ?::text[])
          AS u (message_id, sender, sender_ref, seq, status, channel_id, channel_txn_id)
        WHERE l.message_id = ANY (ARRAY[u.message_id])
          AND l.sender = u.sender AND l.sender_ref = u.sender_ref AND l.applied_seq < u.seq
        RETURNING l.sender, l.sender_ref, l.applied_seq, l.created_at
        """;
    Map<String, Shown> shown = new HashMap<>();
    try (PreparedStatement s = connection.prepareStatement(sql)) {
      new Columns<>(connection, s, changes)
          .bigint(Change::messageId)
          .text(Change::sender)
          .text(Change::senderRef)
          .bigint(Change::seq)
          .text(Change::status)
          .text(Change::channelId)
          .text(Change::channelTxnId);
      readShown(s, shown);
    }
    List<Change> rest = changes.stream().filter(c -> !shown.containsKey(c.reference())).toList();
    if (!rest.isEmpty()) {
      appliedSeqs(connection, rest, shown);
      applyByReference(connection, rest, shown);
    }
    return shown;
  }

  /**
   * What is behind although its entry was not found by id: the entry has come only now, from
   * another replica, or has the id of an earlier row, which has left the outbox since.
   */
  private static void applyByReference(
      Connection connection, List<Change> changes, Map<String, Shown> shown) throws SQLException {
    List<Change> behind =
        changes.stream()
            .filter(
                c -> shown.containsKey(c.reference()) && shown.get(c.reference()).seq() < c.seq())
            .toList();
    if (behind.isEmpty()) {
      return;
    }
    String sql =
        """
        UPDATE message_lake l
        SET status = u.status, channel_id = u.channel_id, channel_txn_id = u.channel_txn_id,
            reason = NULL, applied_seq = u.seq, updated_at = now()
        FROM unnest(?::text[], ?::text[], ?::int8[], ?::text[], ?::text[], ?::text[])
          AS u (sender, sender_ref, seq, status, channel_id, channel_txn_id)
        WHERE l.sender = ANY (ARRAY[u.sender]) AND l.sender_ref = ANY (ARRAY[u.sender_ref])
          AND l.applied_seq < u.seq
        RETURNING l.sender, l.sender_ref, l.applied_seq, l.created_at
        """;
    try (PreparedStatement s = connection.prepareStatement(sql)) {
      new Columns<>(connection, s, behind)
          .text(Change::sender)
          .text(Change::senderRef)
          .bigint(Change::seq)
          .text(Change::status)
          .text(Change::channelId)
          .text(Change::channelTxnId);
      readShown(s, shown);
    }
  }

  private static void appliedSeqs(Connection connection, List<Change> of, Map<String, Shown> shown)
      throws SQLException {
    String sql =
        """
        SELECT l.sender, l.sender_ref, l.applied_seq, l.created_at
        FROM unnest(?::text[], ?::text[]) AS u (sender, sender_ref)
        CROSS JOIN LATERAL (
          SELECT f.* FROM message_lake f
          WHERE f.sender = u.sender AND f.sender_ref = u.sender_ref LIMIT 1) l
        """;
    try (PreparedStatement s = connection.prepareStatement(sql)) {
      new Columns<>(connection, s, of).text(Change::sender).text(Change::senderRef);
      readShown(s, shown);
    }
  }

  private static void readShown(PreparedStatement s, Map<String, Shown> shown) throws SQLException {
    try (ResultSet r = s.executeQuery()) {
      while (r.next()) {
        Instant since = r.getObject(4, OffsetDateTime.class).toInstant();
        shown.put(r.getString(1) + ":" + r.getString(2), new Shown(r.getLong(3), since));
      }
    }
  }

  /** Which of these references have an entry, and with which content. */
  public Map<String, Message> find(List<Message> references) {
    String sql =
        """
        SELECT l.sender, l.sender_ref, l.receiver, l.subject, l.obj, l.predicate
        FROM unnest(?::text[], ?::text[]) AS u (sender, sender_ref)
        CROSS JOIN LATERAL (
          SELECT f.* FROM message_lake f
          WHERE f.sender = u.sender AND f.sender_ref = u.sender_ref LIMIT 1) l
        """;
    return database.statement(
        connection -> {
          try (PreparedStatement s = connection.prepareStatement(sql)) {
            new Columns<>(connection, s, references).text(Message::sender).text(Message::senderRef);
            return contents(s);
          }
        });
  }

  static Map<String, Message> contents(PreparedStatement s) throws SQLException {
    try (ResultSet r = s.executeQuery()) {
      Map<String, Message> found = new HashMap<>();
      while (r.next()) {
        Message m = Columns.message(r, 1);
        found.put(m.reference(), m);
      }
      return found;
    }
  }
}
