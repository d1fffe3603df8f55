package org.intergov.outbound.store;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.intergov.outbound.delivery.Delivery;
import org.intergov.outbound.delivery.Event;
import org.intergov.outbound.delivery.JournalEntry;
import org.intergov.outbound.delivery.Settlement;
import org.intergov.outbound.message.Message;
import org.intergov.outbound.store.database.Columns;
import org.intergov.outbound.store.database.Database;
import org.intergov.outbound.store.database.LeaseTokens;
import org.intergov.outbound.store.database.StoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Table {@code delivery_outbox}: the work of the multichannel router. Thread-safe. */
public final class DeliveryOutbox {
  private static final Logger LOG = LoggerFactory.getLogger(DeliveryOutbox.class);

  /**
   * How a row {@code o} that can be claimed is found: 0, it was not sent; 1, it was claimed to be
   * sent, and its lease ran out; 2, the database has forgotten what was done last. One that was
   * claimed to be decided upon was not sent.
   */
  static final String FOUND =
      """
      CASE WHEN o.status = 'pending' OR %s THEN 0 WHEN %s THEN 2 ELSE 1 END AS found"""
          .formatted(LeaseTokens.IS_DECIDING, LeaseTokens.IS_FORGOTTEN);

  /**
   * What a claim sets in each row {@code o} it has {@code picked}, with three parameters: the token
   * of what may have been sent already, that of the others, and the lease in milliseconds. What may
   * have been sent keeps that mark through any number of claims.
   */
  static final String CLAIM =
      """
      UPDATE delivery_outbox o
      SET status = 'sending', updated_at = now(),
          lock_token = CASE WHEN picked.found = 0 THEN %s ELSE %s END,
          locked_until = now() + %s * interval '1 millisecond'""";

  /** What a claim gives of each row {@code o} it has {@code picked}. */
  static final String CLAIMED =
      """
      RETURNING o.id, o.sender, o.sender_ref, o.receiver, o.subject, o.obj, o.predicate,
        o.channel_id, o.refused_by, o.generation, o.attempts, o.unknowns,
        picked.found, o.expires_at <= now(), NOT o.admitted, o.lock_token
      """;

  /**
   * Whether the journal knows the message of row {@code o}: its number may have been another's. The
   * OFFSET keeps PostgreSQL from reading the whole journal into a hash table first.
   */
  private static final String IS_JOURNALED =
      """
      EXISTS (SELECT FROM delivery_status j
              WHERE j.message_id = o.id AND j.sender = o.sender AND j.sender_ref = o.sender_ref
              OFFSET 0)
      """;

  private final Database database;
  private final boolean lakeIsHere;

  /**
   * @param lakeIsHere the lake is in the same database
   */
  public DeliveryOutbox(Database database, boolean lakeIsHere) {
    this.database = database;
    this.lakeIsHere = lakeIsHere;
  }

  /**
   * What a lane may claim.
   *
   * @param channelId the lane; empty: what is not routed yet
   * @param lease how long the claim holds; must outlive the channel's timeouts
   * @param decides what it claims is decided upon and must not be sent under this claim
   * @param evenPaused its channel is gone, so nobody can let it go on
   */
  public record LaneSlots(
      String channelId, int slots, Duration lease, boolean decides, boolean evenPaused) {
    public LaneSlots(String channelId, int slots, Duration lease) {
      this(channelId, slots, lease, false, false);
    }
  }

  /**
   * Whether a delivery was claimed to be decided upon, so that it must not be sent: it would be
   * taken for unsent once its lease has run out.
   */
  public static boolean isToBeDecided(Delivery delivery) {
    return LeaseTokens.isDeciding(delivery.lockToken());
  }

  /**
   * Claims due deliveries for all lanes in one statement: for each lane the oldest due, as many as
   * it has slots. Rows that another replica is claiming are skipped, not waited for.
   *
   * @param token the new lease; its first half is the same for all of this claim
   */
  public List<Delivery> claim(List<LaneSlots> lanes, UUID token) {
    String sql =
        """
        WITH lane AS (
          SELECT * FROM unnest(?::text[], ?::int4[], ?::int8[], ?::bool[], ?::bool[])
            AS l (id, slots, lease_ms, decides, even_paused)
        ), picked AS MATERIALIZED (
          SELECT due.place, due.found, lane.lease_ms, lane.decides
          FROM (SELECT * FROM lane WHERE even_paused OR NOT EXISTS (
                  SELECT FROM channel_state c
                  WHERE c.channel_id = lane.id AND c.paused_at IS NOT NULL)) lane
          CROSS JOIN LATERAL (
            SELECT o.ctid AS place, %s FROM delivery_outbox o
            WHERE coalesce(o.channel_id, '') = lane.id AND o.stage = 'open' AND o.due_at <= now()
              AND (o.locked_until IS NULL OR o.locked_until <= now())
            ORDER BY o.due_at, o.id LIMIT lane.slots
            FOR UPDATE SKIP LOCKED) due
        )
        %s
        FROM picked WHERE o.ctid = picked.place
        """
                .formatted(
                    FOUND,
                    CLAIM.formatted(
                        "CASE WHEN picked.decides THEN ?::uuid ELSE ?::uuid END",
                        "?::uuid",
                        "picked.lease_ms"))
            + CLAIMED;
    return admitted(
        database.statement(
            connection -> {
              try (PreparedStatement s = connection.prepareStatement(sql)) {
                int next =
                    new Columns<>(connection, s, lanes)
                        .text(LaneSlots::channelId)
                        .integer(LaneSlots::slots)
                        .bigint(l -> l.lease().toMillis())
                        .bool(LaneSlots::decides)
                        .bool(LaneSlots::evenPaused)
                        .next();
                s.setString(next, LeaseTokens.deciding(token).toString());
                s.setString(next + 1, token.toString());
                s.setString(next + 2, LeaseTokens.again(token).toString());
                return readClaimed(s);
              }
            }));
  }

  /**
   * What was claimed.
   *
   * @param strangers ids of rows of other systems that have no lake entry yet
   */
  record Claimed(List<Delivery> deliveries, List<Long> strangers) {}

  static Claimed readClaimed(PreparedStatement s) throws SQLException {
    try (ResultSet r = s.executeQuery()) {
      List<Long> strangers = new ArrayList<>();
      return new Claimed(readClaimed(r, strangers), strangers);
    }
  }

  private static List<Delivery> readClaimed(ResultSet r, List<Long> strangers) throws SQLException {
    List<Delivery> claimed = new ArrayList<>();
    while (r.next()) {
      long id = r.getLong(1);
      Message message = Columns.message(r, 2);
      claimed.add(
          new Delivery(
              id,
              message,
              r.getString(8),
              textList(r.getArray(9)),
              r.getInt(10),
              r.getInt(11),
              r.getInt(12),
              found(r.getInt(13), r.getBoolean(14)),
              r.getObject(16, UUID.class)));
      if (r.getBoolean(15)) {
        strangers.add(id);
      }
    }
    return claimed;
  }

  private static Delivery.Claim found(int how, boolean isExpired) {
    return switch (how) {
      case 1 -> Delivery.Claim.LEASE_RAN_OUT;
      case 2 -> Delivery.Claim.FORGOTTEN;
      default -> isExpired ? Delivery.Claim.EXPIRED : Delivery.Claim.DUE;
    };
  }

  /**
   * Sees to it that what was claimed has its lake entry. To be called outside of the claim's
   * transaction.
   *
   * @return without those that are held, since the lake does not take them
   */
  List<Delivery> admitted(Claimed claimed) {
    if (claimed.strangers().isEmpty()) {
      return claimed.deliveries();
    }
    Set<Long> held = new HashSet<>();
    admit(claimed.strangers(), held);
    return claimed.deliveries().stream().filter(d -> !held.contains(d.id())).toList();
  }

  public static List<String> textList(Array array) throws SQLException {
    return array == null ? List.of() : List.of((String[]) array.getArray());
  }

  /**
   * Makes the lake entry and the journal's {@code submitted} for rows that another system inserted.
   * One that the lake refuses does not keep the others back: halved until it stands alone, then it
   * is held.
   *
   * @param held gets the rows whose reference stands in the lake with another content, and those
   *     that the lake refuses
   */
  private void admit(List<Long> ids, Set<Long> held) {
    try {
      held.addAll(
          database.transaction(
              connection -> {
                Set<Long> knownBefore = new HashSet<>();
                List<Stored> admitted = markAdmitted(connection, ids, knownBefore);
                return recordNew(connection, admitted, knownBefore);
              }));
    } catch (StoreException e) {
      if (ids.size() == 1) {
        LOG.warn("outbox row {} is held: {}", ids.get(0), e.getMessage());
        String why = "the message lake refuses it; nothing was sent: " + e.getMessage();
        database.transaction(connection -> holdRefused(connection, ids, why));
        held.addAll(ids);
        return;
      }
      admit(ids.subList(0, ids.size() / 2), held);
      admit(ids.subList(ids.size() / 2, ids.size()), held);
    }
  }

  /**
   * @param knownBefore gets those that the journal knows: they were held once, and replayed
   */
  private static List<Stored> markAdmitted(
      Connection connection, List<Long> ids, Set<Long> knownBefore) throws SQLException {
    String sql =
        """
        UPDATE delivery_outbox o SET admitted = true WHERE o.id = ANY (?) AND NOT o.admitted
        RETURNING o.id, o.sender, o.sender_ref, o.receiver, o.subject, o.obj, o.predicate,
          %s
        """
            .formatted(IS_JOURNALED);
    List<Stored> admitted = new ArrayList<>();
    try (PreparedStatement s = connection.prepareStatement(sql)) {
      s.setArray(1, connection.createArrayOf("int8", ids.toArray()));
      try (ResultSet r = s.executeQuery()) {
        while (r.next()) {
          admitted.add(new Stored(r.getLong(1), Columns.message(r, 2)));
          if (r.getBoolean(8)) {
            knownBefore.add(r.getLong(1));
          }
        }
      }
    }
    return admitted;
  }

  /** It stays without an entry: a replay tries to make one again. */
  private static Void holdRefused(Connection connection, List<Long> ids, String why)
      throws SQLException {
    List<DeliveryStatusJournal.Line> lines = new ArrayList<>();
    JournalEntry submitted = new JournalEntry(Event.SUBMITTED, null, null, null, null);
    JournalEntry held = new JournalEntry(Event.HELD, null, null, null, why);
    String sql =
        """
        UPDATE delivery_outbox o
        SET status = 'held', locked_until = NULL, last_error = ?, updated_at = now()
        WHERE o.id = ANY (?) AND NOT o.admitted AND o.status = 'sending'
        RETURNING o.id, o.sender, o.sender_ref, o.receiver, o.subject, o.obj, o.predicate,
          %s
        """
            .formatted(IS_JOURNALED);
    try (PreparedStatement s = connection.prepareStatement(sql)) {
      s.setString(1, Columns.clean(why, 1_000));
      s.setArray(2, connection.createArrayOf("int8", ids.toArray()));
      try (ResultSet r = s.executeQuery()) {
        while (r.next()) {
          Message message = Columns.message(r, 2);
          if (!r.getBoolean(8)) {
            lines.add(DeliveryStatusJournal.Line.of(r.getLong(1), message, submitted));
          }
          lines.add(DeliveryStatusJournal.Line.of(r.getLong(1), message, held));
        }
      }
    }
    DeliveryStatusJournal.append(connection, lines);
    return null;
  }

  /** A message and its row. */
  record Stored(long id, Message message) {}

  /** Lake entry, or the update that makes it, and {@code submitted}; returns rows in conflict. */
  List<Long> recordNew(Connection connection, List<Stored> stored) throws SQLException {
    return recordNew(connection, stored, Set.of());
  }

  private List<Long> recordNew(Connection connection, List<Stored> stored, Set<Long> knownBefore)
      throws SQLException {
    if (stored.isEmpty()) {
      return List.of();
    }
    List<Long> conflicts = List.of();
    if (lakeIsHere) {
      conflicts = MessageLake.insert(connection, stored);
    } else {
      MessageUpdates.postEntries(connection, stored);
    }
    List<DeliveryStatusJournal.Line> lines = new ArrayList<>(stored.size());
    JournalEntry submitted = new JournalEntry(Event.SUBMITTED, null, null, null, null);
    stored.stream()
        .filter(s -> !knownBefore.contains(s.id()))
        .forEach(s -> lines.add(DeliveryStatusJournal.Line.of(s.id(), s.message(), submitted)));
    if (!conflicts.isEmpty()) {
      String why = "this reference stands in the lake already; nothing was sent";
      hold(connection, conflicts, why);
      JournalEntry held = new JournalEntry(Event.HELD, null, null, null, why);
      for (Stored s : stored) {
        if (conflicts.contains(s.id())) {
          lines.add(DeliveryStatusJournal.Line.of(s.id(), s.message(), held));
        }
      }
    }
    DeliveryStatusJournal.append(connection, lines);
    return conflicts;
  }

  private static void hold(Connection connection, List<Long> ids, String why) throws SQLException {
    String sql =
        "UPDATE delivery_outbox SET status = 'held', locked_until = NULL, last_error = ?,"
            + " updated_at = now() WHERE id = ANY (?)";
    try (PreparedStatement s = connection.prepareStatement(sql)) {
      s.setString(1, why);
      s.setArray(2, connection.createArrayOf("int8", ids.toArray()));
      s.executeUpdate();
    }
  }

  /**
   * Writes what became of claimed rows, each only while its lease is still ours.
   *
   * <p>{@code = ANY (ARRAY[key])} can be looked up in the index and cannot be joined in any other
   * way, whatever statistics make of it.
   *
   * @param inOrder gets the ids of those that a lane with an order has seen
   * @return the leases under which rows were written; the others were taken over, by another
   *     replica or by a later claim here
   */
  static Set<Lease> settle(Connection connection, List<Settlement> settlements, Set<Long> inOrder)
      throws SQLException {
    return settle(connection, settlements, inOrder, "o.lock_token = u.token", "o.lock_token");
  }

  /**
   * The same, for posts whose claims the database has forgotten: nobody has claimed these rows
   * since, so who has sent them may say so.
   */
  static Set<Lease> settleForgotten(
      Connection connection, List<Settlement> posted, Set<Long> inOrder) throws SQLException {
    if (posted.isEmpty()) {
      return Set.of();
    }
    String theirs =
        LeaseTokens.IS_FORGOTTEN
            + " AND o.generation = u.generation AND o.channel_id = u.channel_id";
    return settle(connection, posted, inOrder, theirs, "u.token");
  }

  private static Set<Lease> settle(
      Connection connection,
      List<Settlement> settlements,
      Set<Long> inOrder,
      String theirs,
      String token)
      throws SQLException {
    String sql =
        """
        UPDATE delivery_outbox o
        SET status = u.status, channel_id = u.channel_id,
            refused_by = string_to_array(u.refused_by, ','), generation = u.generation,
            attempts = u.attempts, unknowns = u.unknowns, locked_until = NULL,
            due_at = least(now() + u.delay_ms * interval '1 millisecond',
                           greatest(o.expires_at, now())),
            last_error = u.last_error, updated_at = now()
        FROM unnest(?::int8[], ?::uuid[], ?::text[], ?::text[], ?::text[], ?::int4[], ?::int4[],
                    ?::int4[], ?::int8[], ?::text[])
          AS u (id, token, status, channel_id, refused_by, generation, attempts, unknowns, delay_ms,
                last_error)
        WHERE o.id = ANY (ARRAY[u.id]) AND %s AND o.status = 'sending'
        RETURNING o.id, %s, o.in_order
        """
            .formatted(theirs, token);
    try (PreparedStatement s = connection.prepareStatement(sql)) {
      new Columns<>(connection, s, settlements)
          .bigint(u -> u.delivery().id())
          .uuid(u -> u.delivery().lockToken())
          .text(u -> u.status().word())
          .text(Settlement::channelId)
          .text(u -> String.join(",", u.refusedBy()))
          .integer(Settlement::generation)
          .integer(Settlement::attempts)
          .integer(Settlement::unknowns)
          .bigint(u -> u.delay().toMillis())
          .text(u -> Columns.clean(u.lastError(), 1_000));
      try (ResultSet r = s.executeQuery()) {
        Set<Lease> leases = new HashSet<>();
        while (r.next()) {
          leases.add(new Lease(r.getLong(1), r.getObject(2, UUID.class)));
          if (r.getBoolean(3)) {
            inOrder.add(r.getLong(1));
          }
        }
        return leases;
      }
    }
  }

  /**
   * A row as one claim has it. One batch may hold two outcomes of a message, an old claim's and a
   * newer one's; only one of them is written.
   */
  record Lease(long id, UUID token) {
    static Lease of(Delivery d) {
      return new Lease(d.id(), d.lockToken());
    }
  }

  static Set<Lease> leases(PreparedStatement s) throws SQLException {
    try (ResultSet r = s.executeQuery()) {
      Set<Lease> leases = new HashSet<>();
      while (r.next()) {
        leases.add(new Lease(r.getLong(1), r.getObject(2, UUID.class)));
      }
      return leases;
    }
  }

  public static List<Long> ids(PreparedStatement s) throws SQLException {
    try (ResultSet r = s.executeQuery()) {
      List<Long> ids = new ArrayList<>();
      while (r.next()) {
        ids.add(r.getLong(1));
      }
      return ids;
    }
  }

  /**
   * Gives back what a claim took whose answer was lost with the connection: nobody holds it, and
   * nothing was sent under it. What may have been sent before goes on as such. Looks only where a
   * claim takes from, at the front of its lanes, not at the backlog; what is not found there waits
   * for the lease to run out.
   *
   * @param lanes what the claim asked for
   * @param token the claim's
   */
  public int release(List<LaneSlots> lanes, UUID token) {
    String sql =
        """
        WITH claimed AS MATERIALIZED (
          SELECT front.place
          FROM unnest(?::text[], ?::int4[]) AS lane (id, slots)
          CROSS JOIN LATERAL (
            SELECT o.ctid AS place, o.lock_token FROM delivery_outbox o
            WHERE coalesce(o.channel_id, '') = lane.id AND o.stage = 'open' AND o.due_at <= now()
            ORDER BY o.due_at, o.id LIMIT lane.slots + 5000) front
          WHERE front.lock_token = ANY (?::uuid[])
        )
        UPDATE delivery_outbox o
        SET status = CASE WHEN %s THEN 'sending' ELSE 'pending' END,
            locked_until = NULL, updated_at = now()
        FROM claimed
        WHERE o.ctid = claimed.place AND o.status = 'sending' AND o.lock_token = ANY (?::uuid[])
        """
            .formatted(LeaseTokens.IS_AGAIN);
    Object[] tokens = {token, LeaseTokens.deciding(token), LeaseTokens.again(token)};
    return database.statement(
        connection -> {
          try (PreparedStatement s = connection.prepareStatement(sql)) {
            int next =
                new Columns<>(connection, s, lanes)
                    .text(LaneSlots::channelId)
                    .integer(LaneSlots::slots)
                    .next();
            s.setArray(next, connection.createArrayOf("uuid", tokens));
            s.setArray(next + 1, connection.createArrayOf("uuid", tokens));
            return s.executeUpdate();
          }
        });
  }

  /**
   * Which of these rows carry the token they were claimed with and are not being sent any more: an
   * earlier write of ours was recorded although its answer was lost.
   */
  static Set<Lease> settledBefore(Connection connection, List<Settlement> settlements)
      throws SQLException {
    String sql =
        """
        SELECT o.id, o.lock_token FROM unnest(?::int8[], ?::uuid[]) AS u (id, token)
        CROSS JOIN LATERAL (
          SELECT f.id, f.lock_token FROM delivery_outbox f
          WHERE f.id = u.id AND f.lock_token = u.token AND f.status <> 'sending' LIMIT 1) o
        """;
    try (PreparedStatement s = connection.prepareStatement(sql)) {
      new Columns<>(connection, s, settlements)
          .bigint(u -> u.delivery().id())
          .uuid(u -> u.delivery().lockToken());
      return leases(s);
    }
  }

  /** Lanes in which something waits; one index probe for each lane, not for each row. */
  public List<String> lanesInUse() {
    String sql =
        """
        WITH RECURSIVE lane AS (
          (SELECT coalesce(channel_id, '') AS id FROM delivery_outbox
           WHERE stage = 'open' ORDER BY coalesce(channel_id, '') LIMIT 1)
          UNION ALL
          SELECT (SELECT coalesce(o.channel_id, '') FROM delivery_outbox o
                  WHERE o.stage = 'open' AND coalesce(o.channel_id, '') > lane.id
                  ORDER BY coalesce(o.channel_id, '') LIMIT 1)
          FROM lane WHERE lane.id IS NOT NULL
        )
        SELECT id FROM lane WHERE id IS NOT NULL
        """;
    return database.statement(
        connection -> {
          try (PreparedStatement s = connection.prepareStatement(sql);
              ResultSet r = s.executeQuery()) {
            List<String> lanes = new ArrayList<>();
            while (r.next()) {
              lanes.add(r.getString(1));
            }
            return lanes;
          }
        });
  }
}
