package org.intergov.outbound.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.intergov.outbound.delivery.Event;
import org.intergov.outbound.delivery.JournalEntry;
import org.intergov.outbound.store.MessageLake.Shown;
import org.intergov.outbound.store.database.Columns;
import org.intergov.outbound.store.database.Database;
import org.intergov.outbound.store.database.StoreException;
import org.intergov.outbound.store.database.StoreUnavailableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Table {@code message_updates}: updates on their way to the lake. Kept until applied, or parked
 * where an operator sees them. Thread-safe.
 */
public final class MessageUpdates {
  private static final Logger LOG = LoggerFactory.getLogger(MessageUpdates.class);
  private static final String TABLE = "message_updates";
  private static final String COLUMNS =
      """
      m.seq, m.sender, m.sender_ref, m.message_id, m.patch ->> 'receiver', m.patch ->> 'subject',
      m.patch ->> 'obj', m.patch ->> 'predicate', m.patch ->> 'status',
      m.patch ->> 'channel_id', m.patch ->> 'channel_txn_id'
      """;

  private final Database outbox;
  private final QueueClaims<Job> claims;
  private final Database lake;
  private final FlowListener listener;

  /**
   * @param outbox where the queue and the journal are
   * @param lake where the lake is; the same object if it is the same database
   */
  public MessageUpdates(Database outbox, Database lake, FlowListener listener) {
    this.outbox = outbox;
    this.claims = new QueueClaims<>(outbox, TABLE, COLUMNS, MessageUpdates::job);
    this.lake = lake;
    this.listener = listener;
  }

  /** A claimed job. {@code entry}: the message itself travels in it and is to be inserted. */
  public record Job(
      long seq,
      String sender,
      String senderRef,
      long messageId,
      boolean entry,
      String receiver,
      String subject,
      String obj,
      String predicate,
      String status,
      String channelId,
      String channelTxnId,
      UUID lockToken) {
    String reference() {
      return sender + ":" + senderRef;
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

  /**
   * Applies up to {@code most} due updates, oldest first.
   *
   * <p>Where the lake is in the same database, taking, applying and deleting are one transaction,
   * and its row locks are the lease. Where it is not, or where an update is refused, the jobs are
   * claimed first, so that what cannot be applied is tried again later and does not keep the others
   * back.
   *
   * @return how many were taken; less than {@code most}: no more are due
   * @throws StoreUnavailableException if a database could not be reached; the jobs stay
   */
  public int applyDue(int most) {
    if (lake == outbox) {
      try {
        return told(outbox.transaction(c -> applyInOne(c, most)));
      } catch (StoreException e) {
        LOG.debug("updates are applied one by one, since the lake refuses one", e);
      }
    }
    List<Job> jobs = claim(most);
    if (!jobs.isEmpty()) {
      apply(jobs);
    }
    return jobs.size();
  }

  private static Finished applyInOne(Connection connection, int most) throws SQLException {
    List<Job> jobs = QueueRows.take(connection, TABLE, COLUMNS, most, MessageUpdates::job);
    return jobs.isEmpty()
        ? new Finished(0, List.of())
        : finish(connection, jobs, applyTo(connection, jobs));
  }

  /**
   * Jobs that are done.
   *
   * @param accepted since when there were entries of messages that are shown as accepted now
   */
  private record Finished(int taken, List<Instant> accepted) {}

  private int told(Finished finished) {
    Instant now = Instant.now();
    finished.accepted().forEach(since -> listener.accepted(Duration.between(since, now)));
    return finished.taken();
  }

  /** Claims up to {@code most} due updates, oldest first. */
  public List<Job> claim(int most) {
    return claims.claim(most);
  }

  private static Job job(ResultSet r, UUID token) throws SQLException {
    return new Job(
        r.getLong(1),
        r.getString(2),
        r.getString(3),
        r.getLong(4),
        r.getString(5) != null,
        r.getString(5),
        r.getString(6),
        r.getString(7),
        r.getString(8),
        r.getString(9),
        r.getString(10),
        r.getString(11),
        token);
  }

  /**
   * Applies claimed updates to the lake, deletes their jobs and journals {@code accepted}. One that
   * cannot be applied does not keep the others back.
   */
  public void apply(List<Job> jobs) {
    try {
      applyAll(jobs);
    } catch (StoreException e) {
      if (jobs.size() == 1) {
        failed(jobs, e.getMessage());
        return;
      }
      apply(jobs.subList(0, jobs.size() / 2));
      apply(jobs.subList(jobs.size() / 2, jobs.size()));
    }
  }

  private void applyAll(List<Job> jobs) {
    if (lake == outbox) {
      told(outbox.transaction(c -> finish(c, jobs, applyTo(c, jobs))));
    } else {
      Map<String, Shown> shown = applyToOtherDatabase(jobs);
      told(outbox.transaction(c -> finish(c, jobs, shown)));
    }
  }

  /** While the lake is away its updates wait in the queue, not under a lease. */
  private Map<String, Shown> applyToOtherDatabase(List<Job> jobs) {
    try {
      return lake.transaction(c -> applyTo(c, jobs));
    } catch (StoreUnavailableException e) {
      List<Long> seqs = jobs.stream().map(Job::seq).toList();
      UUID token = jobs.get(0).lockToken();
      outbox.transaction(c -> QueueRows.release(c, "message_updates", seqs, token));
      throw e;
    }
  }

  private static Map<String, Shown> applyTo(Connection connection, List<Job> jobs)
      throws SQLException {
    List<DeliveryOutbox.Stored> entries = new ArrayList<>();
    // in the order of references: replicas that apply at once wait in one direction only
    Map<String, MessageLake.Change> newest = new TreeMap<>();
    for (Job j : jobs) {
      if (j.entry()) {
        entries.add(
            new DeliveryOutbox.Stored(
                j.messageId(),
                new org.intergov.outbound.message.Message(
                    j.sender(), j.senderRef(), j.receiver(), j.subject(), j.obj(), j.predicate())));
      }
      newest.put(
          j.reference(),
          new MessageLake.Change(
              j.messageId(),
              j.sender(),
              j.senderRef(),
              j.seq(),
              j.status(),
              j.channelId(),
              j.channelTxnId()));
    }
    if (!entries.isEmpty()) {
      MessageLake.insert(connection, entries);
    }
    return MessageLake.apply(connection, List.copyOf(newest.values()));
  }

  /** Deletes the jobs that still are ours; those without a lake entry are tried again later. */
  private static Finished finish(Connection connection, List<Job> jobs, Map<String, Shown> shown)
      throws SQLException {
    List<Job> applied = jobs.stream().filter(j -> shown.containsKey(j.reference())).toList();
    List<Long> seqs = applied.stream().map(Job::seq).toList();
    Set<Long> deleted = QueueRows.done(connection, TABLE, seqs, jobs.get(0).lockToken());
    List<DeliveryStatusJournal.Line> lines = new ArrayList<>();
    List<Instant> acceptedSince = new ArrayList<>();
    for (Job j : applied) {
      boolean isShown = shown.get(j.reference()).seq() == j.seq();
      if (deleted.contains(j.seq()) && isShown && "accepted".equals(j.status())) {
        JournalEntry accepted =
            new JournalEntry(Event.ACCEPTED, j.channelId(), j.channelTxnId(), null, null);
        lines.add(
            new DeliveryStatusJournal.Line(j.messageId(), j.sender(), j.senderRef(), accepted));
        acceptedSince.add(shown.get(j.reference()).since());
      }
    }
    DeliveryStatusJournal.append(connection, lines);
    List<Job> missing = jobs.stream().filter(j -> !shown.containsKey(j.reference())).toList();
    if (!missing.isEmpty()) {
      QueueRows.failed(
          connection,
          TABLE,
          missing.stream().map(Job::seq).toList(),
          missing.get(0).lockToken(),
          "no lake entry yet");
    }
    return new Finished(jobs.size(), acceptedSince);
  }

  private void failed(List<Job> jobs, String error) {
    LOG.warn("message update of {} failed: {}", jobs.get(0).reference(), error);
    outbox.transaction(
        c ->
            QueueRows.failed(
                c, TABLE, jobs.stream().map(Job::seq).toList(), jobs.get(0).lockToken(), error));
  }
}
