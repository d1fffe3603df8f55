package org.intergov.outbound.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.intergov.outbound.acceptance.Api;
import org.intergov.outbound.channel.sqs.ElasticMq;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;

/** Notes how everything stands at the end, by what an outsider can read. */
final class Collector {
  private final Estate estate;
  private final History history;

  Collector(Estate estate, History history) {
    this.estate = estate;
    this.history = history;
  }

  /** Messages that have neither ended nor wait for an operator, or are still to be read. */
  long unfinished() {
    try {
      String in = estate.topic("in");
      long toRead =
          estate.queues.size(Estate.INTAKE)
              + estate.kafka.size(in)
              - estate.kafka.committed(estate.group(), in);
      return toRead > 0 ? toRead : undecided();
    } catch (RuntimeException e) {
      return Long.MAX_VALUE; // a server that has just been started
    }
  }

  private long undecided() {
    try (Connection c = estate.database();
        Connection l = estate.lakeDatabase()) {
      long open =
          number(
                  c,
                  "SELECT count(*) FROM intergov.delivery_outbox WHERE status IN ('pending', 'sending')")
              + number(c, "SELECT count(*) FROM intergov.message_updates WHERE parked_at IS NULL")
              + number(c, "SELECT count(*) FROM intergov.rejected_messages WHERE parked_at IS NULL")
              + number(c, "SELECT count(*) FROM intergov.channel_pending");
      long pending =
          number(l, "SELECT count(*) FROM intergov.message_lake WHERE status = 'pending'");
      long held = number(c, "SELECT count(*) FROM intergov.delivery_outbox WHERE status = 'held'");
      return open + Math.max(0, pending - held);
    } catch (SQLException e) {
      return Long.MAX_VALUE;
    }
  }

  static long number(Connection c, String sql) throws SQLException {
    try (Statement s = c.createStatement();
        ResultSet r = s.executeQuery(sql)) {
      r.next();
      return r.getLong(1);
    }
  }

  void collect() {
    queues();
    try {
      tables();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    listing();
  }

  /** What lies in the queue and in the topic, as posts and replies. */
  private void queues() {
    int n = 0;
    for (Message m : estate.queues.drain(Estate.QUEUE)) {
      String key = ElasticMq.attributes(m).get("idempotency-key");
      String sent = m.attributes().get(MessageSystemAttributeName.SENT_TIMESTAMP);
      delivered(
          "de-queue", key, ++n, Content.ofJson(m.body()), m.messageId(), Long.parseLong(sent));
    }
    for (var record : estate.kafka.read(estate.topic("out"))) {
      String key = new String(record.headers().lastHeader("idempotency-key").value());
      String id = record.topic() + "-" + record.partition() + "-" + record.offset();
      delivered("fr-topic", key, ++n, Content.ofJson(record.value()), id, record.timestamp());
    }
  }

  /**
   * @param millis when it came, by the server's clock; somewhere within the millisecond
   */
  private void delivered(
      String channel, String key, int n, String content, String id, long millis) {
    String ref = Story.refOf(key);
    long at = millis * 1_000;
    history.noteAt(
        at + 999, Kind.POST, ref, "channel", channel, "key", key, "n", n, "content", content);
    history.noteAt(
        at,
        Kind.REPLY,
        ref,
        "channel",
        channel,
        "key",
        key,
        "n",
        n,
        "said",
        "stored",
        "sort",
        "taken",
        "stored",
        true,
        "id",
        id);
  }

  private void tables() throws SQLException {
    try (Connection c = estate.database();
        Connection l = estate.lakeDatabase()) {
      rows(
          c,
          """
          SELECT sender_ref, seq, event, channel_id, channel_txn_id, attempt, detail,
            (extract(epoch FROM at) * 1000000)::bigint
          FROM (SELECT sender_ref, seq, event, channel_id, channel_txn_id, attempt, detail, at
                FROM intergov.delivery_status
                UNION ALL
                SELECT sender_ref, seq, event, channel_id, channel_txn_id, attempt, detail, at
                FROM intergov.delivery_status_archive) j ORDER BY seq
          """,
          r ->
              history.noteAt(
                  r.getLong(8),
                  Kind.JOURNAL,
                  r.getString(1),
                  "seq",
                  r.getLong(2),
                  "event",
                  r.getString(3),
                  "channel",
                  r.getString(4),
                  "txn",
                  r.getString(5),
                  "attempt",
                  r.getString(6),
                  "detail",
                  r.getString(7)));
      rows(
          c,
          """
          SELECT sender_ref, status, generation, channel_id FROM intergov.delivery_outbox
          UNION ALL
          SELECT sender_ref, status, generation, channel_id FROM intergov.delivery_outbox_archive
          """,
          r ->
              history.note(
                  Kind.OUTBOX,
                  r.getString(1),
                  "status",
                  r.getString(2),
                  "generation",
                  r.getInt(3),
                  "channel",
                  r.getString(4)));
      for (String queue : List.of("message_updates", "rejected_messages")) {
        rows(
            c,
            "SELECT sender_ref, last_error FROM intergov." + queue + " WHERE parked_at IS NOT NULL",
            r -> history.note(Kind.PARKED, r.getString(1), "queue", queue, "why", r.getString(2)));
      }
      rows(
          l,
          """
          SELECT sender_ref, status, channel_id, channel_txn_id, reason, sender, receiver, subject,
            obj, predicate FROM intergov.message_lake
          """,
          r ->
              history.note(
                  Kind.LAKE,
                  r.getString(1),
                  "status",
                  r.getString(2),
                  "channel",
                  r.getString(3),
                  "txn",
                  r.getString(4),
                  "reason",
                  r.getString(5),
                  "content",
                  Content.of(
                      r.getString(6),
                      r.getString(7),
                      r.getString(8),
                      r.getString(9),
                      r.getString(10))));
    }
  }

  private interface Row {
    void read(ResultSet r) throws SQLException;
  }

  private static void rows(Connection c, String sql, Row row) throws SQLException {
    c.setAutoCommit(false);
    try (Statement s = c.createStatement()) {
      s.setFetchSize(10_000);
      try (ResultSet r = s.executeQuery(sql)) {
        while (r.next()) {
          row.read(r);
        }
      }
    }
  }

  /** Every page of the interface, of one gateway. */
  private void listing() {
    Api api = estate.replicas().get(0).process().api();
    for (JsonNode m : api.list("")) {
      history.note(Kind.LISTED, m.path("sender_ref").asText(), "status", m.path("status").asText());
    }
  }
}
