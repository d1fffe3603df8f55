package org.intergov.outbound.store.receipts;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.intergov.outbound.delivery.Receipt;
import org.intergov.outbound.message.Reference;
import org.intergov.outbound.store.DeliveryOutbox;
import org.intergov.outbound.store.database.Columns;

/**
 * Finds the deliveries that receipts of one channel are about: by reference where they give one,
 * else by the channel's id. Another channel's deliveries are never found.
 */
final class ReceiptSearch {
  /** Where a receipt leads to. */
  sealed interface Found {}

  /** A pending delivery of the channel. */
  record Pending(long messageId) implements Found {}

  /** Nothing yet; the post may not be written. */
  record Early(boolean messageIsUnderWay) implements Found {}

  /** A delivery that is over. */
  record Late() implements Found {}

  /**
   * Nothing it could be applied to.
   *
   * @param messageId the message that went through this channel; null: none did
   */
  record Nowhere(String why, Long messageId) implements Found {}

  private ReceiptSearch() {}

  /** One answer for each receipt, in their order. */
  static List<Found> find(Connection connection, String channelId, List<Receipt> receipts)
      throws SQLException {
    List<String> txns = new ArrayList<>();
    List<Reference> references = new ArrayList<>();
    for (Receipt r : receipts) {
      if (r.reference() == null) {
        txns.add(r.channelTxnId());
      } else {
        references.add(r.reference());
      }
    }
    Map<String, Found> byTxn = txns.isEmpty() ? Map.of() : byTxn(connection, channelId, txns);
    Map<Reference, Row> byReference =
        references.isEmpty() ? Map.of() : byReference(connection, references);
    List<Found> found = new ArrayList<>(receipts.size());
    for (Receipt r : receipts) {
      found.add(
          r.reference() == null
              ? byTxn.getOrDefault(r.channelTxnId(), new Early(false))
              : judge(connection, channelId, r, byReference.get(r.reference())));
    }
    return found;
  }

  private static Map<String, Found> byTxn(
      Connection connection, String channelId, List<String> txns) throws SQLException {
    String sql =
        """
        SELECT u.txn, p.message_id FROM unnest(?::text[]) AS u (txn)
        CROSS JOIN LATERAL (
          SELECT f.message_id FROM channel_pending f
          WHERE f.by_receipts AND f.channel_id = ? AND f.channel_txn_id = u.txn LIMIT 2) p
        """;
    Map<String, Found> found = new HashMap<>();
    try (PreparedStatement s = connection.prepareStatement(sql)) {
      int next =
          new Columns<>(connection, s, txns.stream().distinct().toList()).text(t -> t).next();
      s.setString(next, channelId);
      try (ResultSet r = s.executeQuery()) {
        while (r.next()) {
          found.merge(
              r.getString(1),
              new Pending(r.getLong(2)),
              (one, other) ->
                  new Nowhere("the channel gave this id to more than one delivery", null));
        }
      }
    }
    return found;
  }

  /** A message and where it stands. */
  private record Row(
      long id,
      String status,
      String channelId,
      List<String> refusedBy,
      int generation,
      String pendingIn,
      String pendingTxn) {}

  private static Map<Reference, Row> byReference(Connection connection, List<Reference> references)
      throws SQLException {
    String sql =
        """
        SELECT u.sender, u.sender_ref, o.id, o.status, o.channel_id, o.refused_by, o.generation,
          p.channel_id, p.channel_txn_id
        FROM unnest(?::text[], ?::text[]) AS u (sender, sender_ref)
        CROSS JOIN LATERAL (
          SELECT f.* FROM delivery_outbox f
          WHERE f.sender = u.sender AND f.sender_ref = u.sender_ref LIMIT 1) o
        LEFT JOIN LATERAL (
          SELECT f.* FROM channel_pending f WHERE f.message_id = o.id LIMIT 1) p ON true
        """;
    Map<Reference, Row> rows = new HashMap<>();
    try (PreparedStatement s = connection.prepareStatement(sql)) {
      new Columns<>(connection, s, references.stream().distinct().toList())
          .text(Reference::sender)
          .text(Reference::senderRef);
      try (ResultSet r = s.executeQuery()) {
        while (r.next()) {
          rows.put(
              new Reference(r.getString(1), r.getString(2)),
              new Row(
                  r.getLong(3),
                  r.getString(4),
                  r.getString(5),
                  DeliveryOutbox.textList(r.getArray(6)),
                  r.getInt(7),
                  r.getString(8),
                  r.getString(9)));
        }
      }
    }
    return rows;
  }

  /**
   * Whether a receipt by reference gives an id that is not the delivery's, and nothing else says
   * which delivery it is about. A channel may have taken a message more than once under one key,
   * with an id for each copy, and the answer that is known need not be that of the copy it tells
   * of; so the key decides, and the first generation is the only one there is.
   */
  static boolean namesAnother(Receipt receipt, int generation, String pendingTxn) {
    return receipt.key() == null
        && generation > 1
        && receipt.channelTxnId() != null
        && !receipt.channelTxnId().equals(pendingTxn);
  }

  /** What ends a generation is journaled after its posts. */
  private static boolean isOfEarlierGeneration(
      Connection connection, long messageId, String channelId, String txn) throws SQLException {
    String sql =
        """
        SELECT EXISTS (
          SELECT FROM delivery_status s
          WHERE s.message_id = ? AND s.channel_id = ? AND s.event = 'posted'
            AND s.channel_txn_id = ?
            AND EXISTS (SELECT FROM delivery_status e
                        WHERE e.message_id = s.message_id AND e.seq > s.seq
                          AND e.event IN ('revoked', 'rejected', 'resolved')))
        """;
    try (PreparedStatement s = connection.prepareStatement(sql)) {
      s.setLong(1, messageId);
      s.setString(2, channelId);
      s.setString(3, txn);
      try (ResultSet r = s.executeQuery()) {
        return r.next() && r.getBoolean(1);
      }
    }
  }

  private static Found judge(Connection connection, String channelId, Receipt receipt, Row row)
      throws SQLException {
    if (row == null) {
      return new Nowhere("no message has this reference", null);
    }
    if (channelId.equals(row.pendingIn())) {
      if (!namesAnother(receipt, row.generation(), row.pendingTxn())) {
        return new Pending(row.id());
      }
      return isOfEarlierGeneration(connection, row.id(), channelId, receipt.channelTxnId())
          ? new Late()
          : new Nowhere(
              "the message was sent again, and its delivery has another id than this", row.id());
    }
    if (row.refusedBy().contains(channelId)) {
      return new Late();
    }
    if (row.pendingIn() != null || !channelId.equals(row.channelId())) {
      return new Nowhere("the message has no delivery in this channel", null);
    }
    return switch (row.status()) {
      case "pending", "sending" -> new Early(true);
      case "held" -> new Nowhere("the message is held; an operator decides", row.id());
      default -> new Late();
    };
  }
}
