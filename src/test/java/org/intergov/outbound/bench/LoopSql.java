package org.intergov.outbound.bench;

import java.sql.Array;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.UUID;
import java.util.function.Function;

/**
 * The loop's statements: the same effects on the same tables as the gateway's, written for the case
 * that nothing goes wrong. One connection each, for one thread each.
 */
final class LoopSql implements AutoCloseable {
  private final Connection connection;
  private final String lane;

  LoopSql(String url, String user, String password, String lane) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", user);
    properties.setProperty("password", password);
    properties.setProperty("currentSchema", "intergov");
    properties.setProperty("prepareThreshold", "1");
    this.connection = DriverManager.getConnection(url, properties);
    this.lane = lane;
    try (var s = connection.createStatement()) {
      s.execute(
          "SET enable_seqscan = off; SET enable_mergejoin = off;"
              + " SET enable_bitmapscan = off; SET enable_sort = off;"
              + " SET enable_memoize = off; SET plan_cache_mode = force_generic_plan; SET jit = off");
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }

  /** What intake writes: outbox, lake, {@code submitted}; one transaction. */
  void submit(List<LoopMessage> messages) throws SQLException {
    connection.setAutoCommit(false);
    List<Long> ids = new ArrayList<>(messages.size());
    try (PreparedStatement s = connection.prepareStatement(LoopStatements.SUBMIT)) {
      s.setString(1, lane);
      texts(s, 2, messages, LoopMessage::senderRef);
      for (int field = 0; field < 5; field++) {
        int n = field;
        texts(s, 3 + n, messages, m -> m.field(n));
      }
      try (ResultSet r = s.executeQuery()) {
        while (r.next()) {
          ids.add(r.getLong(1));
        }
      }
    }
    if (ids.size() != messages.size()) {
      throw new SQLException(ids.size() + " of " + messages.size() + " messages were new");
    }
    connection.commit();
  }

  /** Claims the oldest due of the lane. */
  List<LoopMessage> claim(int most) throws SQLException {
    connection.setAutoCommit(true);
    try (PreparedStatement s = connection.prepareStatement(LoopStatements.CLAIM)) {
      s.setString(1, lane);
      s.setInt(2, most);
      s.setString(3, UUID.randomUUID().toString());
      try (ResultSet r = s.executeQuery()) {
        List<LoopMessage> claimed = new ArrayList<>(most);
        while (r.next()) {
          claimed.add(
              new LoopMessage(
                  r.getLong(1),
                  r.getString(2),
                  r.getString(3),
                  r.getString(4),
                  r.getString(5),
                  r.getString(6),
                  r.getString(7)));
        }
        return claimed;
      }
    }
  }

  /** What becomes of posted messages: outbox, pending, updates, journal; one transaction. */
  void settle(List<LoopMessage> posted) throws SQLException {
    connection.setAutoCommit(false);
    boolean confirmed = posted.get(0).isConfirmed();
    try (PreparedStatement s =
        connection.prepareStatement(
            confirmed ? LoopStatements.SETTLE_CONFIRMED : LoopStatements.SETTLE_RECEIVED)) {
      s.setString(1, lane);
      s.setArray(2, ids(posted));
      texts(s, 3, posted, LoopMessage::senderRef);
      texts(s, 4, posted, LoopMessage::channelTxnId);
      try (ResultSet r = s.executeQuery()) {
        r.next();
        if (r.getInt(1) != posted.size()) {
          throw new SQLException(r.getInt(1) + " of " + posted.size() + " rows were settled");
        }
      }
    }
    connection.commit();
  }

  /**
   * Claims due updates, applies them to the lake, deletes them, journals {@code accepted}.
   *
   * @return how many
   */
  int update(int most) throws SQLException {
    connection.setAutoCommit(true);
    String token = UUID.randomUUID().toString();
    List<Long> seqs = new ArrayList<>();
    try (PreparedStatement s = connection.prepareStatement(LoopStatements.CLAIM_UPDATES)) {
      s.setInt(1, most);
      s.setString(2, token);
      try (ResultSet r = s.executeQuery()) {
        while (r.next()) {
          seqs.add(r.getLong(1));
        }
      }
    }
    if (seqs.isEmpty()) {
      return 0;
    }
    try (PreparedStatement s = connection.prepareStatement(LoopStatements.APPLY)) {
      s.setArray(1, connection.createArrayOf("int8", seqs.toArray(Long[]::new)));
      s.setString(2, token);
      try (ResultSet r = s.executeQuery()) {
        r.next();
        if (r.getInt(1) != seqs.size()) {
          throw new SQLException(r.getInt(1) + " of " + seqs.size() + " updates were applied");
        }
      }
    }
    return seqs.size();
  }

  private Array ids(List<LoopMessage> messages) throws SQLException {
    return connection.createArrayOf(
        "int8", messages.stream().map(LoopMessage::id).toArray(Long[]::new));
  }

  private void texts(
      PreparedStatement s, int n, List<LoopMessage> messages, Function<LoopMessage, String> of)
      throws SQLException {
    s.setArray(
        n, connection.createArrayOf("text", messages.stream().map(of).toArray(String[]::new)));
  }
}
