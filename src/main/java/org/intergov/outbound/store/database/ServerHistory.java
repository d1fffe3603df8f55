package org.intergov.outbound.store.database;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices that the outbox's rows are not those that were last written: an asynchronous standby was
 * promoted, or a backup restored, and what was done since is forgotten. Table {@code
 * server_history} has the server's identifier, the database's, and the timeline; every new
 * connection is held against it. Thread-safe.
 *
 * <p>If they differ, everything that is open may have been sent. Its rows get a lease that has run
 * out, under a token of {@link LeaseTokens#forgotten}, so the router takes each for an unknown
 * outcome, once; and all numbers go on beyond those that may have been given out. No connection is
 * used before that is done, so nothing is claimed, and no outcome written, that has not seen it.
 */
public final class ServerHistory implements ConnectionSource.Check {
  private static final Logger LOG = LoggerFactory.getLogger(ServerHistory.class);
  private static final int AT_ONCE = 20_000;

  /** Key of the lock of whoever brings the rows into line. */
  private static final long LOCK = 0x696e746572676f76L;

  private static final Duration TIDY_EVERY = Duration.ofHours(1);

  private final Standby standby;
  private volatile long tidied = System.nanoTime() - TIDY_EVERY.toNanos();

  public ServerHistory(Standby standby) {
    this.standby = standby;
  }

  /** The server, its timeline, and what table {@code server_history} has. */
  private record Found(String now, String written) {
    boolean isSame() {
      return now.equals(written);
    }

    /** Only the timeline differs: a standby of the same server was promoted. */
    boolean isPromotion() {
      return written.substring(0, written.indexOf('/')).equals(now.substring(0, now.indexOf('/')));
    }
  }

  @Override
  public void look(Connection connection) throws SQLException {
    if (isInRecovery(connection)) {
      throw new SQLException(
          "this server is a standby, it takes no writes; waiting for one that does", "25006");
    }
    if (!find(connection).isSame()) {
      bringIntoLine(connection);
    }
    long now = System.nanoTime();
    if (now - tidied >= TIDY_EVERY.toNanos()) {
      tidied = now;
      CommitProof.forgetOld(connection);
    }
  }

  /**
   * Checks, where the server can be asked, that commits wait for a standby.
   *
   * @throws StoreException if the configuration says so and the server does not do it
   */
  public static void checkIsSynchronous(Database database) {
    String sql =
        """
        SELECT current_setting('synchronous_standby_names'), current_setting('synchronous_commit')
        """;
    database.statement(
        connection -> {
          try (Statement s = connection.createStatement();
              ResultSet r = s.executeQuery(sql)) {
            r.next();
            String names = r.getString(1);
            String commit = r.getString(2);
            if (names.isBlank() || !(commit.equals("on") || commit.equals("remote_apply"))) {
              throw new StoreException(
                  ("intergov.database.standby=synchronous, but commits of this server do not wait"
                          + " for a standby: synchronous_standby_names is '%s', synchronous_commit"
                          + " is %s; expected a name and on or remote_apply. Set them, or use"
                          + " intergov.database.standby=asynchronous")
                      .formatted(names, commit),
                  null);
            }
            return null;
          }
        });
  }

  private static boolean isInRecovery(Connection connection) throws SQLException {
    try (Statement s = connection.createStatement();
        ResultSet r = s.executeQuery("SELECT pg_is_in_recovery()")) {
      return r.next() && r.getBoolean(1);
    }
  }

  /**
   * The server, the database in it, and, behind a slash, the timeline, with which the name of the
   * segment of the log begins that is written now.
   */
  private static Found find(Connection connection) throws SQLException {
    String sql =
        """
        SELECT s.system_identifier || '-' || d.oid || '/'
            || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8),
          (SELECT h.server FROM intergov.server_history h)
        FROM pg_control_system() s, pg_database d WHERE d.datname = current_database()
        """;
    try (Statement s = connection.createStatement();
        ResultSet r = s.executeQuery(sql)) {
      r.next();
      return new Found(r.getString(1), r.getString(2));
    }
  }

  /** One connection at a time, of all replicas; the others wait until it is done. */
  private void bringIntoLine(Connection connection) throws SQLException {
    if (!lock(connection)) {
      throw new SQLException(
          "another gateway is bringing the outbox into line after a change of the server", "55P03");
    }
    Found found = find(connection);
    boolean isForgotten = false;
    if (found.written() != null && !found.isSame()) {
      boolean nothingLost = standby == Standby.SYNCHRONOUS && found.isPromotion();
      LOG.warn(
          "the database's history has changed, from {} to {}: {}",
          found.written(),
          found.now(),
          nothingLost
              ? "a synchronous standby was promoted, nothing is lost"
              : "the newest commits may be lost; every open message counts as possibly sent");
      if (!nothingLost) {
        long marked = markAll(connection);
        LOG.warn("{} open messages count as possibly sent", marked);
        numbersGoOn(connection);
        isForgotten = true;
      }
    }
    write(connection, found.now(), isForgotten);
    unlock(connection);
  }

  private static boolean lock(Connection connection) throws SQLException {
    try (PreparedStatement s = connection.prepareStatement("SELECT pg_try_advisory_lock(?)")) {
      s.setLong(1, LOCK);
      try (ResultSet r = s.executeQuery()) {
        return r.next() && r.getBoolean(1);
      }
    }
  }

  private static void unlock(Connection connection) throws SQLException {
    try (PreparedStatement s = connection.prepareStatement("SELECT pg_advisory_unlock(?)")) {
      s.setLong(1, LOCK);
      s.executeQuery().close();
    }
  }

  /** Where a walk through the open rows has come to. */
  private record Place(String lane, String dueAt, long id) {}

  /**
   * In parts, each of which commits by itself: whoever begins again after a crash passes over what
   * is marked. One that waited for its turn in an order is due now, so that it is decided upon.
   */
  private static long markAll(Connection connection) throws SQLException {
    String sql =
        """
        WITH part AS MATERIALIZED (
          SELECT o.ctid AS place, coalesce(o.channel_id, '') AS lane, o.due_at, o.id
          FROM delivery_outbox o
          WHERE o.stage = 'open'
            AND (coalesce(o.channel_id, ''), o.due_at, o.id) > (?, ?::timestamptz, ?)
          ORDER BY coalesce(o.channel_id, ''), o.due_at, o.id LIMIT %1$d
        ), marked AS (
          UPDATE delivery_outbox o
          SET status = 'sending', lock_token = ?::uuid, locked_until = now(), updated_at = now(),
              due_at = CASE WHEN o.in_order AND o.due_at = o.expires_at
                            THEN least(now(), o.due_at) ELSE o.due_at END
          FROM part
          WHERE o.ctid = part.place AND (o.status = 'pending' OR %2$s)
          RETURNING 1
        )
        SELECT p.lane, p.due_at::text, p.id, (SELECT count(*) FROM marked)
        FROM part p ORDER BY p.lane DESC, p.due_at DESC, p.id DESC LIMIT 1
        """
            .formatted(AT_ONCE, LeaseTokens.IS_DECIDING);
    String token = LeaseTokens.forgotten(UUID.randomUUID()).toString();
    long marked = 0;
    Place place = new Place("", "-infinity", 0);
    try (PreparedStatement s = connection.prepareStatement(sql)) {
      while (place != null) {
        s.setString(1, place.lane());
        s.setString(2, place.dueAt());
        s.setLong(3, place.id());
        s.setString(4, token);
        try (ResultSet r = s.executeQuery()) {
          place = r.next() ? new Place(r.getString(1), r.getString(2), r.getLong(3)) : null;
          marked += place == null ? 0 : r.getLong(4);
        }
      }
    }
    return marked;
  }

  private static void numbersGoOn(Connection connection) throws SQLException {
    try (Statement s = connection.createStatement()) {
      s.execute("SELECT intergov.numbers_go_on()");
    }
  }

  private static void write(Connection connection, String server, boolean isForgotten)
      throws SQLException {
    String sql =
        """
        INSERT INTO intergov.server_history AS h (server) VALUES (?)
        ON CONFLICT (one_row) DO UPDATE
        SET before = h.server, server = excluded.server, since = now(),
            forgot_at = CASE WHEN ? THEN now() ELSE h.forgot_at END
        WHERE h.server <> excluded.server
        """;
    try (PreparedStatement s = connection.prepareStatement(sql)) {
      s.setString(1, server);
      s.setBoolean(2, isForgotten);
      s.executeUpdate();
    }
  }
}
