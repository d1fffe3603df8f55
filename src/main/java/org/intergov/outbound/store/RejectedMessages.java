package org.intergov.outbound.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.intergov.outbound.delivery.Event;
import org.intergov.outbound.delivery.JournalEntry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Table {@code rejected_messages}: rejections on their way to the lake. Thread-safe. */
public final class RejectedMessages {
  private static final Logger LOG = LoggerFactory.getLogger(RejectedMessages.class);
  private static final String TABLE = "rejected_messages";

  private final Database outbox;

  public RejectedMessages(Database outbox) {
    this.outbox = outbox;
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
      UUID lockToken) {}

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

  /** Claims up to {@code most} due rejections, oldest first. */
  public List<Job> claim(int most) {
    String columns =
        "m.seq, m.sender, m.sender_ref, m.message_id, m.reason, m.detail, m.channel_id,"
            + " m.channel_txn_id";
    return outbox.statement(c -> QueueRows.claim(c, TABLE, columns, most, RejectedMessages::job));
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

  /**
   * Ends jobs whose rejection the lake shows, and journals {@code rejected}; those the lake has no
   * entry for yet are tried again later.
   *
   * @param shown references {@code sender:sender_ref} that have an entry in the lake
   */
  public void finish(List<Job> jobs, Set<String> shown) {
    outbox.transaction(connection -> finish(connection, jobs, shown));
  }

  /**
   * Puts jobs back that the lake did not take. If the lake could not be reached they only wait; if
   * it refused them, the try counts.
   */
  public void failed(List<Job> jobs, Throwable cause) {
    List<Long> seqs = jobs.stream().map(Job::seq).toList();
    UUID token = jobs.get(0).lockToken();
    for (Throwable t = cause; t != null; t = t.getCause()) {
      if (t instanceof SQLException e && Outages.is(e)) {
        LOG.warn("rejected messages: the lake is unavailable, they wait: {}", e.getMessage());
        outbox.transaction(c -> QueueRows.release(c, "rejected_messages", seqs, token));
        return;
      }
    }
    LOG.warn("rejected messages: the lake refused {} of them: {}", jobs.size(), cause.toString());
    String error = String.valueOf(cause.getMessage());
    outbox.transaction(c -> QueueRows.failed(c, TABLE, seqs, token, error));
  }

  private static Void finish(Connection connection, List<Job> jobs, Set<String> shown)
      throws SQLException {
    List<Job> applied =
        jobs.stream().filter(j -> shown.contains(j.sender() + ":" + j.senderRef())).toList();
    List<Long> seqs = applied.stream().map(Job::seq).toList();
    Set<Long> deleted = QueueRows.done(connection, TABLE, seqs, jobs.get(0).lockToken());
    List<DeliveryStatusJournal.Line> lines = new ArrayList<>();
    for (Job j : applied) {
      if (deleted.contains(j.seq())) {
        String detail = j.detail() == null ? j.reason() : j.reason() + ": " + j.detail();
        JournalEntry rejected =
            new JournalEntry(Event.REJECTED, j.channelId(), j.channelTxnId(), null, detail);
        lines.add(
            new DeliveryStatusJournal.Line(j.messageId(), j.sender(), j.senderRef(), rejected));
      }
    }
    DeliveryStatusJournal.append(connection, lines);
    List<Job> missing = jobs.stream().filter(j -> !applied.contains(j)).toList();
    if (!missing.isEmpty()) {
      List<Long> later = missing.stream().map(Job::seq).toList();
      UUID token = missing.get(0).lockToken();
      String error = "no lake entry yet";
      QueueRows.failed(connection, TABLE, later, token, error);
    }
    return null;
  }
}
