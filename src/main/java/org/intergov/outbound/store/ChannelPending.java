package org.intergov.outbound.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.intergov.outbound.delivery.PendingDelivery;
import org.intergov.outbound.delivery.PendingSettlement;
import org.intergov.outbound.delivery.Settlement;
import org.intergov.outbound.message.Message;
import org.intergov.outbound.store.database.Columns;
import org.intergov.outbound.store.database.Database;
import org.intergov.outbound.store.database.LeaseTokens;
import org.intergov.outbound.store.database.StoreException;

/** Table {@code channel_pending}: deliveries that a channel has taken. Thread-safe. */
public final class ChannelPending {
  private final Database database;

  public ChannelPending(Database database) {
    this.database = database;
  }

  /**
   * What may be asked of one channel now.
   *
   * @param every how long, at least, a claim keeps a delivery from being asked about again
   * @param lease how long a claim holds at least; longer than a call to the channel can take
   */
  public record CheckSlots(
      String channelId,
      int slots,
      Duration every,
      Duration lease,
      Duration finality,
      Duration giveUpAfter) {}

  /**
   * Claims deliveries whose lock has gone stale, for all channels in one statement. The claim
   * itself schedules the next check: where nothing has changed, nothing more is written, unless the
   * lock had to be longer than the time until the next check.
   *
   * @param underWay deliveries this replica still has an older claim on, whose answer has not come
   *     or is not written: a new claim would take the lease from under it
   */
  public List<PendingDelivery> claim(
      List<CheckSlots> channels, Collection<Long> underWay, UUID token) {
    String sql =
        """
        WITH channel AS (
          SELECT * FROM unnest(?::text[], ?::int4[], ?::int8[], ?::int8[], ?::int8[], ?::int8[])
            AS c (id, slots, every_ms, lease_ms, finality_ms, give_up_ms)
        ), picked AS MATERIALIZED (
          SELECT due.place, due.confirmed_at,
                 channel.every_ms, channel.lease_ms, channel.finality_ms, channel.give_up_ms
          FROM channel CROSS JOIN LATERAL (
            SELECT p.ctid AS place, p.confirmed_at FROM channel_pending p
            WHERE p.channel_id = channel.id AND p.due_at <= now()
              AND p.message_id <> ALL (?::int8[])
            ORDER BY p.due_at LIMIT channel.slots
            FOR UPDATE SKIP LOCKED) due
        ), claimed AS (
          UPDATE channel_pending p
          SET lock_token = ?::uuid, checks = p.checks + 1,
              due_at = now() + greatest(stale.after, stale.lease),
              locked_until = now() + greatest(stale.after, stale.lease)
          FROM picked CROSS JOIN LATERAL (
            SELECT picked.lease_ms * interval '1 millisecond' AS lease, greatest(
              picked.every_ms * interval '1 millisecond',
              least((now() - picked.confirmed_at) / 4,
                    picked.confirmed_at + picked.finality_ms * interval '1 millisecond' - now()))
              AS after) stale
          WHERE p.ctid = picked.place
          RETURNING p.*, picked.finality_ms, picked.give_up_ms,
            extract(epoch FROM stale.lease - stale.after) * 1000 AS beyond_ms
        )
        SELECT c.message_id, o.sender, o.sender_ref, o.receiver, o.subject, o.obj, o.predicate,
          c.channel_id, c.channel_txn_id, c.state = 'confirmed',
          coalesce(c.confirmed_at + c.finality_ms * interval '1 millisecond' <= now(), false),
          c.posted_at + c.give_up_ms * interval '1 millisecond' <= now(),
          c.checks, c.last_problem, o.refused_by, o.generation, c.beyond_ms
        FROM claimed c
        CROSS JOIN LATERAL (
          SELECT f.* FROM delivery_outbox f WHERE f.id = c.message_id LIMIT 1) o
        """;
    return database.statement(
        connection -> {
          try (PreparedStatement s = connection.prepareStatement(sql)) {
            int next =
                new Columns<>(connection, s, channels)
                    .text(CheckSlots::channelId)
                    .integer(CheckSlots::slots)
                    .bigint(c -> c.every().toMillis())
                    .bigint(c -> c.lease().toMillis())
                    .bigint(c -> c.finality().toMillis())
                    .bigint(c -> c.giveUpAfter().toMillis())
                    .next();
            s.setArray(next, connection.createArrayOf("int8", underWay.toArray()));
            s.setString(next + 1, token.toString());
            try (ResultSet r = s.executeQuery()) {
              return readClaimed(r, token);
            }
          }
        });
  }

  /**
   * Gives back what a claim took whose answer was lost with the connection: nobody asks about it.
   * What is not found here waits for its lock to go stale.
   *
   * @param channels what the claim asked for
   * @param token the claim's
   * @return how many deliveries were given back
   */
  public int release(List<CheckSlots> channels, UUID token) {
    String sql =
        """
        UPDATE channel_pending p SET due_at = now(), locked_until = NULL, lock_token = NULL
        FROM unnest(?::text[]) AS asked (id)
        WHERE p.channel_id = asked.id AND p.due_at > now() AND p.lock_token = ?::uuid
        """;
    return database.statement(
        connection -> {
          try (PreparedStatement s = connection.prepareStatement(sql)) {
            int next = new Columns<>(connection, s, channels).text(CheckSlots::channelId).next();
            s.setString(next, token.toString());
            return s.executeUpdate();
          }
        });
  }

  public static List<PendingDelivery> readClaimed(ResultSet r, UUID token) throws SQLException {
    List<PendingDelivery> claimed = new ArrayList<>();
    while (r.next()) {
      Message message = Columns.message(r, 2);
      claimed.add(
          new PendingDelivery(
              r.getLong(1),
              message,
              r.getString(8),
              r.getString(9),
              r.getBoolean(10),
              r.getBoolean(11),
              r.getBoolean(12),
              r.getInt(13),
              r.getString(14),
              DeliveryOutbox.textList(r.getArray(15)),
              r.getInt(16),
              token,
              Duration.ofMillis(Math.max(0, r.getLong(17)))));
    }
    return claimed;
  }

  /**
   * When each of these deliveries was posted or, if it is confirmed, confirmed.
   *
   * @return by message id; without those that are not pending any more
   */
  public Map<Long, Instant> lastChanges(Collection<Long> messageIds) {
    String sql =
        """
        SELECT p.message_id, coalesce(p.confirmed_at, p.posted_at)
        FROM unnest(?::int8[]) AS u (id)
        CROSS JOIN LATERAL (
          SELECT c.* FROM channel_pending c WHERE c.message_id = u.id LIMIT 1) p
        """;
    return database.statement(
        connection -> {
          try (PreparedStatement s = connection.prepareStatement(sql)) {
            s.setArray(1, connection.createArrayOf("int8", messageIds.toArray()));
            Map<Long, Instant> changes = new HashMap<>();
            try (ResultSet r = s.executeQuery()) {
              while (r.next()) {
                changes.put(r.getLong(1), r.getObject(2, OffsetDateTime.class).toInstant());
              }
            }
            return changes;
          }
        });
  }

  /** Posts deliveries to be followed, inside the caller's transaction. */
  static void post(Connection connection, List<Settlement> followed) throws SQLException {
    if (followed.isEmpty()) {
      return;
    }
    String sql =
        """
        INSERT INTO channel_pending
          (message_id, sender, sender_ref, channel_id, channel_txn_id, state, due_at, confirmed_at,
           by_receipts)
        SELECT u.id, u.sender, u.sender_ref, u.channel_id, u.txn, u.state,
               now() + u.first_ms * interval '1 millisecond',
               CASE u.state WHEN 'confirmed' THEN now() END, u.by_receipts
        FROM unnest(?::int8[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::int8[],
                    ?::bool[])
          AS u (id, sender, sender_ref, channel_id, txn, state, first_ms, by_receipts)
        ON CONFLICT (message_id) DO UPDATE
        SET channel_id = excluded.channel_id, channel_txn_id = excluded.channel_txn_id,
            state = excluded.state, due_at = excluded.due_at, confirmed_at = excluded.confirmed_at,
            by_receipts = excluded.by_receipts,
            posted_at = now(), lock_token = NULL, locked_until = NULL, checks = 0,
            last_problem = NULL
        """;
    try (PreparedStatement s = connection.prepareStatement(sql)) {
      new Columns<>(connection, s, followed)
          .bigint(f -> f.delivery().id())
          .text(f -> f.delivery().message().sender())
          .text(f -> f.delivery().message().senderRef())
          .text(Settlement::channelId)
          .text(f -> f.follow().channelTxnId())
          .text(f -> f.follow().confirmed() ? "confirmed" : "received")
          .bigint(f -> f.follow().firstCheck().toMillis())
          .bool(f -> f.follow().receipts());
      s.executeUpdate();
    }
  }

  /**
   * Writes what the channel said, each row only while its lease is still ours.
   *
   * @return the leases under which rows were written
   */
  static Set<DeliveryOutbox.Lease> settle(
      Connection connection, List<PendingSettlement> settlements) throws SQLException {
    Set<DeliveryOutbox.Lease> written = new HashSet<>();
    String update =
        """
        UPDATE channel_pending p
        SET state = CASE u.next WHEN 'WATCH' THEN 'confirmed' WHEN 'FOLLOW_AGAIN' THEN 'received'
                    ELSE p.state END,
            confirmed_at = CASE u.next WHEN 'WATCH' THEN now() WHEN 'FOLLOW_AGAIN' THEN NULL
                           ELSE p.confirmed_at END,
            last_problem = u.problem,
            due_at = CASE u.next WHEN 'ASK_AGAIN' THEN now() + interval '1 second'
                     ELSE p.due_at - u.beyond_ms * interval '1 millisecond' END,
            locked_until = p.locked_until - u.beyond_ms * interval '1 millisecond'
        FROM unnest(?::int8[], ?::uuid[], ?::text[], ?::text[], ?::text[], ?::int8[])
          AS u (id, token, next, problem, was, beyond_ms)
        WHERE p.message_id = ANY (ARRAY[u.id]) AND p.lock_token = u.token
          AND p.state = u.was
        RETURNING p.message_id, p.lock_token
        """;
    String delete =
        """
        WITH gone AS (
          DELETE FROM channel_pending p
          USING unnest(?::int8[], ?::uuid[]) AS u (id, token)
          WHERE p.message_id = ANY (ARRAY[u.id]) AND p.lock_token = u.token
          RETURNING p.message_id, p.lock_token
        ), unsubscribed AS (
          DELETE FROM channel_subscription s USING gone
          WHERE s.message_id = ANY (ARRAY[gone.message_id])
        )
        SELECT message_id, lock_token FROM gone
        """;
    List<PendingSettlement> deleted =
        settlements.stream().filter(s -> s.next() == PendingSettlement.Next.DELETE).toList();
    List<PendingSettlement> kept =
        settlements.stream().filter(s -> s.next() != PendingSettlement.Next.DELETE).toList();
    if (!kept.isEmpty()) {
      try (PreparedStatement s = connection.prepareStatement(update)) {
        new Columns<>(connection, s, kept)
            .bigint(k -> k.delivery().messageId())
            .uuid(k -> k.delivery().lockToken())
            .text(k -> k.next().name())
            .text(k -> Columns.clean(k.problem(), 1_000))
            .text(k -> k.delivery().confirmed() ? "confirmed" : "received")
            .bigint(k -> k.delivery().lockedBeyond().toMillis());
        written.addAll(DeliveryOutbox.leases(s));
      }
    }
    if (!deleted.isEmpty()) {
      try (PreparedStatement s = connection.prepareStatement(delete)) {
        new Columns<>(connection, s, deleted)
            .bigint(d -> d.delivery().messageId())
            .uuid(d -> d.delivery().lockToken());
        written.addAll(DeliveryOutbox.leases(s));
      }
    }
    return written;
  }

  /**
   * Changes the outbox rows of deliveries just settled, inside the same transaction. What is sent
   * again gets a day at least from when it is due, however late the channel changed its mind. If
   * the database has forgotten what was done since the delivery was accepted, it may have been sent
   * again already.
   */
  static void changeOutbox(Connection connection, List<PendingSettlement> changed)
      throws SQLException {
    if (changed.isEmpty()) {
      return;
    }
    String sql =
        """
        UPDATE delivery_outbox o
        SET status = CASE WHEN u.status = 'pending' AND forgotten THEN 'sending' ELSE u.status END,
            lock_token = CASE WHEN u.status = 'pending' AND forgotten THEN ?::uuid
                              ELSE o.lock_token END,
            locked_until = NULL, channel_id = u.channel_id,
            refused_by = string_to_array(u.refused_by, ','), generation = u.generation,
            attempts = 0, unknowns = 0, due_at = now() + u.delay * interval '1 millisecond',
            last_error = u.last_error,
            expires_at = greatest(o.expires_at,
                                  now() + u.delay * interval '1 millisecond' + interval '1 day'),
            updated_at = now()
        FROM unnest(?::int8[], ?::text[], ?::text[], ?::text[], ?::int4[], ?::text[],
            ?::int8[])
          AS u (id, status, channel_id, refused_by, generation, last_error, delay)
        CROSS JOIN LATERAL (
          SELECT EXISTS (SELECT FROM server_history h WHERE h.forgot_at >= f.updated_at)
            AS forgotten
          FROM delivery_outbox f WHERE f.id = u.id LIMIT 1) h
        WHERE o.id = ANY (ARRAY[u.id]) AND o.status = 'accepted'
        """;
    try (PreparedStatement s = connection.prepareStatement(sql)) {
      s.setString(1, LeaseTokens.forgotten(UUID.randomUUID()).toString());
      new Columns<>(connection, s, changed)
          .from(2)
          .bigint(c -> c.delivery().messageId())
          .text(c -> c.outbox().status().word())
          .text(c -> c.outbox().channelId())
          .text(c -> String.join(",", c.outbox().refusedBy()))
          .integer(c -> c.outbox().generation())
          .text(c -> Columns.clean(c.outbox().lastError(), 1_000))
          .bigint(c -> c.outbox().delay().toMillis());
      int rows = s.executeUpdate();
      if (rows != changed.size()) {
        throw new StoreException(
            "%d of %d outbox rows are not accepted although their delivery was pending: %s"
                .formatted(
                    changed.size() - rows,
                    changed.size(),
                    changed.stream().map(c -> c.delivery().message().reference()).toList()),
            null);
      }
    }
  }
}
