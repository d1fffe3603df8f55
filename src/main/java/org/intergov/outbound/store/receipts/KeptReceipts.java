package org.intergov.outbound.store.receipts;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.intergov.outbound.delivery.Receipt;
import org.intergov.outbound.delivery.StatusAnswer.Status;
import org.intergov.outbound.message.Reference;
import org.intergov.outbound.store.database.Columns;

/** The rows of {@code channel_receipts} that are to be tried again. */
final class KeptReceipts {
  /** Characters kept of a receipt. */
  static final int MOST_CONTENT = 4_000;

  static final int BATCH = 500;

  private KeptReceipts() {}

  /**
   * Keeps receipts that were too early. One that had been put aside, as when its message was held,
   * is no longer.
   */
  static void keep(Connection connection, String channelId, List<Receipt> early)
      throws SQLException {
    if (early.isEmpty()) {
      return;
    }
    giveWay(connection, channelId, early, Receipt::id, Receipt::content);
    Map<String, Receipt> once = new LinkedHashMap<>();
    early.forEach(r -> once.putIfAbsent(ChannelReceipts.id(r.id()), r));
    String sql =
        """
        INSERT INTO channel_receipts
          (channel_id, receipt_id, content, channel_txn_id, sender, sender_ref, key, status, error,
           due_at)
        SELECT ?, u.*, 'what it is about is being written', now() + interval '1 second'
        FROM unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[])
          AS u (id, content, txn, sender, sender_ref, key, status)
        ON CONFLICT (channel_id, receipt_id) DO UPDATE
        SET channel_txn_id = excluded.channel_txn_id, sender = excluded.sender,
            sender_ref = excluded.sender_ref, key = excluded.key, status = excluded.status,
            error = excluded.error, due_at = excluded.due_at, at = now(), attempts = 0
        WHERE channel_receipts.due_at IS NULL
        """;
    try (PreparedStatement s = connection.prepareStatement(sql)) {
      s.setString(1, channelId);
      new Columns<>(connection, s, List.copyOf(once.values()))
          .from(2)
          .text(r -> ChannelReceipts.id(r.id()))
          .text(r -> Columns.clean(r.content(), MOST_CONTENT))
          .text(Receipt::channelTxnId)
          .text(r -> r.reference() == null ? null : r.reference().sender())
          .text(r -> r.reference() == null ? null : r.reference().senderRef())
          .text(Receipt::key)
          .text(r -> r.status().name().toLowerCase(Locale.ROOT));
      s.executeUpdate();
    }
  }

  /**
   * In a topic that was deleted and made anew offsets start again, and with them ids. What is kept
   * or aside under the id of another receipt goes on under an id of its own.
   */
  static <T> void giveWay(
      Connection connection,
      String channelId,
      List<T> receipts,
      Function<T, String> id,
      Function<T, String> content)
      throws SQLException {
    String sql =
        """
        UPDATE channel_receipts k
        SET receipt_id = left(k.receipt_id, 480) || ' (' || k.seq || ')'
        FROM unnest(?::text[], ?::text[]) AS u (id, content)
        CROSS JOIN LATERAL (
          SELECT f.seq FROM channel_receipts f
          WHERE f.channel_id = ? AND f.receipt_id = u.id AND f.content <> u.content LIMIT 1) f
        WHERE k.seq = ANY (ARRAY[f.seq]) AND k.receipt_id = u.id
        """;
    try (PreparedStatement s = connection.prepareStatement(sql)) {
      int next =
          new Columns<>(connection, s, receipts)
              .text(r -> ChannelReceipts.id(id.apply(r)))
              .text(r -> Columns.clean(content.apply(r), MOST_CONTENT))
              .next();
      s.setString(next, channelId);
      s.executeUpdate();
    }
  }

  /**
   * What is kept, with whether it is old: an id that nothing knows may be that of a post not
   * written yet, but not for ever.
   */
  private static final String KEPT =
      """
      SELECT k.seq, k.channel_id, k.receipt_id, k.channel_txn_id, k.sender, k.sender_ref, k.key,
        k.status, k.content, k.at < now() - interval '15 minutes'
      FROM channel_receipts k
      """;

  /** Earlier receipts about the same deliveries go first. */
  static List<ReceiptWork.Item> about(
      Connection connection, String channelId, List<Receipt> receipts) throws SQLException {
    String sql =
        KEPT
            + """
            WHERE k.due_at IS NOT NULL AND k.seq = ANY (ARRAY(
              SELECT t.seq FROM unnest(?::text[]) AS u (txn)
              CROSS JOIN LATERAL (
                SELECT f.seq FROM channel_receipts f
                WHERE f.due_at IS NOT NULL AND f.channel_id = ? AND f.channel_txn_id = u.txn
                ORDER BY f.seq LIMIT %1$d) t
              UNION
              SELECT t.seq FROM unnest(?::text[], ?::text[]) AS u (sender, sender_ref)
              CROSS JOIN LATERAL (
                SELECT f.seq FROM channel_receipts f
                WHERE f.due_at IS NOT NULL AND f.channel_id = ?
                  AND f.sender = u.sender AND f.sender_ref = u.sender_ref
                ORDER BY f.seq LIMIT %1$d) t
              ORDER BY seq LIMIT %1$d))
            ORDER BY k.seq FOR UPDATE SKIP LOCKED
            """
                .formatted(BATCH);
    List<String> txns =
        receipts.stream().map(Receipt::channelTxnId).filter(Objects::nonNull).distinct().toList();
    List<Reference> references =
        receipts.stream().map(Receipt::reference).filter(Objects::nonNull).distinct().toList();
    try (PreparedStatement s = connection.prepareStatement(sql)) {
      int next = new Columns<>(connection, s, txns).text(t -> t).next();
      s.setString(next, channelId);
      next =
          new Columns<>(connection, s, references)
              .from(next + 1)
              .text(Reference::sender)
              .text(Reference::senderRef)
              .next();
      s.setString(next, channelId);
      return read(s);
    }
  }

  static List<ReceiptWork.Item> due(Connection connection) throws SQLException {
    String sql =
        KEPT
            + """
            WHERE k.due_at <= now() ORDER BY k.due_at, k.seq LIMIT %d FOR UPDATE SKIP LOCKED
            """
                .formatted(BATCH);
    try (PreparedStatement s = connection.prepareStatement(sql)) {
      return read(s);
    }
  }

  private static List<ReceiptWork.Item> read(PreparedStatement s) throws SQLException {
    List<ReceiptWork.Item> items = new ArrayList<>();
    try (ResultSet r = s.executeQuery()) {
      while (r.next()) {
        String sender = r.getString(5);
        items.add(
            new ReceiptWork.Item(
                r.getLong(1),
                r.getString(2),
                r.getBoolean(10),
                new Receipt(
                    r.getString(3),
                    r.getString(4),
                    sender == null ? null : new Reference(sender, r.getString(6)),
                    r.getString(7),
                    Status.valueOf(r.getString(8).toUpperCase(Locale.ROOT)),
                    r.getString(9))));
      }
    }
    return items;
  }

  static void forget(Connection connection, List<ReceiptWork.Item> done) throws SQLException {
    List<ReceiptWork.Item> kept = done.stream().filter(ReceiptWork.Item::isKept).toList();
    if (kept.isEmpty()) {
      return;
    }
    String sql = "DELETE FROM channel_receipts WHERE seq = ANY (?::int8[])";
    try (PreparedStatement s = connection.prepareStatement(sql)) {
      new Columns<>(connection, s, kept).bigint(ReceiptWork.Item::seq);
      s.executeUpdate();
    }
  }

  static void reschedule(Connection connection, List<ReceiptWork.Item> kept) throws SQLException {
    if (kept.isEmpty()) {
      return;
    }
    String sql =
        """
        UPDATE channel_receipts
        SET attempts = attempts + 1,
            due_at = now() + least(60, 2 ^ least(attempts, 6)) * interval '1 second'
        WHERE seq = ANY (?::int8[])
        """;
    try (PreparedStatement s = connection.prepareStatement(sql)) {
      new Columns<>(connection, s, kept).bigint(ReceiptWork.Item::seq);
      s.executeUpdate();
    }
  }
}
