package org.intergov.outbound.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.intergov.outbound.delivery.Event;
import org.intergov.outbound.delivery.JournalEntry;
import org.intergov.outbound.store.database.Columns;
import org.intergov.outbound.store.database.Database;

/**
 * Table {@code message_updates}: updates on their way to the lake. Kept until applied, or parked
 * where an operator sees them. Thread-safe.
 */
public final class MessageUpdates extends LakeQueue<MessageUpdates.Job> {
  private static final String TABLE = "message_updates";
  private static final String COLUMNS =
      """
      m.seq, m.sender, m.sender_ref, m.message_id, m.patch ->> 'receiver', m.patch ->> 'subject',
      m.patch ->> 'obj', m.patch ->> 'predicate', m.patch ->> 'status',
      m.patch ->> 'channel_id', m.patch ->> 'channel_txn_id'
      """;

  private final FlowListener listener;

  /** See {@link LakeQueue}. */
  public MessageUpdates(Database outbox, Database lake, FlowListener listener) {
    super(outbox, lake, "message update", TABLE, COLUMNS, MessageUpdates::job);
    this.listener = listener;
  }

  /** A claimed job. With a receiver, the message itself travels in it and is to be inserted. */
  public record Job(
      long seq,
      String sender,
      String senderRef,
      long messageId,
      String receiver,
      String subject,
      String obj,
      String predicate,
      String status,
      String channelId,
      String channelTxnId,
      UUID lockToken)
      implements LakeJob {
    @Override
    public Map<String, Object> columns() {
      Map<String, Object> columns = new LinkedHashMap<>();
      columns.put("seq", seq);
      columns.put("message_id", messageId);
      columns.put("sender", sender);
      columns.put("sender_ref", senderRef);
      if (receiver != null) {
        columns.put("receiver", receiver);
        columns.put("subject", subject);
        columns.put("obj", obj);
        columns.put("predicate", predicate);
      }
      columns.put("status", status);
      columns.put("channel_id", channelId);
      columns.put("channel_txn_id", channelTxnId);
      return columns;
    }
  }

  static void post(Connection connection, List<Settlements.Update> updates) throws SQLException {
    if (updates.isEmpty()) {
      return;
    }
    String sql =
        """
        INSERT INTO message_updates (message_id, sender, sender_ref, patch)
        SELECT u.id, u.sender, u.sender_ref, jsonb_build_object(
          'status', u.status, 'channel_id', u.channel_id, 'channel_txn_id', u.txn)
        FROM unnest(?::int8[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[])
          WITH ORDINALITY AS u (id, sender, sender_ref, status, channel_id, txn, n)
        ORDER BY n
        """;
    try (PreparedStatement s = connection.prepareStatement(sql)) {
      new Columns<>(connection, s, updates)
          .bigint(Settlements.Update::messageId)
          .text(u -> u.message().sender())
          .text(u -> u.message().senderRef())
          .text(u -> u.patch().status())
          .text(u -> u.patch().channelId())
          .text(u -> u.patch().channelTxnId());
      s.executeUpdate();
    }
  }

  /** With a separate lake, the entry itself travels as the message's first update. */
  static void postEntries(Connection connection, List<DeliveryOutbox.Stored> stored)
      throws SQLException {
    String sql =
        """
        INSERT INTO message_updates (message_id, sender, sender_ref, patch)
        SELECT u.id, u.sender, u.sender_ref, jsonb_build_object('status', 'pending',
          'receiver', u.receiver, 'subject', u.subject, 'obj', u.obj, 'predicate', u.predicate)
        FROM unnest(?::int8[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[])
          WITH ORDINALITY AS u (id, sender, sender_ref, receiver, subject, obj, predicate, n)
        ORDER BY n
        """;
    try (PreparedStatement s = connection.prepareStatement(sql)) {
      new Columns<>(connection, s, stored)
          .bigint(DeliveryOutbox.Stored::id)
          .message(DeliveryOutbox.Stored::message);
      s.executeUpdate();
    }
  }

  private static Job job(ResultSet r, UUID token) throws SQLException {
    return new Job(
        r.getLong(1),
        r.getString(2),
        r.getString(3),
        r.getLong(4),
        r.getString(5),
        r.getString(6),
        r.getString(7),
        r.getString(8),
        r.getString(9),
        r.getString(10),
        r.getString(11),
        token);
  }

  @Override
  DeliveryStatusJournal.Line line(Job j) {
    if (!"accepted".equals(j.status())) {
      return null;
    }
    JournalEntry accepted =
        new JournalEntry(Event.ACCEPTED, j.channelId(), j.channelTxnId(), null, null);
    return new DeliveryStatusJournal.Line(j.messageId(), j.sender(), j.senderRef(), accepted);
  }

  @Override
  void finished(List<Job> accepted, Map<String, Shown> shown) {
    Instant now = Instant.now();
    accepted.forEach(
        j -> listener.accepted(Duration.between(shown.get(j.reference()).since(), now)));
  }
}
