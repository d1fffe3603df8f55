package org.intergov.outbound.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.Map;
import org.intergov.outbound.message.Quote;
import org.intergov.outbound.store.database.Columns;
import org.intergov.outbound.store.database.Database;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Table {@code channel_state}: lanes that an operator has paused. What operators do to channels is
 * journaled, in {@code channel_journal}. Thread-safe.
 */
public final class ChannelStates {
  private static final Logger LOG = LoggerFactory.getLogger(ChannelStates.class);
  private static final int MOST_WHO = 200;
  private static final int MOST_REASON = 1_000;

  private final Database database;

  public ChannelStates(Database database) {
    this.database = database;
  }

  /**
   * Since when a lane is paused.
   *
   * @param by who has paused it
   * @param reason null if none was given
   */
  public record Pause(Instant at, String by, String reason) {
    /** Whether the gateway has stopped the lane by itself. */
    public boolean isStop() {
      return BY_ITSELF.equals(by);
    }
  }

  /** Who has paused a lane that nobody has: its channel refused one message after the other. */
  public static final String BY_ITSELF = "stop-after-refusals";

  /**
   * Stops the claiming for a lane on every replica; what is in flight ends. Of a lane that is
   * paused already only the reason changes, if one is given.
   *
   * @param reason may be null
   */
  public void pause(String channelId, String who, String reason) {
    String sql =
        """
        INSERT INTO channel_state (channel_id, paused_at, paused_by, reason)
        VALUES (?, now(), ?, ?)
        ON CONFLICT (channel_id) DO UPDATE
        SET paused_at = coalesce(channel_state.paused_at, excluded.paused_at),
            paused_by = coalesce(channel_state.paused_by, excluded.paused_by),
            reason = coalesce(excluded.reason, channel_state.reason)
        """;
    database.transaction(
        connection -> {
          try (PreparedStatement s = connection.prepareStatement(sql)) {
            s.setString(1, channelId);
            s.setString(2, Columns.clean(who, MOST_WHO));
            s.setString(3, Columns.clean(reason, MOST_REASON));
            s.executeUpdate();
          }
          journal(connection, channelId, "paused", who, reason);
          return null;
        });
    LOG.info(
        "channel {}: paused by {}: {}",
        channelId,
        who,
        reason == null ? "no reason was given" : Quote.bare(reason));
  }

  /**
   * Pauses a lane whose channel refuses one message after the other, on every replica, until an
   * operator lets it go on. Of a lane that is paused already nothing changes.
   */
  public void stop(String channelId, String reason) {
    String sql =
        """
        INSERT INTO channel_state (channel_id, paused_at, paused_by, reason)
        VALUES (?, now(), ?, ?) ON CONFLICT (channel_id) DO NOTHING
        """;
    boolean isNew =
        database.transaction(
            connection -> {
              try (PreparedStatement s = connection.prepareStatement(sql)) {
                s.setString(1, channelId);
                s.setString(2, BY_ITSELF);
                s.setString(3, Columns.clean(reason, MOST_REASON));
                if (s.executeUpdate() == 0) {
                  return false;
                }
              }
              journal(connection, channelId, "paused", BY_ITSELF, reason);
              return true;
            });
    if (isNew) {
      LOG.warn(
          "channel {}: stopped: {}. What waits goes on waiting; look at the refusals, then resume",
          channelId,
          reason);
    }
  }

  private static void journal(
      Connection connection, String channelId, String action, String who, String detail)
      throws SQLException {
    String sql =
        "INSERT INTO channel_journal (channel_id, action, who, detail) VALUES (?, ?, ?, ?)";
    try (PreparedStatement s = connection.prepareStatement(sql)) {
      s.setString(1, channelId);
      s.setString(2, action);
      s.setString(3, Columns.clean(who, MOST_WHO));
      s.setString(4, Columns.clean(detail, MOST_REASON));
      s.executeUpdate();
    }
  }

  /**
   * Journals that an operator had channels.yaml read anew.
   *
   * @param changes what that has changed
   */
  public void reloaded(String who, String changes) {
    database.transaction(
        connection -> {
          journal(connection, null, "reloaded", who, changes);
          return null;
        });
  }

  /**
   * Lets a lane go on.
   *
   * @return whether it was paused
   */
  public boolean resume(String channelId, String who) {
    boolean was =
        database.transaction(
            connection -> {
              try (PreparedStatement s =
                  connection.prepareStatement("DELETE FROM channel_state WHERE channel_id = ?")) {
                s.setString(1, channelId);
                if (s.executeUpdate() == 0) {
                  return false;
                }
              }
              journal(connection, channelId, "resumed", who, null);
              return true;
            });
    if (was) {
      LOG.info("channel {}: resumed by {}", channelId, who);
    }
    return was;
  }

  /** The paused lanes, by channel. */
  public Map<String, Pause> paused() {
    String sql =
        "SELECT channel_id, paused_at, paused_by, reason FROM channel_state"
            + " WHERE paused_at IS NOT NULL";
    return database.statement(
        connection -> {
          try (PreparedStatement s = connection.prepareStatement(sql);
              ResultSet r = s.executeQuery()) {
            Map<String, Pause> paused = new HashMap<>();
            while (r.next()) {
              Instant at = r.getObject(2, OffsetDateTime.class).toInstant();
              paused.put(r.getString(1), new Pause(at, r.getString(3), r.getString(4)));
            }
            return paused;
          }
        });
  }
}
