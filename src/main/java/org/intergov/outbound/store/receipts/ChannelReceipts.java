package org.intergov.outbound.store.receipts;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.intergov.outbound.delivery.Event;
import org.intergov.outbound.delivery.JournalEntry;
import org.intergov.outbound.delivery.Receipt;
import org.intergov.outbound.delivery.StatusRules;
import org.intergov.outbound.message.Reference;
import org.intergov.outbound.store.DeliveryStatusJournal;
import org.intergov.outbound.store.FlowListener;
import org.intergov.outbound.store.Settlements;
import org.intergov.outbound.store.database.Columns;
import org.intergov.outbound.store.database.Database;
import org.intergov.outbound.store.database.Outages;
import org.intergov.outbound.store.database.StoreException;
import org.intergov.outbound.store.database.StoreUnavailableException;

/**
 * Table {@code channel_receipts}, and what receipts do to deliveries. When a method returns,
 * everything it was given is written somewhere: in the delivery's state, among the early ones, or
 * aside. Thread-safe.
 */
public final class ChannelReceipts {
  private final Database database;
  private final FlowListener listener;

  public ChannelReceipts(Database database, FlowListener listener) {
    this.database = database;
    this.listener = listener;
  }

  /**
   * What receipts came to.
   *
   * @param early those that were too early and, as was asked for, are not kept
   */
  public record Taken(int applied, int aside, List<Receipt> early, Settlements.Written written) {}

  /** What a retry has written, and whether it is to be called again at once. */
  public record Retried(boolean moreAreDue, Settlements.Written written) {}

  /** A receipt that was put aside. */
  public record Aside(
      long seq, String channelId, Instant at, String receiptId, String error, String content) {}

  /**
   * One to be put aside.
   *
   * @param reference of the message it tells of, as far as it can be read; or null
   */
  public record Poison(String receiptId, Reference reference, String content, String error) {}

  /**
   * Lets receipts of a channel drive the state of its deliveries, in their order, in one
   * transaction. Repeated and late ones change nothing; those that lead nowhere are put aside, and
   * journaled if they are about a message of this channel.
   *
   * @param keepEarly whether those that are too early are kept here and tried again by {@link
   *     #again}; else the caller has them back
   * @throws StoreUnavailableException if the database could not be reached; nothing was written
   * @throws StoreException if it refuses one of them; nothing was written
   */
  public Taken take(
      String channelId, List<Receipt> receipts, StatusRules rules, boolean keepEarly) {
    Taken taken =
        database.transaction(
            connection -> {
              List<ReceiptWork.Item> items =
                  new ArrayList<>(KeptReceipts.about(connection, channelId, receipts));
              receipts.forEach(r -> items.add(ReceiptWork.Item.fresh(r)));
              return work(connection, channelId, items, rules, keepEarly);
            });
    listener.written(taken.written());
    return taken;
  }

  /**
   * Tries those again that were too early, of all channels, as far as they are due.
   *
   * @throws StoreUnavailableException if the database could not be reached; nothing was written
   */
  public Retried again(StatusRules rules) {
    Retried retried = database.transaction(connection -> again(connection, rules));
    listener.written(retried.written());
    return retried;
  }

  private Retried again(Connection connection, StatusRules rules) throws SQLException {
    List<ReceiptWork.Item> due = KeptReceipts.due(connection);
    Settlements.Written written = Settlements.Written.NOTHING;
    for (var channel :
        due.stream().collect(Collectors.groupingBy(ReceiptWork.Item::channelId)).entrySet()) {
      List<ReceiptWork.Item> inTurn =
          withThoseBefore(connection, channel.getKey(), channel.getValue());
      written = written.and(again(connection, channel.getKey(), inTurn, rules));
    }
    return new Retried(due.size() == KeptReceipts.BATCH, written);
  }

  /** What came earlier about the same delivery goes first, though its next try is not due. */
  private static List<ReceiptWork.Item> withThoseBefore(
      Connection connection, String channelId, List<ReceiptWork.Item> due) throws SQLException {
    Map<Long, ReceiptWork.Item> bySeq = new TreeMap<>();
    due.forEach(item -> bySeq.put(item.seq(), item));
    KeptReceipts.about(connection, channelId, due.stream().map(ReceiptWork.Item::receipt).toList())
        .forEach(item -> bySeq.putIfAbsent(item.seq(), item));
    return List.copyOf(bySeq.values());
  }

  /** One that the database refuses does not keep the others back: it is put aside. */
  private Settlements.Written again(
      Connection connection, String channelId, List<ReceiptWork.Item> items, StatusRules rules)
      throws SQLException {
    Savepoint before = connection.setSavepoint();
    try {
      return work(connection, channelId, items, rules, true).written();
    } catch (SQLException | StoreException e) {
      if (e instanceof SQLException sql && Outages.is(sql)) {
        throw e;
      }
      connection.rollback(before);
    }
    if (items.size() == 1) {
      Receipt r = items.get(0).receipt();
      KeptReceipts.forget(connection, items);
      String why = "it cannot be applied";
      putAside(connection, channelId, List.of(new Poison(r.id(), r.reference(), r.content(), why)));
      return Settlements.Written.NOTHING;
    }
    int half = items.size() / 2;
    return again(connection, channelId, items.subList(0, half), rules)
        .and(again(connection, channelId, items.subList(half, items.size()), rules));
  }

  private Taken work(
      Connection connection,
      String channelId,
      List<ReceiptWork.Item> items,
      StatusRules rules,
      boolean keepEarly)
      throws SQLException {
    ReceiptWork work = new ReceiptWork(connection, channelId, rules);
    work.run(items);
    KeptReceipts.forget(connection, work.done());
    KeptReceipts.reschedule(
        connection, work.early().stream().filter(ReceiptWork.Item::isKept).toList());
    List<Receipt> early =
        work.early().stream().filter(i -> !i.isKept()).map(ReceiptWork.Item::receipt).toList();
    if (keepEarly) {
      KeptReceipts.keep(connection, channelId, early);
    }
    KeptReceipts.forget(connection, List.copyOf(work.aside().keySet()));
    List<Poison> aside = new ArrayList<>();
    work.aside()
        .forEach(
            (item, why) -> {
              Receipt r = item.receipt();
              aside.add(new Poison(r.id(), r.reference(), r.content(), why));
            });
    putAside(connection, channelId, aside);
    return new Taken(
        work.applied(), work.aside().size(), keepEarly ? List.of() : early, work.written());
  }

  /**
   * Puts aside what is no receipt, and journals it where it names a message of the channel.
   *
   * @throws StoreUnavailableException if the database could not be reached; nothing was written
   */
  public void putAside(String channelId, List<Poison> poison) {
    database.transaction(
        connection -> {
          putAside(connection, channelId, poison);
          return null;
        });
  }

  private static void putAside(Connection connection, String channelId, List<Poison> poison)
      throws SQLException {
    if (poison.isEmpty()) {
      return;
    }
    KeptReceipts.giveWay(connection, channelId, poison, Poison::receiptId, Poison::content);
    String sql =
        """
        INSERT INTO channel_receipts (channel_id, receipt_id, content, error)
        SELECT ?, u.* FROM unnest(?::text[], ?::text[], ?::text[]) AS u (id, content, error)
        ON CONFLICT (channel_id, receipt_id) DO NOTHING
        RETURNING receipt_id
        """;
    Set<String> fresh = new HashSet<>();
    try (PreparedStatement s = connection.prepareStatement(sql)) {
      s.setString(1, channelId);
      new Columns<>(connection, s, poison)
          .from(2)
          .text(p -> id(p.receiptId()))
          .text(p -> Columns.clean(p.content(), KeptReceipts.MOST_CONTENT))
          .text(p -> Columns.clean(p.error(), 1_000));
      try (ResultSet r = s.executeQuery()) {
        while (r.next()) {
          fresh.add(r.getString(1));
        }
      }
    }
    journal(
        connection,
        channelId,
        poison.stream()
            .filter(p -> p.reference() != null && fresh.remove(id(p.receiptId())))
            .toList());
  }

  /** As the table has it. */
  static String id(String receiptId) {
    return Columns.clean(receiptId, 512);
  }

  /** A receipt writes nothing into the journal of a message that never was in its channel. */
  private static void journal(Connection connection, String channelId, List<Poison> poison)
      throws SQLException {
    if (poison.isEmpty()) {
      return;
    }
    String sql =
        """
        SELECT u.error, o.id, o.sender, o.sender_ref
        FROM unnest(?::text[], ?::text[], ?::text[]) AS u (sender, sender_ref, error)
        CROSS JOIN LATERAL (
          SELECT f.* FROM delivery_outbox f
          WHERE f.sender = u.sender AND f.sender_ref = u.sender_ref LIMIT 1) o
        WHERE o.channel_id = ? OR ? = ANY (o.refused_by)
        """;
    List<DeliveryStatusJournal.Line> lines = new ArrayList<>();
    try (PreparedStatement s = connection.prepareStatement(sql)) {
      int next =
          new Columns<>(connection, s, poison)
              .text(p -> p.reference().sender())
              .text(p -> p.reference().senderRef())
              .text(p -> "receipt " + p.receiptId() + " was put aside: " + p.error())
              .next();
      s.setString(next, channelId);
      s.setString(next + 1, channelId);
      try (ResultSet r = s.executeQuery()) {
        while (r.next()) {
          JournalEntry entry =
              new JournalEntry(Event.UNKNOWN, channelId, null, null, r.getString(1));
          lines.add(
              new DeliveryStatusJournal.Line(r.getLong(2), r.getString(3), r.getString(4), entry));
        }
      }
    }
    DeliveryStatusJournal.append(connection, lines);
  }

  /** Receipts put aside, oldest first. */
  public List<Aside> aside(long after, int limit) {
    String sql =
        """
        SELECT seq, channel_id, at, receipt_id, error, content FROM channel_receipts
        WHERE seq > ? AND due_at IS NULL ORDER BY seq LIMIT ?
        """;
    return database.statement(
        connection -> {
          try (PreparedStatement s = connection.prepareStatement(sql)) {
            s.setLong(1, after);
            s.setInt(2, limit);
            try (ResultSet r = s.executeQuery()) {
              List<Aside> found = new ArrayList<>();
              while (r.next()) {
                found.add(
                    new Aside(
                        r.getLong(1),
                        r.getString(2),
                        r.getObject(3, OffsetDateTime.class).toInstant(),
                        r.getString(4),
                        r.getString(5),
                        r.getString(6)));
              }
              return found;
            }
          }
        });
  }
}
