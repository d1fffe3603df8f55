package org.intergov.outbound.store;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import org.intergov.outbound.delivery.Delivery;
import org.intergov.outbound.message.Message;
import org.intergov.outbound.store.database.Columns;
import org.intergov.outbound.store.database.Database;
import org.intergov.outbound.store.database.LeaseTokens;
import org.intergov.outbound.store.database.LostClaims;

/**
 * What waits in lanes that send nothing for now: it still expires, and may be moved to another
 * lane. A lane is walked in parts, so that a backlog of any size is seen in time and no statement
 * is long. Thread-safe.
 */
public final class ShutLanes {
  private static final int PART_OF_EXPIRED = 10_000;
  private static final int PART_OF_ALL = 1_000;
  private static final int MOST_CLAIMED = 1_000;

  private final Database database;
  private final DeliveryOutbox outbox;
  private final LostClaims<List<Long>> lost = new LostClaims<>(this::giveBack);

  public ShutLanes(Database database, DeliveryOutbox outbox) {
    this.database = database;
    this.outbox = outbox;
  }

  /**
   * A lane that is walked.
   *
   * @param inOrder whether the messages of one subject go one after the other
   */
  public record Lane(String channelId, boolean inOrder) {}

  /**
   * A place in a lane; the walk goes on behind it.
   *
   * @param dueAt null: the lane's beginning
   */
  public record Place(OffsetDateTime dueAt, long id) {
    /** Where a walk begins. */
    public static final Place START = new Place(null, 0);
  }

  /** A message that waits, as far as it matters for where it may go. */
  public record Waiting(Message message, List<String> refusedBy) {}

  /**
   * A part of the walk.
   *
   * @param claimed those that have expired, and those that may move
   * @param next where it goes on; empty: the lane's end was reached
   */
  public record Part(List<Delivery> claimed, Optional<Place> next) {}

  /** Rows seen, without a claim. */
  private record Seen(List<Long> wanted, Place last, boolean full) {}

  /**
   * Looks at the next part of a lane, and claims what has expired. Only rows that are due are seen;
   * every row is, once it expires.
   *
   * @param claim names it; what it takes is decided upon and never sent
   * @param lease how long the claim holds
   */
  public Part expired(Lane lane, Place from, UUID claim, Duration lease) {
    return part(lane, from, PART_OF_EXPIRED, Duration.ZERO, m -> false, claim, lease);
  }

  /**
   * Looks at the next part of a lane, and claims what has expired or has waited for so long and may
   * move. One whose outcome is unknown never moves.
   *
   * @param waited since it was due; one that was behind others of its subject has waited since it
   *     came
   * @param mayMove whether there is another lane for it
   */
  public Part expiredOrMovable(
      Lane lane,
      Place from,
      Duration waited,
      Predicate<Waiting> mayMove,
      UUID claim,
      Duration lease) {
    return part(lane, from, PART_OF_ALL, waited, mayMove, claim, lease);
  }

  private Part part(
      Lane lane,
      Place from,
      int most,
      Duration waited,
      Predicate<Waiting> mayMove,
      UUID claim,
      Duration lease) {
    lost.giveBack();
    Seen seen = look(lane.channelId(), from, most, waited, mayMove);
    List<Delivery> claimed = List.of();
    if (!seen.wanted().isEmpty()) {
      claimed =
          lost.claim(
              seen.wanted(),
              LeaseTokens.deciding(claim),
              token -> claim(lane, seen.wanted(), token, lease));
    }
    return new Part(claimed, seen.full() ? Optional.of(seen.last()) : Optional.empty());
  }

  /** Nobody holds what a lost claim may have taken, and it was not sent. */
  private void giveBack(List<Long> ids, UUID token) {
    String sql =
        "UPDATE delivery_outbox SET status = 'pending', locked_until = NULL, updated_at = now()"
            + " WHERE id = ANY (?) AND lock_token = ?::uuid AND status = 'sending'";
    database.statement(
        connection -> {
          try (PreparedStatement s = connection.prepareStatement(sql)) {
            s.setArray(1, connection.createArrayOf("int8", ids.toArray(Long[]::new)));
            s.setString(2, token.toString());
            return s.executeUpdate();
          }
        });
  }

  /** Messages travel only where they are asked about; the last row always does, for its place. */
  private Seen look(
      String lane, Place from, int most, Duration waited, Predicate<Waiting> mayMove) {
    String sql =
        """
        WITH part AS MATERIALIZED (
          SELECT o.*, row_number() OVER (ORDER BY o.due_at, o.id) AS n
          FROM delivery_outbox o
          WHERE coalesce(o.channel_id, '') = ? AND o.stage = 'open' AND o.due_at <= now()
            AND (o.due_at, o.id) > (coalesce(?::timestamptz, '-infinity'), ?)
          ORDER BY o.due_at, o.id LIMIT ?
        )
        SELECT p.id, p.due_at, p.n, p.expired, p.movable, p.refused_by,
          p.sender, p.sender_ref, p.receiver, p.subject, p.obj, p.predicate
        FROM (SELECT part.*, status = 'pending' AND expires_at <= now() AS expired,
                ?::bool AND status = 'pending' AND unknowns = 0
                  AND CASE WHEN in_order AND attempts = 0 THEN created_at ELSE due_at END
                    <= now() - ? * interval '1 millisecond' AS movable,
                count(*) OVER () AS all_of_them
              FROM part) p
        WHERE p.expired OR p.movable OR p.n = p.all_of_them
        ORDER BY p.n
        """;
    return database.statement(
        connection -> {
          try (PreparedStatement s = connection.prepareStatement(sql)) {
            s.setString(1, lane);
            s.setObject(2, from.dueAt());
            s.setLong(3, from.id());
            s.setInt(4, most);
            s.setBoolean(5, most == PART_OF_ALL);
            s.setLong(6, waited.toMillis());
            try (ResultSet r = s.executeQuery()) {
              List<Long> wanted = new ArrayList<>();
              Place last = Place.START;
              long seen = 0;
              while (wanted.size() < MOST_CLAIMED && r.next()) {
                seen = r.getLong(3);
                last = new Place(r.getObject(2, OffsetDateTime.class), r.getLong(1));
                List<String> refusedBy = DeliveryOutbox.textList(r.getArray(6));
                if (r.getBoolean(4)
                    || r.getBoolean(5)
                        && mayMove.test(new Waiting(Columns.message(r, 7), refusedBy))) {
                  wanted.add(r.getLong(1));
                }
              }
              return new Seen(wanted, last, seen == most || wanted.size() == MOST_CLAIMED);
            }
          }
        });
  }

  /**
   * What is claimed from a lane with an order is marked, and keeps the later ones of its subject
   * waiting while it is looked at; nothing is claimed while another replica claims from there.
   */
  private List<Delivery> claim(Lane lane, List<Long> ids, UUID token, Duration lease) {
    String sql =
        """
        WITH picked AS MATERIALIZED (
          SELECT w.place, w.found FROM unnest(?::int8[]) AS u (id)
          CROSS JOIN LATERAL (
            SELECT o.ctid AS place, 0 AS found FROM delivery_outbox o
            WHERE o.id = u.id AND o.channel_id = ? AND o.status = 'pending' AND o.due_at <= now()
            LIMIT 1 FOR UPDATE SKIP LOCKED) w
        )
        UPDATE delivery_outbox o
        SET status = 'sending', lock_token = ?::uuid, updated_at = now(),
            locked_until = now() + ? * interval '1 millisecond', in_order = o.in_order OR ?
        FROM picked WHERE o.ctid = picked.place
        """
            + DeliveryOutbox.CLAIMED;
    Database.Work<DeliveryOutbox.Claimed> work =
        connection -> {
          if (lane.inOrder() && !OrderedLanes.isOurTurn(connection, lane.channelId())) {
            return new DeliveryOutbox.Claimed(List.of(), List.of());
          }
          try (PreparedStatement s = connection.prepareStatement(sql)) {
            s.setArray(1, connection.createArrayOf("int8", ids.toArray(Long[]::new)));
            s.setString(2, lane.channelId());
            s.setString(3, token.toString());
            s.setLong(4, lease.toMillis());
            s.setBoolean(5, lane.inOrder());
            return DeliveryOutbox.readClaimed(s);
          }
        };
    return outbox.admitted(lane.inOrder() ? database.transaction(work) : database.statement(work));
  }
}
