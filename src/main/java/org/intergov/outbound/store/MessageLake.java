package org.intergov.outbound.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
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
