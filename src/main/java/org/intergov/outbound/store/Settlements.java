package org.intergov.outbound.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.intergov.outbound.delivery.Event;
import org.intergov.outbound.delivery.JournalEntry;
import org.intergov.outbound.delivery.LakePatch;
import org.intergov.outbound.delivery.OutboxStatus;
import org.intergov.outbound.delivery.PendingSettlement;
import org.intergov.outbound.delivery.Reason;
import org.intergov.outbound.delivery.Rejection;
import org.intergov.outbound.delivery.Settlement;
import org.intergov.outbound.message.Message;
import org.intergov.outbound.store.DeliveryOutbox.Lease;
import org.intergov.outbound.store.database.Database;
import org.intergov.outbound.store.database.Once;
import org.intergov.outbound.store.database.StoreUnavailableException;

/**
 * Writes settlements: the outbox, channel pending, message updates, rejected messages and the
 * journal, for a whole batch in one transaction. A lease lost to another replica is journaled, and
 * nothing else of it is written. Thread-safe.
 */
public final class Settlements {
  private final Database database;
  private final Predicate<String> callsBack;
  private final FlowListener listener;

  public Settlements(Database database) {
    this(database, channelId -> false, FlowListener.NONE);
  }

  /**
   * @param callsBack whether a channel is asked to call back about its deliveries
   */
  public Settlements(Database database, Predicate<String> callsBack, FlowListener listener) {
    this.database = database;
    this.callsBack = callsBack;
    this.listener = listener;
  }

  /**
   * What a batch has brought about.
   *
   * @param updates whether there are new ones for the lake
   * @param rejected how many were rejected, by reason
   * @param held how many came to wait for an operator
   */
  public record Written(
      int settled, int leasesLost, boolean updates, Map<Reason, Integer> rejected, int held) {

    public static final Written NOTHING = new Written(0, 0, false, Map.of(), 0);

    public boolean rejections() {
      return !rejected.isEmpty();
    }

    public Written and(Written other) {
      Map<Reason, Integer> both = new EnumMap<>(Reason.class);
      both.putAll(rejected);
      other.rejected.forEach((reason, count) -> both.merge(reason, count, Integer::sum));
      return new Written(
          settled + other.settled,
          leasesLost + other.leasesLost,
          updates || other.updates,
          both,
          held + other.held);
    }
  }

  /** An update for the lake, or a rejection, and the message it is about. */
  record Update(long messageId, Message message, LakePatch patch) {}

  record Rejected(long messageId, Message message, Rejection rejection) {}

  /**
   * Gives back what the router claimed, with what became of it.
   *
   * @throws StoreUnavailableException if the database could not be reached; nothing was recorded
   */
  public Written deliveries(List<Settlement> batch) {
    return deliveries(batch, new Once<>());
  }

  /**
   * The same, for a batch that is tried until it is recorded.
   *
   * @param once the same for each try of this batch
   */
  public Written deliveries(List<Settlement> batch, Once<Written> once) {
    return told(database.transaction(once, connection -> deliveries(connection, batch)));
  }

  private Written told(Written written) {
    listener.written(written);
    return written;
  }

  private Written deliveries(Connection connection, List<Settlement> batch) throws SQLException {
    Set<Long> inOrder = new HashSet<>();
    Set<Lease> ours = DeliveryOutbox.settle(connection, batch, inOrder);
    Map<Long, Long> forgotten = Map.of();
    if (ours.size() < batch.size()) {
      List<Settlement> theirs =
          batch.stream().filter(s -> !ours.contains(Lease.of(s.delivery()))).toList();
      forgotten = ForgottenRows.of(connection, theirs.stream().map(Settlements::row).toList());
      Set<Long> gone = forgotten.keySet();
      List<Settlement> posted =
          theirs.stream()
              .filter(s -> s.status() == OutboxStatus.ACCEPTED && !gone.contains(s.delivery().id()))
              .toList();
      ours.addAll(DeliveryOutbox.settleForgotten(connection, posted, inOrder));
    }
    List<Settlement> others =
        batch.stream().filter(s -> !ours.contains(Lease.of(s.delivery()))).toList();
    Set<Lease> before =
        others.isEmpty() ? Set.of() : DeliveryOutbox.settledBefore(connection, others);
    List<Update> updates = new ArrayList<>();
    List<Rejected> rejections = new ArrayList<>();
    List<Settlement> followed = new ArrayList<>();
    List<DeliveryStatusJournal.Line> lines = new ArrayList<>();
    for (Settlement s : batch) {
      long id = s.delivery().id();
      Message message = s.delivery().message();
      if (before.contains(Lease.of(s.delivery()))) {
        continue;
      }
      if (!ours.contains(Lease.of(s.delivery()))) {
        long about = forgotten.getOrDefault(id, id);
        lines.add(
            DeliveryStatusJournal.Line.of(about, message, lost(s, forgotten.containsKey(id))));
        continue;
      }
      s.journal().forEach(e -> lines.add(DeliveryStatusJournal.Line.of(id, message, e)));
      s.patches().forEach(p -> updates.add(new Update(id, message, p)));
      if (s.follow() != null) {
        followed.add(s);
      }
      if (s.rejection() != null) {
        rejections.add(new Rejected(id, message, s.rejection()));
      }
    }
    if (!inOrder.isEmpty()) {
      OrderedLanes.letNextGo(
          connection,
          batch.stream()
              .filter(s -> inOrder.contains(s.delivery().id()))
              .filter(s -> ours.contains(Lease.of(s.delivery())))
              .filter(Settlements::leavesItsLane)
              .map(s -> OrderedLanes.Turn.of(s.delivery()))
              .toList());
    }
    ChannelPending.post(connection, followed);
    ChannelSubscriptions.want(
        connection, followed.stream().filter(f -> callsBack.test(f.channelId())).toList());
    int known = batch.size() - before.size();
    return write(connection, known, ours.size(), updates, rejections, lines);
  }

  /** A held one stays at the head of its subject until an operator has decided. */
  private static boolean leavesItsLane(Settlement s) {
    return s.status() == OutboxStatus.ACCEPTED
        || s.status() == OutboxStatus.REJECTED
        || !Objects.equals(s.channelId(), s.delivery().channelId());
  }

  /**
   * Writes what channels said of pending deliveries. Where a confirmation is taken back while an
   * updater is telling of it, that is put off: nothing is written, and the channel is asked again
   * in a second.
   *
   * @throws StoreUnavailableException if the database could not be reached; nothing was recorded
   */
  public Written pending(List<PendingSettlement> batch) {
    return pending(batch, new Once<>());
  }

  /**
   * The same, for a batch that is tried until it is recorded.
   *
   * @param once the same for each try of this batch
   */
  public Written pending(List<PendingSettlement> batch, Once<Written> once) {
    return told(database.transaction(once, connection -> pending(connection, batch)));
  }

  /** The same, inside the caller's transaction. */
  public static Written pending(Connection connection, List<PendingSettlement> all)
      throws SQLException {
    UntoldAcceptances untold =
        UntoldAcceptances.hold(
            connection,
            all.stream()
                .filter(PendingSettlement::takesBack)
                .map(s -> s.delivery().messageId())
                .toList());
    List<PendingSettlement> batch = all.stream().map(s -> inTurn(s, untold)).toList();
    Set<Lease> ours = ChannelPending.settle(connection, batch);
    untold.withdraw(
        connection,
        batch.stream()
            .filter(s -> s.takesBack() && ours.contains(lease(s)))
            .map(s -> s.delivery().messageId())
            .collect(Collectors.toSet()));
    Map<Long, Long> forgotten =
        ForgottenRows.of(
            connection,
            batch.stream().filter(s -> !ours.contains(lease(s))).map(Settlements::row).toList());
    List<Update> updates = new ArrayList<>();
    List<Rejected> rejections = new ArrayList<>();
    List<PendingSettlement> changed = new ArrayList<>();
    List<DeliveryStatusJournal.Line> lines = new ArrayList<>();
    for (int i = 0; i < batch.size(); i++) {
      PendingSettlement s = batch.get(i);
      long id = s.delivery().messageId();
      Message message = s.delivery().message();
      if (!ours.contains(lease(s))) {
        if (!all.get(i).journal().isEmpty()) {
          long about = forgotten.getOrDefault(id, id);
          lines.add(DeliveryStatusJournal.Line.of(about, message, lost(all.get(i))));
        }
        continue;
      }
      s.journal().forEach(e -> lines.add(DeliveryStatusJournal.Line.of(id, message, e)));
      if (s.outbox() != null) {
        changed.add(s);
      }
      if (s.patch() != null) {
        updates.add(new Update(id, message, s.patch()));
      }
      if (s.rejection() != null) {
        rejections.add(new Rejected(id, message, s.rejection()));
      }
    }
    ChannelPending.changeOutbox(connection, changed);
    return write(connection, batch.size(), ours.size(), updates, rejections, lines);
  }

  private static PendingSettlement inTurn(PendingSettlement s, UntoldAcceptances untold) {
    return s.takesBack() && untold.isBeingTold(s.delivery().messageId())
        ? PendingSettlement.putOff(s.delivery())
        : s;
  }

  private static Written write(
      Connection connection,
      int size,
      int ours,
      List<Update> updates,
      List<Rejected> rejections,
      List<DeliveryStatusJournal.Line> lines)
      throws SQLException {
    MessageUpdates.post(connection, updates);
    RejectedMessages.post(connection, rejections);
    DeliveryStatusJournal.append(connection, lines);
    Map<Reason, Integer> rejected = new EnumMap<>(Reason.class);
    rejections.forEach(r -> rejected.merge(r.rejection().reason(), 1, Integer::sum));
    int held = (int) lines.stream().filter(l -> l.entry().event() == Event.HELD).count();
    return new Written(ours, size - ours, !updates.isEmpty(), rejected, held);
  }

  private static Lease lease(PendingSettlement s) {
    return new Lease(s.delivery().messageId(), s.delivery().lockToken());
  }

  private static DeliveryOutbox.Stored row(PendingSettlement s) {
    return new DeliveryOutbox.Stored(s.delivery().messageId(), s.delivery().message());
  }

  private static JournalEntry lost(PendingSettlement s) {
    return new JournalEntry(
        Event.LEASE_LOST,
        s.delivery().channelId(),
        s.delivery().channelTxnId(),
        null,
        "another replica has asked since, or a receipt has come; the answer here was "
            + s.journal().get(0).event().word()
            + ", not recorded");
  }

  private static DeliveryOutbox.Stored row(Settlement s) {
    return new DeliveryOutbox.Stored(s.delivery().id(), s.delivery().message());
  }

  private static JournalEntry lost(Settlement s, boolean isGone) {
    String what =
        s.journal().isEmpty()
            ? "given back unsent"
            : "the outcome here was " + s.journal().get(0).event().word();
    String txn = s.follow() == null ? null : s.follow().channelTxnId();
    String why = isGone ? "the outbox has this message no more" : "another replica has taken over";
    return new JournalEntry(
        Event.LEASE_LOST,
        s.delivery().channelId(),
        txn,
        s.delivery().attempts() + 1,
        why + "; " + what + ", not recorded");
  }
}
