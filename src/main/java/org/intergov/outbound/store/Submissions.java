package org.intergov.outbound.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.intergov.outbound.message.Message;
import org.intergov.outbound.store.database.Columns;
import org.intergov.outbound.store.database.Database;
import org.intergov.outbound.store.database.StoreException;
import org.intergov.outbound.store.database.StoreUnavailableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores submitted messages: lake entry, outbox row and the journal's {@code submitted} in one
 * transaction. Idempotent by reference, also when the same reference comes many times at once.
 * Thread-safe.
 */
public final class Submissions {
  private static final Logger LOG = LoggerFactory.getLogger(Submissions.class);
  private final Database database;
  private final DeliveryOutbox outbox;
  private final LakeLookup lake;
  private final Duration expiresAfter;

  /**
   * @param lake null if it is in the same database; else asked for references of old
   */
  Submissions(Database database, DeliveryOutbox outbox, LakeLookup lake, Duration expiresAfter) {
    this.database = database;
    this.outbox = outbox;
    this.lake = lake;
    this.expiresAfter = expiresAfter;
  }

  /**
   * A message to be stored.
   *
   * @param channelId its lane if that is plain already; null: the router decides
   */
  public record Submission(Message message, String channelId) {}

  /** What became of a submission. */
  public enum Result {
    /** Stored now. */
    CREATED,
    /** The same message was there already. */
    EXISTS,
    /** The reference was there with another content; nothing was stored. */
    CONFLICT,
    /** A rule of the database's owner, a trigger or a constraint, refuses it. */
    REFUSED
  }

  /**
   * Stores all, in order.
   *
   * @return one result for each submission, in their order
   * @throws StoreUnavailableException if the outbox's database could not be reached; nothing was
   *     stored
   */
  public List<Result> store(List<Submission> submissions) {
    Map<String, Submission> first = new LinkedHashMap<>();
    submissions.forEach(s -> first.putIfAbsent(s.message().reference(), s));
    Map<String, Message> there = new HashMap<>();
    List<Submission> fresh = new ArrayList<>(first.values());
    if (lake != null) {
      // while it is away intake goes on: the outbox knows each reference whose row it still has
      there.putAll(lake.find(fresh.stream().map(Submission::message).toList()));
      fresh.removeIf(s -> there.containsKey(s.message().reference()));
    }
    List<DeliveryOutbox.Stored> stored = new ArrayList<>();
    Set<String> refused = new HashSet<>();
    if (!fresh.isEmpty()) {
      insert(fresh, there, stored, refused);
    }
    return results(submissions, stored, there, refused);
  }

  /** One that the database refuses does not keep the others back: halved until it stands alone. */
  private void insert(
      List<Submission> fresh,
      Map<String, Message> there,
      List<DeliveryOutbox.Stored> stored,
      Set<String> refused) {
    try {
      stored.addAll(database.transaction(c -> insert(c, fresh, there)));
    } catch (StoreException e) {
      if (fresh.size() == 1) {
        String reference = fresh.get(0).message().reference();
        LOG.warn("{} is not stored: {}", reference, e.getMessage());
        refused.add(reference);
        return;
      }
      insert(fresh.subList(0, fresh.size() / 2), there, stored, refused);
      insert(fresh.subList(fresh.size() / 2, fresh.size()), there, stored, refused);
    }
  }

  private static List<Result> results(
      List<Submission> submissions,
      List<DeliveryOutbox.Stored> stored,
      Map<String, Message> there,
      Set<String> refused) {
    Map<String, Message> created = new HashMap<>();
    stored.forEach(s -> created.put(s.message().reference(), s.message()));
    List<Result> results = new ArrayList<>(submissions.size());
    for (Submission s : submissions) {
      String reference = s.message().reference();
      Message before = there.get(reference);
      if (refused.contains(reference)) {
        results.add(Result.REFUSED);
      } else if (before == null && created.get(reference) == s.message()) {
        results.add(Result.CREATED);
      } else {
        Message same = before != null ? before : created.get(reference);
        results.add(s.message().sameContent(same) ? Result.EXISTS : Result.CONFLICT);
      }
    }
    return results;
  }

  private List<DeliveryOutbox.Stored> insert(
      Connection connection, List<Submission> fresh, Map<String, Message> there)
      throws SQLException {
    String guard =
        lake == null
            ? """
              WHERE NOT EXISTS (SELECT FROM message_lake l
                                WHERE l.sender = u.sender AND l.sender_ref = u.sender_ref)
              """
            : "";
    // ids in the order of submission, rows in the order of references: two batches that overlap
    // wait for each other in one direction only
    String sql =
        """
        INSERT INTO delivery_outbox
          (id, sender, sender_ref, receiver, subject, obj, predicate, channel_id, expires_at,
           admitted)
        OVERRIDING SYSTEM VALUE
        SELECT v.id, v.sender, v.sender_ref, v.receiver, v.subject, v.obj, v.predicate,
               v.channel_id, now() + ? * interval '1 millisecond', true
        FROM (SELECT nextval('delivery_outbox_id_seq') AS id, w.*
              FROM (SELECT u.*
                    FROM unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[],
                                ?::text[]) WITH ORDINALITY
                      AS u (sender, sender_ref, receiver, subject, obj, predicate, channel_id, n)
                    %s
                    ORDER BY u.n) w) v
        ORDER BY v.sender, v.sender_ref
        ON CONFLICT (sender, sender_ref) DO NOTHING
        RETURNING id, sender, sender_ref
        """
            .formatted(guard);
    Map<String, Message> byReference = new HashMap<>();
    fresh.forEach(s -> byReference.put(s.message().reference(), s.message()));
    List<DeliveryOutbox.Stored> stored = new ArrayList<>(fresh.size());
    try (PreparedStatement s = connection.prepareStatement(sql)) {
      s.setLong(1, expiresAfter.toMillis());
      new Columns<>(connection, s, fresh)
          .from(2)
          .message(Submission::message)
          .text(Submission::channelId);
      try (ResultSet r = s.executeQuery()) {
        while (r.next()) {
          Message message = byReference.get(r.getString(2) + ":" + r.getString(3));
          stored.add(new DeliveryOutbox.Stored(r.getLong(1), message));
        }
      }
    }
    stored.sort(Comparator.comparingLong(DeliveryOutbox.Stored::id));
    outbox.recordNew(connection, stored);
    if (stored.size() < fresh.size()) {
      stored.forEach(s -> byReference.remove(s.message().reference()));
      there.putAll(existing(connection, new ArrayList<>(byReference.values())));
    }
    return stored;
  }

  /** Contents of references that are there already, in the outbox or, if finished, in the lake. */
  private Map<String, Message> existing(Connection connection, List<Message> references)
      throws SQLException {
    String sql =
        """
        SELECT t.sender, t.sender_ref, t.receiver, t.subject, t.obj, t.predicate
        FROM unnest(?::text[], ?::text[]) AS u (sender, sender_ref)
        CROSS JOIN LATERAL (
          SELECT f.* FROM %s f
          WHERE f.sender = u.sender AND f.sender_ref = u.sender_ref LIMIT 1) t
        """;
    Map<String, Message> found = new HashMap<>();
    List<String> tables =
        lake == null ? List.of("message_lake", "delivery_outbox") : List.of("delivery_outbox");
    for (String table : tables) {
      try (PreparedStatement s = connection.prepareStatement(sql.formatted(table))) {
        new Columns<>(connection, s, references).text(Message::sender).text(Message::senderRef);
        MessageLake.contents(s).forEach(found::putIfAbsent);
      }
    }
    return found;
  }
}
