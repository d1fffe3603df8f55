package org.intergov.outbound.store.views;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.intergov.outbound.message.Message;
import org.intergov.outbound.message.Reference;
import org.intergov.outbound.store.DeliveryOutbox;
import org.intergov.outbound.store.database.Columns;
import org.intergov.outbound.store.database.Database;

/** Reads messages as users see them: the lake's entry, and where its delivery stands. */
public final class MessageViews {
  private static final String LAKE_COLUMNS =
      "l.message_id, l.sender, l.sender_ref, l.receiver, l.subject, l.obj, l.predicate, l.status,"
          + " l.channel_id, l.channel_txn_id, l.reason, l.created_at, l.updated_at";

  /** In a lane with an order: the first unfinished one of its subject, if it is an earlier one. */
  private static final String WAITS_FOR =
      """
      (SELECT b.sender || ':' || b.sender_ref || ' (' || b.status || ')' FROM delivery_outbox b
       WHERE o.in_order AND o.stage = 'open' AND b.channel_id = o.channel_id
         AND hashtextextended(b.subject, 0) = hashtextextended(o.subject, 0)
         AND b.in_order AND b.stage <> 'done' AND b.id < o.id
       ORDER BY b.id LIMIT 1)
      """;

  private static final String OUTBOX_VIEW =
      """
      SELECT id, sender, sender_ref, receiver, subject, obj, predicate, created_at, updated_at,
        status, channel_id, generation, attempts, due_at, expires_at, refused_by, last_error,
      """
          + WAITS_FOR
          + " FROM delivery_outbox o";

  /** Entries that one statement looks at. */
  private static final int PART = 20_000;

  /** How long the lake is looked through for one page. */
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private final Database outbox;
  private final Database lake;

  public MessageViews(Database outbox, Database lake) {
    this.outbox = outbox;
    this.lake = lake;
  }

  /**
   * @param status of the lake: {@code pending}, {@code accepted} or {@code rejected}
   * @param delivery null once the outbox row is gone
   */
  public record View(
      long messageId,
      Message message,
      String status,
      String channelId,
      String channelTxnId,
      String reason,
      Instant createdAt,
      Instant updatedAt,
      DeliveryView delivery) {}

  /**
   * The outbox row.
   *
   * @param status may be {@code held}, which the lake does not know
   * @param waitsFor the earlier message of its subject that it waits for, and that one's status;
   *     null: it waits for none
   */
  public record DeliveryView(
      String status,
      String channelId,
      int generation,
      int attempts,
      Instant dueAt,
      Instant expiresAt,
      List<String> refusedBy,
      String lastError,
      String waitsFor) {}

  /** What a page is filtered by; null: not. {@code after} is a message id. */
  public record Filter(String status, String receiver, String channelId, long after, int limit) {}

  public Optional<View> find(Reference reference) {
    String sql =
        "SELECT " + LAKE_COLUMNS + " FROM message_lake l WHERE sender = ? AND sender_ref = ?";
    List<View> found =
        lake.statement(
            connection -> {
              try (PreparedStatement s = connection.prepareStatement(sql)) {
                s.setString(1, reference.sender());
                s.setString(2, reference.senderRef());
                return readViews(s);
              }
            });
    if (found.isEmpty()) {
      return outbox.statement(c -> onlyInOutbox(c, reference));
    }
    return Optional.of(withDeliveries(found).get(0));
  }

  /**
   * A page.
   *
   * @param next for {@code after} of the next one; null: this was the last one
   */
  public record Page(List<View> views, Long next) {}

  /**
   * One page, oldest first, of at most {@code filter.limit()}. What is looked for may be rare, so
   * the lake is looked through in parts, and for no longer than {@link #PATIENCE}: then the page
   * has fewer, or none, and the next one goes on from there.
   */
  public Page page(Filter filter) {
    if ("held".equals(filter.status())) {
      List<View> held = held(filter);
      return new Page(held, held.size() < filter.limit() ? null : last(held));
    }
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    List<View> found = new ArrayList<>();
    long from = filter.after();
    Long next = from;
    while (next != null && found.size() < filter.limit()) {
      if (System.nanoTime() - deadline >= 0) {
        return new Page(withDeliveries(found), next);
      }
      long after = from;
      Long end = lake.statement(c -> endOfPart(c, after));
      int more = filter.limit() - found.size();
      found.addAll(lake.statement(c -> part(c, filter, after, end, more)));
      next = end;
      from = end == null ? from : end;
    }
    boolean isFull = found.size() == filter.limit();
    return new Page(withDeliveries(found), isFull ? last(found) : null);
  }

  private static Long last(List<View> views) {
    return views.get(views.size() - 1).messageId();
  }

  /** The last id of the part that begins behind {@code after}; null: the lake ends before that. */
  private static Long endOfPart(Connection connection, long after) throws SQLException {
    String sql =
        "SELECT message_id FROM message_lake WHERE message_id > ? ORDER BY message_id"
            + " OFFSET ? LIMIT 1";
    try (PreparedStatement s = connection.prepareStatement(sql)) {
      s.setLong(1, after);
      s.setInt(2, PART - 1);
      try (ResultSet r = s.executeQuery()) {
        return r.next() ? r.getLong(1) : null;
      }
    }
  }

  private static List<View> part(
      Connection connection, Filter filter, long after, Long end, int limit) throws SQLException {
    String sql =
        "SELECT "
            + LAKE_COLUMNS
            + """
               FROM message_lake l
              WHERE l.message_id > ? AND l.message_id <= ?
                AND (?::text IS NULL OR l.status = ?)
                AND (?::text IS NULL OR l.receiver = ?) AND (?::text IS NULL OR l.channel_id = ?)
              ORDER BY l.message_id LIMIT ?
              """;
    try (PreparedStatement s = connection.prepareStatement(sql)) {
      s.setLong(1, after);
      s.setLong(2, end == null ? Long.MAX_VALUE : end);
      s.setString(3, filter.status());
      s.setString(4, filter.status());
      s.setString(5, filter.receiver());
      s.setString(6, filter.receiver());
      s.setString(7, filter.channelId());
      s.setString(8, filter.channelId());
      s.setInt(9, limit);
      return readViews(s);
    }
  }

  private List<View> held(Filter filter) {
    String sql =
        """
        SELECT o.id FROM delivery_outbox o
        WHERE o.stage = 'held' AND o.id > ?
          AND (?::text IS NULL OR o.receiver = ?) AND (?::text IS NULL OR o.channel_id = ?)
        ORDER BY o.id LIMIT ?
        """;
    List<Long> ids =
        outbox.statement(
            connection -> {
              try (PreparedStatement s = connection.prepareStatement(sql)) {
                s.setLong(1, filter.after());
                s.setString(2, filter.receiver());
                s.setString(3, filter.receiver());
                s.setString(4, filter.channelId());
                s.setString(5, filter.channelId());
                s.setInt(6, filter.limit());
                return DeliveryOutbox.ids(s);
              }
            });
    String entries =
        "SELECT "
            + LAKE_COLUMNS
            + " FROM message_lake l WHERE l.message_id = ANY (?) ORDER BY l.message_id";
    List<View> held =
        new ArrayList<>(
            withDeliveries(
                lake.statement(
                    connection -> {
                      try (PreparedStatement s = connection.prepareStatement(entries)) {
                        s.setArray(1, connection.createArrayOf("int8", ids.toArray()));
                        return readViews(s);
                      }
                    })));
    if (held.size() < ids.size()) {
      List<Long> rest = new ArrayList<>(ids);
      held.forEach(v -> rest.remove(v.messageId()));
      held.addAll(outbox.statement(c -> withoutEntry(c, rest)));
      held.sort(Comparator.comparingLong(View::messageId));
    }
    return held;
  }

  /**
   * The lake has their references already, for other rows; or, elsewhere, does not have them yet.
   */
  private static List<View> withoutEntry(Connection connection, List<Long> ids)
      throws SQLException {
    String sql = OUTBOX_VIEW + " WHERE id = ANY (?)";
    try (PreparedStatement s = connection.prepareStatement(sql)) {
      s.setArray(1, connection.createArrayOf("int8", ids.toArray()));
      return readOutboxViews(s);
    }
  }

  private static List<View> readViews(PreparedStatement s) throws SQLException {
    try (ResultSet r = s.executeQuery()) {
      List<View> views = new ArrayList<>();
      while (r.next()) {
        views.add(
            new View(
                r.getLong(1),
                Columns.message(r, 2),
                r.getString(8),
                r.getString(9),
                r.getString(10),
                r.getString(11),
                instant(r, 12),
                instant(r, 13),
                null));
      }
      return views;
    }
  }

  private static Instant instant(ResultSet r, int column) throws SQLException {
    OffsetDateTime at = r.getObject(column, OffsetDateTime.class);
    return at == null ? null : at.toInstant();
  }

  private List<View> withDeliveries(List<View> views) {
    if (views.isEmpty()) {
      return views;
    }
    String sql =
        """
        SELECT id, status, channel_id, generation, attempts, due_at, expires_at, refused_by,
          last_error,
        """
            + WAITS_FOR
            + " FROM delivery_outbox o WHERE id = ANY (?)";
    Object[] ids = views.stream().map(View::messageId).toArray();
    Map<Long, DeliveryView> deliveries =
        outbox.statement(
            connection -> {
              try (PreparedStatement s = connection.prepareStatement(sql)) {
                s.setArray(1, connection.createArrayOf("int8", ids));
                try (ResultSet r = s.executeQuery()) {
                  Map<Long, DeliveryView> found = new HashMap<>();
                  while (r.next()) {
                    found.put(r.getLong(1), delivery(r, 2));
                  }
                  return found;
                }
              }
            });
    return views.stream()
        .map(
            v ->
                new View(
                    v.messageId(),
                    v.message(),
                    v.status(),
                    v.channelId(),
                    v.channelTxnId(),
                    v.reason(),
                    v.createdAt(),
                    v.updatedAt(),
                    deliveries.get(v.messageId())))
        .toList();
  }

  private static DeliveryView delivery(ResultSet r, int from) throws SQLException {
    return new DeliveryView(
        r.getString(from),
        r.getString(from + 1),
        r.getInt(from + 2),
        r.getInt(from + 3),
        instant(r, from + 4),
        instant(r, from + 5),
        DeliveryOutbox.textList(r.getArray(from + 6)),
        r.getString(from + 7),
        r.getString(from + 8));
  }

  /** Stored a moment ago; the lake, elsewhere, does not have it yet. */
  private static Optional<View> onlyInOutbox(Connection connection, Reference reference)
      throws SQLException {
    String sql = OUTBOX_VIEW + " WHERE sender = ? AND sender_ref = ?";
    try (PreparedStatement s = connection.prepareStatement(sql)) {
      s.setString(1, reference.sender());
      s.setString(2, reference.senderRef());
      return readOutboxViews(s).stream().findFirst();
    }
  }

  private static List<View> readOutboxViews(PreparedStatement s) throws SQLException {
    try (ResultSet r = s.executeQuery()) {
      List<View> views = new ArrayList<>();
      while (r.next()) {
        views.add(
            new View(
                r.getLong(1),
                Columns.message(r, 2),
                "pending",
                null,
                null,
                null,
                instant(r, 8),
                instant(r, 9),
                delivery(r, 10)));
      }
      return views;
    }
  }
}
