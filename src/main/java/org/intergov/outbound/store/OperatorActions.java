package org.intergov.outbound.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.intergov.outbound.delivery.Event;
import org.intergov.outbound.delivery.JournalEntry;
import org.intergov.outbound.delivery.LakePatch;
import org.intergov.outbound.delivery.Reason;
import org.intergov.outbound.delivery.Rejection;
import org.intergov.outbound.message.Message;
import org.intergov.outbound.message.Reference;
import org.intergov.outbound.store.OrderedLanes.Turn;
import org.intergov.outbound.store.database.Columns;
import org.intergov.outbound.store.database.Database;

/** What an operator does to messages; each of it is journaled. Thread-safe. */
public final class OperatorActions {
  private final Database database;
  private final Duration expiresAfter;
  private final FlowListener listener;

  /**
   * @param expiresAfter how long a replayed message has
   * @param listener is told what is rejected here
   */
  public OperatorActions(Database database, Duration expiresAfter, FlowListener listener) {
    this.database = database;
    this.expiresAfter = expiresAfter;
    this.listener = listener;
  }

  /** What a replay came to. */
  public enum Replay {
    /** It goes again. */
    DONE,
    /** There is no such message in the outbox; it may have left it. */
    UNKNOWN_MESSAGE,
    /** It is neither held nor rejected, so there is nothing to repeat. */
    NOT_STUCK
  }

  /**
   * Sends a held or rejected message again. A held one, whose outcome is unknown, goes to the same
   * channel with the same idempotency key; a rejected one is routed anew, with a new key.
   *
   * @param who for the journal
   */
  public Replay replay(Reference reference, String who) {
    String sql =
        """
        WITH before AS (
          SELECT id, status,
            status = 'held' AND (channel_id IS NOT NULL OR unknowns > 0) AS in_doubt
          FROM delivery_outbox
          WHERE sender = ? AND sender_ref = ? FOR UPDATE
        ), again AS (
          UPDATE delivery_outbox o
          SET status = 'pending', due_at = now(), locked_until = NULL,
              expires_at = now() + ? * interval '1 millisecond',
              generation = o.generation + CASE b.status WHEN 'rejected' THEN 1 ELSE 0 END,
              channel_id = CASE b.status WHEN 'rejected' THEN NULL ELSE o.channel_id END,
              refused_by = CASE b.status WHEN 'rejected' THEN '{}' ELSE o.refused_by END,
              unknowns = CASE WHEN b.in_doubt THEN 1 ELSE 0 END,
              attempts = 0, last_error = NULL, updated_at = now()
          FROM before b WHERE o.id = b.id AND b.status IN ('held', 'rejected')
          RETURNING o.id, o.sender, o.sender_ref, o.receiver, o.subject, o.obj, o.predicate,
            b.status, o.channel_id, b.in_doubt
        )
        SELECT b.id, a.id, a.sender, a.sender_ref, a.receiver, a.subject, a.obj, a.predicate,
          a.status, a.channel_id, a.in_doubt
        FROM before b LEFT JOIN again a ON a.id = b.id
        """;
    return database.transaction(
        connection -> {
          try (PreparedStatement s = connection.prepareStatement(sql)) {
            s.setString(1, reference.sender());
            s.setString(2, reference.senderRef());
            s.setLong(3, expiresAfter.toMillis());
            try (ResultSet r = s.executeQuery()) {
              if (!r.next()) {
                return Replay.UNKNOWN_MESSAGE;
              }
              if (r.getObject(2) == null) {
                return Replay.NOT_STUCK;
              }
              record(connection, r, who);
              return Replay.DONE;
            }
          }
        });
  }

  private static void record(Connection connection, ResultSet r, String who) throws SQLException {
    long id = r.getLong(2);
    Message message = Columns.message(r, 3);
    String before = r.getString(9);
    if ("rejected".equals(before)) {
      RejectedMessages.overtake(connection, id);
      LakePatch pending = LakePatch.pending(null, null);
      MessageUpdates.post(connection, List.of(new Settlements.Update(id, message, pending)));
    }
    String channel = r.getString(10);
    List<JournalEntry> entries = new ArrayList<>();
    entries.add(
        new JournalEntry(Event.REPLAYED, channel, null, null, "was " + before + "; by " + who));
    if (r.getBoolean(11)) {
      String again =
          (channel == null ? "a channel" : "the channel")
              + " may have it: the same key is used again";
      entries.add(new JournalEntry(Event.POSSIBLE_DUPLICATE, channel, null, null, again));
    }
    DeliveryStatusJournal.append(
        connection,
        entries.stream().map(e -> DeliveryStatusJournal.Line.of(id, message, e)).toList());
  }

  /** What an operator's decision on a held message came to. */
  public enum Resolution {
    /** It is final now. */
    DONE,
    /** There is no such message in the outbox; it may have left it. */
    UNKNOWN_MESSAGE,
    /** It is not held, so there is nothing to decide. */
    NOT_HELD
  }

  /**
   * Ends a held message with what an operator has found out: the channel has it, or it has not.
   * Then it is accepted, or rejected for reason {@code operator}.
   *
   * @param why for the journal
   * @param who for the journal
   */
  public Resolution resolve(Reference reference, boolean delivered, String why, String who) {
    Resolution came = decide(reference, delivered, why, who);
    if (came == Resolution.DONE && !delivered) {
      listener.rejected(Reason.OPERATOR);
    }
    return came;
  }

  private Resolution decide(Reference reference, boolean delivered, String why, String who) {
    String sql =
        """
        WITH before AS (
          SELECT id, status FROM delivery_outbox
          WHERE sender = ? AND sender_ref = ? FOR UPDATE
        ), done AS (
          UPDATE delivery_outbox o
          SET status = ?, locked_until = NULL, last_error = NULL, updated_at = now()
          FROM before b WHERE o.id = b.id AND b.status = 'held'
          RETURNING o.id, o.sender, o.sender_ref, o.receiver, o.subject, o.obj, o.predicate,
            o.channel_id
        )
        SELECT b.id, d.id, d.sender, d.sender_ref, d.receiver, d.subject, d.obj, d.predicate,
          d.channel_id,
          (SELECT j.channel_txn_id FROM delivery_status j
           WHERE j.message_id = d.id AND j.event = 'held' ORDER BY j.seq DESC LIMIT 1)
        FROM before b LEFT JOIN done d ON d.id = b.id
        """;
    return database.transaction(
        connection -> {
          try (PreparedStatement s = connection.prepareStatement(sql)) {
            s.setString(1, reference.sender());
            s.setString(2, reference.senderRef());
            s.setString(3, delivered ? "accepted" : "rejected");
            try (ResultSet r = s.executeQuery()) {
              if (!r.next()) {
                return Resolution.UNKNOWN_MESSAGE;
              }
              if (r.getObject(2) == null) {
                return Resolution.NOT_HELD;
              }
              record(connection, r, delivered, why, who);
              return Resolution.DONE;
            }
          }
        });
  }

  private static void record(
      Connection connection, ResultSet r, boolean delivered, String why, String who)
      throws SQLException {
    long id = r.getLong(2);
    Message message = Columns.message(r, 3);
    String channelId = r.getString(9);
    String txn = r.getString(10);
    if (delivered) {
      LakePatch accepted = LakePatch.accepted(channelId, txn);
      MessageUpdates.post(connection, List.of(new Settlements.Update(id, message, accepted)));
    } else {
      Rejection rejection = new Rejection(Reason.OPERATOR, why, channelId, txn);
      RejectedMessages.post(connection, List.of(new Settlements.Rejected(id, message, rejection)));
    }
    if (channelId != null) {
      OrderedLanes.letNextGo(connection, List.of(new Turn(channelId, message.subject())));
    }
    String detail = (delivered ? "delivered: " : "not delivered: ") + why + "; by " + who;
    JournalEntry resolved = new JournalEntry(Event.RESOLVED, channelId, txn, null, detail);
    DeliveryStatusJournal.append(
        connection, List.of(DeliveryStatusJournal.Line.of(id, message, resolved)));
  }
}
