package org.intergov.outbound.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.intergov.outbound.delivery.Settlement;
import org.intergov.outbound.store.database.Columns;
import org.intergov.outbound.store.database.Database;
import org.intergov.outbound.store.database.StoreUnavailableException;

/**
 * Table {@code channel_subscription}: pending deliveries whose channels are asked to call back on
 * changes. A row is made with its pending delivery and goes with it. Thread-safe.
 */
public final class ChannelSubscriptions {
  private final Database database;

  ChannelSubscriptions(Database database) {
    this.database = database;
  }

  /** How many subscriptions may be asked for at one channel now. */
  public record Slots(String channelId, int slots) {}

  /**
   * A subscription that a channel is asked for now.
   *
   * @param callbackId the part of the callback's address that nobody can guess
   * @param attempts requests since the channel last verified one, this one included
   */
  public record Subscription(
      String channelId, String channelTxnId, UUID callbackId, int attempts) {}

  /** What a notification has come to. */
  public enum Notified {
    /** Nobody subscribed under this address. */
    UNKNOWN,
    /** Its delivery is due already. */
    NOTHING_NEW,
    /** Its delivery is due now, or within a second if it was only just. */
    DUE
  }

  /** Asks for subscriptions to deliveries just posted, inside the caller's transaction. */
  static void want(Connection connection, List<Settlement> posted) throws SQLException {
    if (posted.isEmpty()) {
      return;
    }
    String sql =
        """
        INSERT INTO channel_subscription (message_id, channel_id, channel_txn_id)
        SELECT * FROM unnest(?::int8[], ?::text[], ?::text[])
        ON CONFLICT (message_id) DO UPDATE
        SET channel_id = excluded.channel_id, channel_txn_id = excluded.channel_txn_id,
            callback_id = excluded.callback_id, due_at = now(), attempts = 0, lease_until = NULL,
            notified_at = NULL
        """;
    try (PreparedStatement s = connection.prepareStatement(sql)) {
      new Columns<>(connection, s, posted)
          .bigint(p -> p.delivery().id())
          .text(Settlement::channelId)
          .text(p -> p.follow().channelTxnId());
      s.executeUpdate();
    }
  }

  /**
   * Claims subscriptions that are due: never asked for, asked for without success, or about to run
   * out. The claim itself schedules the next request, later each time, so that one that fails, or
   * whose sender dies, needs no further write. Those whose delivery is not pending any more go.
   *
   * @throws StoreUnavailableException if the database could not be reached; nothing was claimed
   */
  public List<Subscription> claim(List<Slots> channels) {
    String sql =
        """
        WITH channel AS (
          SELECT * FROM unnest(?::text[], ?::int4[]) AS c (id, slots)
        ), picked AS MATERIALIZED (
          SELECT due.place, due.pending FROM channel CROSS JOIN LATERAL (
            SELECT s.ctid AS place, EXISTS (
              SELECT 1 FROM channel_pending p
              WHERE p.message_id = s.message_id AND p.channel_id = s.channel_id
                AND p.channel_txn_id = s.channel_txn_id
              OFFSET 0) AS pending
            FROM channel_subscription s
            WHERE s.channel_id = channel.id AND s.due_at <= now()
            ORDER BY s.due_at LIMIT channel.slots
            FOR UPDATE OF s SKIP LOCKED) due
        ), gone AS (
          DELETE FROM channel_subscription s USING picked
          WHERE s.ctid = picked.place AND NOT picked.pending
        )
        UPDATE channel_subscription s
        SET attempts = s.attempts + 1,
            due_at = now() + least(interval '1 hour',
                                   interval '30 seconds' * power(2, least(s.attempts, 10)))
        FROM picked
        WHERE s.ctid = picked.place AND picked.pending
        RETURNING s.channel_id, s.channel_txn_id, s.callback_id, s.attempts
        """;
    return database.statement(
        connection -> {
          try (PreparedStatement s = connection.prepareStatement(sql)) {
            new Columns<>(connection, s, channels).text(Slots::channelId).integer(Slots::slots);
            List<Subscription> claimed = new ArrayList<>();
            try (ResultSet r = s.executeQuery()) {
              while (r.next()) {
                claimed.add(
                    new Subscription(
                        r.getString(1), r.getString(2), r.getObject(3, UUID.class), r.getInt(4)));
              }
            }
            return claimed;
          }
        });
  }

  /**
   * The channel verifies a subscription: it lasts as long as the channel says, and is renewed when
   * four fifths of that are over.
   *
   * @return whether it is one of ours, for this delivery
   * @throws StoreUnavailableException if the database could not be reached
   */
  public boolean verify(String channelId, UUID callbackId, String channelTxnId, Duration lease) {
    String sql =
        """
        UPDATE channel_subscription
        SET attempts = 0, lease_until = now() + ? * interval '1 second',
            due_at = now() + ? * interval '0.8 seconds'
        WHERE callback_id = ?::uuid AND channel_id = ? AND channel_txn_id = ?
        """;
    return database.statement(
        connection -> {
          try (PreparedStatement s = connection.prepareStatement(sql)) {
            s.setLong(1, lease.toSeconds());
            s.setLong(2, lease.toSeconds());
            s.setString(3, callbackId.toString());
            s.setString(4, channelId);
            s.setString(5, channelTxnId);
            return s.executeUpdate() == 1;
          }
        });
  }

  /**
   * The channel tells that something about a delivery has changed: the poller may ask now, once a
   * second at most for one delivery.
   *
   * @throws StoreUnavailableException if the database could not be reached; nothing was written
   */
  public Notified notified(String channelId, UUID callbackId) {
    String sql =
        """
        WITH known AS (
          SELECT s.callback_id FROM channel_subscription s
          WHERE s.callback_id = ?::uuid AND s.channel_id = ?
        ), acted_on AS (
          UPDATE channel_subscription s
          SET notified_at = greatest(now(), s.notified_at + interval '1 second')
          FROM known
          WHERE s.callback_id = known.callback_id
            AND coalesce(s.notified_at <= now(), true)
          RETURNING s.message_id, s.channel_id, s.channel_txn_id, s.notified_at
        ), due AS (
          UPDATE channel_pending p SET due_at = a.notified_at
          FROM acted_on a
          WHERE p.message_id = ANY (ARRAY[a.message_id]) AND p.channel_id = a.channel_id
            AND p.channel_txn_id = a.channel_txn_id AND p.due_at > a.notified_at
          RETURNING 1
        )
        SELECT EXISTS (SELECT 1 FROM known), EXISTS (SELECT 1 FROM due)
        """;
    return database.statement(
        connection -> {
          try (PreparedStatement s = connection.prepareStatement(sql)) {
            s.setString(1, callbackId.toString());
            s.setString(2, channelId);
            try (ResultSet r = s.executeQuery()) {
              r.next();
              Notified known = r.getBoolean(2) ? Notified.DUE : Notified.NOTHING_NEW;
              return r.getBoolean(1) ? known : Notified.UNKNOWN;
            }
          }
        });
  }
}
