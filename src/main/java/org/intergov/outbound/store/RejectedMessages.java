package org.intergov.outbound.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.camel.component.jdbc.ConnectionStrategy;
import org.intergov.outbound.config.Cause;
import org.intergov.outbound.delivery.Event;
import org.intergov.outbound.delivery.JournalEntry;
import org.intergov.outbound.store.database.Columns;
import org.intergov.outbound.store.database.Database;
import org.intergov.outbound.store.database.Outages;
import org.intergov.outbound.store.database.StoreException;
import org.intergov.outbound.store.database.StoreUnavailableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Table {@code rejected_messages}: rejections on their way to the lake. Kept until applied, or
 * parked where an operator sees them. Thread-safe.
 */
public final class RejectedMessages {
  private static final Logger LOG = LoggerFactory.getLogger(RejectedMessages.class);
  private static final String TABLE = "rejected_messages";
  private static final String COLUMNS =
      "m.seq, m.sender, m.sender_ref, m.message_id, m.reason, m.detail, m.channel_id,"
          + " m.channel_txn_id";

  private final Database outbox;
  private final QueueClaims<Job> claims;
  private final boolean lakeIsHere;
  private final LakeConnections connections = new LakeConnections();

  /**
   * @param outbox where the queue and the journal are
   * @param lake where the lake is; the same object if it is the same database
   */
  public RejectedMessages(Database outbox, Database lake) {
    this.outbox = outbox;
    this.claims = new QueueClaims<>(outbox, TABLE, COLUMNS, RejectedMessages::job);
    this.lakeIsHere = lake == outbox;
  }

  /** A claimed job. */
  public record Job(
      long seq,
      String sender,
      String senderRef,
      long messageId,
      String reason,
      String detail,
      String channelId,
      String channelTxnId,
      UUID lockToken) {
    public String reference() {
      return sender + ":" + senderRef;
    }
  }

  /**
   * What is done with a batch: it is taken, its rejections are written to the lake through {@link
   * #connections}, and it is finished with what the lake shows then. May run more than once, each
   * time with another batch; what failed has left nothing behind.
   */
  @FunctionalInterface
  public interface Steps {
    void run(Batch batch) throws Exception;
  }

  static void post(Connection connection, List<Settlements.Rejected> rejected) throws SQLException {
    if (rejected.isEmpty()) {
      return;
    }
    String sql =
        """
        INSERT INTO rejected_messages
          (message_id, sender, sender_ref, reason, detail, channel_id, channel_txn_id)
        SELECT * FROM unnest(?::int8[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[],
                             ?::text[])
        """;
    try (PreparedStatement s = connection.prepareStatement(sql)) {
      new Columns<>(connection, s, rejected)
          .bigint(Settlements.Rejected::messageId)
          .text(r -> r.message().sender())
          .text(r -> r.message().senderRef())
          .text(r -> r.rejection().reason().word())
          .text(r -> Columns.clean(r.rejection().detail(), 1_000))
          .text(r -> r.rejection().channelId())
          .text(r -> r.rejection().channelTxnId());
      s.executeUpdate();
    }
  }

  /** For the {@code jdbc:} endpoint by which {@link Steps} write to the lake. */
  public ConnectionStrategy connections() {
    return connections;
  }

  /**
   * Applies up to {@code most} due rejections, oldest first.
   *
   * <p>Where the lake is in the same database, taking, applying and deleting are one transaction,
   * and its row locks are the lease. Where it is not, or where a rejection is refused, the jobs are
   * claimed first. A batch of which the lake refuses one is halved until that one stands alone: its
   * try counts, the others are applied.
   *
   * @return how many were taken; less than {@code most}: no more are due
   * @throws StoreUnavailableException if a database could not be reached; the jobs stay
   */
  public int applyDue(int most, Steps steps) {
    if (lakeIsHere) {
      try {
        return inOne(new Batch(most, null), steps);
      } catch (StoreException e) {
        LOG.debug("rejections are applied one by one, since the lake refuses one", e);
      }
    }
    List<Job> jobs = claim(most);
    if (!jobs.isEmpty()) {
      apply(jobs, steps);
    }
    return jobs.size();
  }

  /** Claims up to {@code most} due rejections, oldest first. */
  List<Job> claim(int most) {
    return claims.claim(most);
  }

  /** Applies claimed rejections. One that cannot be applied does not keep the others back. */
  void apply(List<Job> jobs, Steps steps) {
    try {
      if (lakeIsHere) {
        inOne(new Batch(jobs.size(), jobs), steps);
      } else {
        inTwo(new Batch(jobs.size(), jobs), steps);
      }
    } catch (StoreException e) {
      if (jobs.size() == 1) {
        failed(jobs.get(0), e.getMessage());
        return;
      }
      apply(jobs.subList(0, jobs.size() / 2), steps);
      apply(jobs.subList(jobs.size() / 2, jobs.size()), steps);
    }
  }

  /** One transaction from taking to journaling; if the steps fail, it is rolled back. */
  private int inOne(Batch batch, Steps steps) {
    return outbox.transaction(
        connection -> {
          batch.begin(connection);
          connections.lend(connection, () -> run(batch, steps));
          return batch.jobs.size();
        });
  }

  /**
   * The lake commits first. If it is done and the outbox does not hear of it, the same is done
   * again, without harm. While the lake is away the jobs wait in the queue, not under a lease.
   */
  private void inTwo(Batch batch, Steps steps) {
    try {
      run(batch, steps);
    } catch (SQLException e) {
      String said = "database lake: " + e.getMessage();
      if (!Outages.is(e)) {
        throw new StoreException(said, e);
      }
      List<Long> seqs = seqs(batch.jobs);
      UUID token = batch.jobs.get(0).lockToken();
      outbox.transaction(c -> QueueRows.release(c, TABLE, seqs, token));
      throw new StoreUnavailableException(said, e);
    }
  }

  /** What a route's step has thrown may be wrapped; what the database said counts. */
  private static void run(Batch batch, Steps steps) throws SQLException {
    try {
      steps.run(batch);
    } catch (Exception e) {
      for (Throwable t = e; t != null; t = t.getCause()) {
        if (t instanceof StoreUnavailableException || t instanceof StoreException) {
          throw (RuntimeException) t;
        }
        if (t instanceof SQLException said) {
          throw said;
        }
      }
      throw new StoreException("rejected messages: " + Cause.of(e), e);
    }
  }

  /** Jobs on their way through {@link Steps}; for the thread that runs them. */
  public final class Batch {
    private final int most;
    private final List<Job> claimed;
    private Connection transaction;
    private List<Job> jobs = List.of();

    /**
     * @param claimed under a lease; null: none are, they are taken for the transaction
     */
    private Batch(int most, List<Job> claimed) {
      this.most = most;
      this.claimed = claimed;
    }

    private void begin(Connection connection) {
      transaction = connection;
      jobs = List.of(); // a transaction that the server rolled back begins again
    }

    /** The jobs, in the order of their seq; may be none. */
    public List<Job> take() throws SQLException {
      jobs =
          claimed != null
              ? claimed
              : QueueRows.take(transaction, TABLE, COLUMNS, most, RejectedMessages::job);
      return jobs;
    }

    /**
     * Ends the jobs whose entry shows them, or what is newer, and journals {@code rejected} for
     * those that it shows. The others are tried again later.
     *
     * @param shown the {@code seq} that an entry shows, by reference {@code sender:sender_ref}
     */
    public void finish(Map<String, Long> shown) throws SQLException {
      if (transaction != null) {
        RejectedMessages.finish(transaction, jobs, shown);
      } else {
        outbox.transaction(c -> RejectedMessages.finish(c, jobs, shown));
      }
    }
  }

  private static Job job(ResultSet r, UUID token) throws SQLException {
    return new Job(
        r.getLong(1),
        r.getString(2),
        r.getString(3),
        r.getLong(4),
        r.getString(5),
        r.getString(6),
        r.getString(7),
        r.getString(8),
        token);
  }

  private static Void finish(Connection connection, List<Job> jobs, Map<String, Long> shown)
      throws SQLException {
    List<Job> applied = jobs.stream().filter(j -> shows(shown, j)).toList();
    Set<Long> deleted = QueueRows.done(connection, TABLE, seqs(applied), jobs.get(0).lockToken());
    List<DeliveryStatusJournal.Line> lines = new ArrayList<>();
    for (Job j : applied) {
      if (deleted.contains(j.seq()) && shown.get(j.reference()) == j.seq()) {
        lines.add(rejected(j));
      }
    }
    DeliveryStatusJournal.append(connection, lines);
    List<Job> missing = jobs.stream().filter(j -> !shows(shown, j)).toList();
    if (!missing.isEmpty()) {
      UUID token = missing.get(0).lockToken();
      QueueRows.failed(connection, TABLE, seqs(missing), token, "no lake entry yet");
    }
    return null;
  }

  private static boolean shows(Map<String, Long> shown, Job job) {
    return shown.getOrDefault(job.reference(), Long.MIN_VALUE) >= job.seq();
  }

  private void failed(Job job, String error) {
    LOG.warn("rejection of {} failed: {}", job.reference(), error);
    outbox.transaction(c -> QueueRows.failed(c, TABLE, List.of(job.seq()), job.lockToken(), error));
  }

  private static List<Long> seqs(List<Job> jobs) {
    return jobs.stream().map(Job::seq).toList();
  }

  private static DeliveryStatusJournal.Line rejected(Job j) {
    String detail = j.detail() == null ? j.reason() : j.reason() + ": " + j.detail();
    JournalEntry rejected =
        new JournalEntry(Event.REJECTED, j.channelId(), j.channelTxnId(), null, detail);
    return new DeliveryStatusJournal.Line(j.messageId(), j.sender(), j.senderRef(), rejected);
  }

  /**
   * A message goes again before the lake has heard of its rejection: the newer update that follows
   * makes that needless, and the journal has it before it says more.
   */
  static void overtake(Connection connection, long messageId) throws SQLException {
    String sql =
        """
        DELETE FROM rejected_messages m WHERE m.message_id = ?
        RETURNING m.seq, m.sender, m.sender_ref, m.message_id, m.reason, m.detail, m.channel_id,
          m.channel_txn_id
        """;
    List<DeliveryStatusJournal.Line> lines = new ArrayList<>();
    try (PreparedStatement s = connection.prepareStatement(sql)) {
      s.setLong(1, messageId);
      try (ResultSet r = s.executeQuery()) {
        while (r.next()) {
          lines.add(rejected(job(r, null)));
        }
      }
    }
    DeliveryStatusJournal.append(connection, lines);
  }
}
