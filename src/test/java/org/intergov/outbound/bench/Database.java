package org.intergov.outbound.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.intergov.outbound.postgres.EmbeddedDatabase;

/**
 * The PostgreSQL of a bench: the one the gateway embeds, with its settings (fsync on), started by
 * the bench so that several processes can use it. Thread-safe.
 */
final class Database implements AutoCloseable {
  private static final Path BINARIES = Path.of("target", "postgres");
  private final Path directory;
  private EmbeddedDatabase server;
  private Connection connection;

  Database(String name) throws IOException, SQLException {
    directory = Path.of("target", "bench", name).toAbsolutePath();
    Processes.delete(directory);
    Files.createDirectories(directory);
    start();
    if (ProfileBench.ON) {
      run("ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'");
      run("ALTER SYSTEM SET pg_stat_statements.track_planning = on");
      stop();
      start();
      run("CREATE SCHEMA profile; CREATE EXTENSION pg_stat_statements SCHEMA profile");
    }
  }

  private void start() throws SQLException {
    server = EmbeddedDatabase.start(directory, BINARIES);
    connection = DriverManager.getConnection(url(), server.username(), server.password());
  }

  String url() {
    return server.jdbcUrl();
  }

  String username() {
    return server.username();
  }

  String password() {
    return server.password();
  }

  /** Process id of the server; its sessions are its children. */
  long pid() throws IOException {
    Path file = server.directory().resolve("postmaster.pid");
    return Long.parseLong(Files.readAllLines(file).get(0).strip());
  }

  synchronized void run(String sql) throws SQLException {
    try (Statement s = connection.createStatement()) {
      s.execute("SET search_path = intergov");
      s.execute(sql);
    }
  }

  synchronized long number(String sql) throws SQLException {
    try (Statement s = connection.createStatement()) {
      s.execute("SET search_path = intergov");
      try (ResultSet r = s.executeQuery(sql)) {
        r.next();
        return r.getLong(1);
      }
    }
  }

  /**
   * What intake writes for {@code count} messages of a lane that are due: outbox, lake, journal.
   * References are random, as those that the gateway makes.
   */
  void backlog(int count, String lane) throws SQLException {
    backlog(count, lane, "now()");
  }

  /** The same, due at another time. */
  void backlog(int count, String lane, String dueAt) throws SQLException {
    run(
        """
        WITH m AS (
          INSERT INTO delivery_outbox
            (sender, receiver, subject, obj, predicate, channel_id, admitted, due_at)
          SELECT 'AU', 'SG', 'AU.abn0000000001.XXXX-XXXXX-XXXXX-' || n,
            'QmQtYtUS7K1AdKjbuMsmPmPGDLaKL38M5HYwqxW9RKW49n',
            'UN.CEFACT.Trade.CertificateOfOrigin.created', '%s', true, %s
          FROM generate_series(1, %d) n
          RETURNING id, sender, sender_ref, receiver, subject, obj, predicate
        ), entry AS (
          INSERT INTO message_lake
            (message_id, sender, sender_ref, receiver, subject, obj, predicate)
          SELECT * FROM m
        )
        INSERT INTO delivery_status (message_id, sender, sender_ref, event)
        SELECT id, sender, sender_ref, 'submitted' FROM m
        """
            .formatted(lane, dueAt, count));
  }

  /** Deliveries that a channel has taken and that are not due yet. */
  void pending(int count, String lane) throws SQLException {
    finished(count, lane);
    run(
        """
        INSERT INTO channel_pending
          (message_id, sender, sender_ref, channel_id, channel_txn_id, due_at)
        SELECT id, sender, sender_ref, channel_id, id::text, now() + interval '1 hour'
        FROM delivery_outbox WHERE status = 'accepted'
        """);
  }

  /** Messages that ended long ago, with all that the flow leaves of them. */
  void finished(int count, String lane) throws SQLException {
    run(
        """
        WITH m AS (
          INSERT INTO delivery_outbox
            (sender, receiver, subject, obj, predicate, channel_id, admitted, status, attempts,
             lock_token, created_at, updated_at)
          SELECT 'AU', 'SG', 'AU.abn0000000001.XXXX-XXXXX-XXXXX-' || n,
            'QmQtYtUS7K1AdKjbuMsmPmPGDLaKL38M5HYwqxW9RKW49n',
            'UN.CEFACT.Trade.CertificateOfOrigin.created', '%1$s', true, 'accepted', 1,
            gen_random_uuid(), now() - interval '90 days', now() - interval '90 days'
          FROM generate_series(1, %2$d) n
          RETURNING id, sender, sender_ref, receiver, subject, obj, predicate
        ), entry AS (
          INSERT INTO message_lake
            (message_id, sender, sender_ref, receiver, subject, obj, predicate, status, channel_id,
             channel_txn_id, applied_seq)
          SELECT m.*, 'accepted', '%1$s', m.id::text, 1 FROM m
        )
        INSERT INTO delivery_status
          (message_id, sender, sender_ref, event, channel_id, channel_txn_id, attempt)
        SELECT id, sender, sender_ref, e, '%1$s', id::text, 1
        FROM m CROSS JOIN unnest(ARRAY['submitted', 'posted', 'confirmed', 'accepted']) e
        """
            .formatted(lane, count));
  }

  /** Reads rows as text, the columns of each joined by a space. */
  synchronized List<String> rows(String sql) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Statement s = connection.createStatement();
        ResultSet r = s.executeQuery(sql)) {
      while (r.next()) {
        StringBuilder row = new StringBuilder();
        for (int i = 1; i <= r.getMetaData().getColumnCount(); i++) {
          row.append(i == 1 ? "" : " ").append(r.getString(i));
        }
        rows.add(row.toString());
      }
    }
    return rows;
  }

  /** Both sides of a comparison begin with the same amount of WAL before the next checkpoint. */
  void checkpoint() throws SQLException {
    run("CHECKPOINT");
  }

  private void stop() throws SQLException {
    connection.close();
    server.close();
  }

  /** Stops it and deletes its data, of which a bench leaves gigabytes. */
  @Override
  public void close() throws SQLException {
    stop();
    try {
      Processes.delete(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
