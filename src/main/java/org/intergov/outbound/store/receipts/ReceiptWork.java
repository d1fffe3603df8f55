package org.intergov.outbound.store.receipts;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.intergov.outbound.delivery.PendingDelivery;
import org.intergov.outbound.delivery.PendingSettlement;
import org.intergov.outbound.delivery.Receipt;
import org.intergov.outbound.delivery.StatusAnswer.Status;
import org.intergov.outbound.delivery.StatusRules;
import org.intergov.outbound.message.IdempotencyKey;
import org.intergov.outbound.store.ChannelPending;
import org.intergov.outbound.store.Settlements;
import org.intergov.outbound.store.UntoldAcceptances;
import org.intergov.outbound.store.database.Columns;
import org.intergov.outbound.store.receipts.ReceiptSearch.Early;
import org.intergov.outbound.store.receipts.ReceiptSearch.Found;
import org.intergov.outbound.store.receipts.ReceiptSearch.Nowhere;
import org.intergov.outbound.store.receipts.ReceiptSearch.Pending;

/**
 * Applies receipts of one channel inside one transaction. For each delivery one receipt after the
 * other: in a round each delivery is changed once at most, under its row lock and a fresh lease, so
 * that a status check under way meanwhile finds its lease lost.
 */
final class ReceiptWork {
  /** Rounds that may be lost to other replicas. */
  private static final int MOST_RACES = 10;

  private static final Set<Status> TAKE_BACK = EnumSet.of(Status.UNDELIVERABLE, Status.REVOKED);

  private final Connection connection;
  private final String channelId;
  private final StatusRules rules;
  private final UUID token = UUID.randomUUID();
  private final Set<String> ended = new HashSet<>();
  private final List<Item> done = new ArrayList<>();
  private final List<Item> early = new ArrayList<>();
  private final Map<Item, String> aside = new LinkedHashMap<>();
  private Settlements.Written written = Settlements.Written.NOTHING;

  /**
   * A receipt at work.
   *
   * @param seq its row in the table; 0: it has none
   * @param old whether it has waited so long that an unknown id is no longer taken for early
   */
  record Item(long seq, String channelId, boolean old, Receipt receipt) {
    static Item fresh(Receipt receipt) {
      return new Item(0, null, false, receipt);
    }

    boolean isKept() {
      return seq > 0;
    }
  }

  ReceiptWork(Connection connection, String channelId, StatusRules rules) {
    this.connection = connection;
    this.channelId = channelId;
    this.rules = rules;
  }

  void run(List<Item> items) throws SQLException {
    List<Item> left = items;
    for (int rounds = 0; !left.isEmpty() && rounds < items.size() + MOST_RACES; rounds++) {
      left = round(left);
    }
    left.forEach(item -> aside.put(item, "its delivery cannot be read; see the database"));
  }

  /** Returns what is left for the next round. */
  private List<Item> round(List<Item> items) throws SQLException {
    List<Found> found =
        ReceiptSearch.find(connection, channelId, items.stream().map(Item::receipt).toList());
    Map<Long, List<Item>> byMessage = new LinkedHashMap<>();
    for (int i = 0; i < items.size(); i++) {
      Item item = items.get(i);
      Found f = found.get(i);
      if (f instanceof Pending p) {
        byMessage.computeIfAbsent(p.messageId(), id -> new ArrayList<>()).add(item);
      } else if (f instanceof Early e) {
        isEarly(item, e);
      } else if (f instanceof Nowhere n) {
        aside.put(item, n.why());
      } else {
        done.add(item);
      }
    }
    Map<Long, PendingDelivery> locked = lock(byMessage.keySet());
    UntoldAcceptances untold = untold(locked, byMessage);
    putOff(locked.keySet().stream().filter(untold::isBeingTold).toList());
    List<Item> left = new ArrayList<>();
    List<PendingSettlement> settlements = new ArrayList<>();
    for (var message : byMessage.entrySet()) {
      PendingDelivery delivery = locked.get(message.getKey());
      if (delivery == null) {
        left.addAll(message.getValue()); // gone since it was found: another replica was faster
      } else if (untold.isBeingTold(message.getKey())) {
        early.addAll(message.getValue()); // shortly
      } else {
        decide(delivery, message.getValue(), settlements, left);
      }
    }
    settle(settlements);
    return left;
  }

  /** Of those that were confirmed and are told of in words that may take it back. */
  private UntoldAcceptances untold(
      Map<Long, PendingDelivery> locked, Map<Long, List<Item>> byMessage) throws SQLException {
    return UntoldAcceptances.hold(
        connection,
        locked.values().stream()
            .filter(PendingDelivery::confirmed)
            .map(PendingDelivery::messageId)
            .filter(
                id ->
                    byMessage.get(id).stream()
                        .anyMatch(i -> TAKE_BACK.contains(i.receipt().status())))
            .toList());
  }

  /** Nothing else may be decided on them meanwhile, such as that they are final. */
  private void putOff(List<Long> messageIds) throws SQLException {
    if (messageIds.isEmpty()) {
      return;
    }
    String sql =
        """
        UPDATE channel_pending p
        SET lock_token = ?::uuid, due_at = greatest(p.due_at, now() + interval '2 minutes')
        FROM unnest(?::int8[]) AS u (id)
        WHERE p.message_id = ANY (ARRAY[u.id])
        """;
    try (PreparedStatement s = connection.prepareStatement(sql)) {
      s.setString(1, token.toString());
      new Columns<>(connection, s, messageIds).from(2).bigint(id -> id);
      s.executeUpdate();
    }
  }

  private void isEarly(Item item, Early e) {
    if (ended.contains(item.receipt().channelTxnId())) {
      done.add(item);
    } else if (item.old() && !e.messageIsUnderWay()) {
      aside.put(item, "no open delivery of this channel has this id");
    } else {
      early.add(item);
    }
  }

  /** Up to the first receipt that changes something; what follows it sees what it has changed. */
  private void decide(
      PendingDelivery delivery,
      List<Item> items,
      List<PendingSettlement> settlements,
      List<Item> left)
      throws SQLException {
    for (int i = 0; i < items.size(); i++) {
      Receipt receipt = items.get(i).receipt();
      if (receipt.reference() != null
          && ReceiptSearch.namesAnother(receipt, delivery.generation(), delivery.channelTxnId())) {
        left.add(items.get(i)); // sent again since it was found
        continue;
      }
      Optional<PendingSettlement> change =
          isAboutAnother(delivery, receipt)
              ? Optional.empty()
              : rules.settleByReceipt(delivery, receipt.status(), receipt.name());
      done.add(items.get(i));
      if (change.isPresent()) {
        settlements.add(change.get());
        ended.add(delivery.channelTxnId());
        left.addAll(items.subList(i + 1, items.size()));
        return;
      }
    }
  }

  /**
   * Whether a receipt is about an earlier delivery of the same message: it says so, or it was
   * applied to that one already and has come again.
   */
  private boolean isAboutAnother(PendingDelivery d, Receipt receipt) throws SQLException {
    if (receipt.key() != null) {
      return !receipt.key().equals(IdempotencyKey.of(d.message(), d.generation()));
    }
    if (receipt.reference() == null) {
      return !receipt.channelTxnId().equals(d.channelTxnId());
    }
    return receipt.channelTxnId() == null && d.generation() > 1 && wasApplied(d, receipt);
  }

  private boolean wasApplied(PendingDelivery d, Receipt receipt) throws SQLException {
    String sql =
        """
        SELECT EXISTS (SELECT FROM delivery_status s
                       WHERE s.message_id = ? AND s.channel_id = ? AND s.detail = ?)
        """;
    try (PreparedStatement s = connection.prepareStatement(sql)) {
      s.setLong(1, d.messageId());
      s.setString(2, channelId);
      s.setString(3, Columns.clean(receipt.name(), 1_000));
      try (ResultSet r = s.executeQuery()) {
        return r.next() && r.getBoolean(1);
      }
    }
  }

  /** In the order of ids, so that two of these wait for each other in one direction only. */
  private Map<Long, PendingDelivery> lock(Iterable<Long> messageIds) throws SQLException {
    TreeSet<Long> ids = new TreeSet<>();
    messageIds.forEach(ids::add);
    if (ids.isEmpty()) {
      return Map.of();
    }
    String sql =
        """
        SELECT p.message_id, o.sender, o.sender_ref, o.receiver, o.subject, o.obj, o.predicate,
          p.channel_id, p.channel_txn_id, p.state = 'confirmed', false, false, p.checks,
          p.last_problem, o.refused_by, o.generation, 0
        FROM unnest(?::int8[]) AS u (id)
        CROSS JOIN LATERAL (
          SELECT f.* FROM channel_pending f
          WHERE f.message_id = u.id AND f.channel_id = ? LIMIT 1 FOR UPDATE) p
        CROSS JOIN LATERAL (SELECT f.* FROM delivery_outbox f WHERE f.id = u.id LIMIT 1) o
        """;
    try (PreparedStatement s = connection.prepareStatement(sql)) {
      int next = new Columns<>(connection, s, List.copyOf(ids)).bigint(id -> id).next();
      s.setString(next, channelId);
      try (ResultSet r = s.executeQuery()) {
        Map<Long, PendingDelivery> locked = new HashMap<>();
        ChannelPending.readClaimed(r, token).forEach(d -> locked.put(d.messageId(), d));
        return locked;
      }
    }
  }

  private void settle(List<PendingSettlement> settlements) throws SQLException {
    if (settlements.isEmpty()) {
      return;
    }
    String sql =
        """
        UPDATE channel_pending p
        SET lock_token = ?::uuid,
            due_at = coalesce(now() + u.rest_ms * interval '1 millisecond', p.due_at)
        FROM unnest(?::int8[], ?::int8[]) AS u (id, rest_ms)
        WHERE p.message_id = ANY (ARRAY[u.id])
        """;
    try (PreparedStatement s = connection.prepareStatement(sql)) {
      s.setString(1, token.toString());
      new Columns<>(connection, s, settlements)
          .from(2)
          .bigint(c -> c.delivery().messageId())
          .bigint(c -> rules.restAfterReceipt(c).map(rest -> rest.toMillis()).orElse(null));
      s.executeUpdate();
    }
    written = written.and(Settlements.pending(connection, settlements));
  }

  /** Applied, or found to be no news. */
  List<Item> done() {
    return Collections.unmodifiableList(done);
  }

  List<Item> early() {
    return Collections.unmodifiableList(early);
  }

  /** What leads nowhere, and why. */
  Map<Item, String> aside() {
    return Collections.unmodifiableMap(aside);
  }

  int applied() {
    return written.settled();
  }

  Settlements.Written written() {
    return written;
  }
}
