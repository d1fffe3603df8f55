package org.intergov.outbound.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.intergov.outbound.delivery.Event;
import org.intergov.outbound.delivery.JournalEntry;
import org.intergov.outbound.store.database.Columns;
import org.intergov.outbound.store.database.Database;

/**
 * Table {@code rejected_messages}: rejections on their way to the lake. Kept until applied, or
 * parked where an operator sees them. Thread-safe.
 */
public final class RejectedMessages extends LakeQueue<RejectedMessages.Job> {
  private static final String TABLE = "rejected_messages";
  private static final String COLUMNS =
      "m.seq, m.sender, m.sender_ref, m.message_id, m.reason, m.detail, m.channel_id,"
          + " m.channel_txn_id";

  /** See {@link LakeQueue}. */
  public RejectedMessages(Database outbox, Database lake) {
    super(outbox, lake, "rejection", TABLE, COLUMNS, RejectedMessages::job);
  }

  /** A claimed job. */
  public record Job(
      long seq,
      String sender,
      String senderRef,
      long messageId,
      String reason,
      String detail,
      String channelId,
      String channelTxnId,
      UUID lockToken)
      implements LakeJob {
    @Override
    public Map<String, Object> columns() {
      Map<String, Object> columns = new LinkedHashMap<>();
      columns.put("seq", seq);
      columns.put("sender", sender);
      columns.put("sender_ref", senderRef);
      columns.put("reason", reason);
      columns.put("channel_id", channelId);
      columns.put("channel_txn_id", channelTxnId);
      return columns;
    }
  }

  static void post(Connection connection, List<Settlements.Rejected> rejected) throws SQLException {
    if (rejected.isEmpty()) {
      return;
    }
    String sql =
        """
        INSERT INTO rejected_messages
          (message_id, sender, sender_ref, reason, detail, channel_id, channel_txn_id)
        SELECT * FROM unnest(?::int8[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[],
                             ?::text[])
        """;
    try (PreparedStatement s = connection.prepareStatement(sql)) {
      new Columns<>(connection, s, rejected)
          .bigint(Settlements.Rejected::messageId)
          .text(r -> r.message().sender())
          .text(r -> r.message().senderRef())
          .text(r -> r.rejection().reason().word())
          .text(r -> Columns.clean(r.rejection().detail(), 1_000))
          .text(r -> r.rejection().channelId())
          .text(r -> r.rejection().channelTxnId());
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
        token);
  }

  @Override
  DeliveryStatusJournal.Line line(Job j) {
    return rejected(j);
  }

  private static DeliveryStatusJournal.Line rejected(Job j) {
    String detail = j.detail() == null ? j.reason() : j.reason() + ": " + j.detail();
    JournalEntry rejected =
        new JournalEntry(Event.REJECTED, j.channelId(), j.channelTxnId(), null, detail);
    return new DeliveryStatusJournal.Line(j.messageId(), j.sender(), j.senderRef(), rejected);
  }

  /**
   * A message goes again before the lake has heard of its rejection: the newer update that follows
   * makes that needless, and the journal has it before it says more.
   */
  static void overtake(Connection connection, long messageId) throws SQLException {
    String sql =
        """
        DELETE FROM rejected_messages m WHERE m.message_id = ?
        RETURNING m.seq, m.sender, m.sender_ref, m.message_id, m.reason, m.detail, m.channel_id,
          m.channel_txn_id
        """;
    List<DeliveryStatusJournal.Line> lines = new ArrayList<>();
    try (PreparedStatement s = connection.prepareStatement(sql)) {
      s.setLong(1, messageId);
      try (ResultSet r = s.executeQuery()) {
        while (r.next()) {
          lines.add(rejected(job(r, null)));
        }
      }
    }
    DeliveryStatusJournal.append(connection, lines);
  }
}
