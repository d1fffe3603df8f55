package org.intergov.outbound.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Collectors;
import org.apache.camel.component.jdbc.ConnectionStrategy;
import org.intergov.outbound.config.Cause;
import org.intergov.outbound.store.database.Database;
import org.intergov.outbound.store.database.Outages;
import org.intergov.outbound.store.database.StoreException;
import org.intergov.outbound.store.database.StoreUnavailableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A queue towards the lake: its jobs are taken, {@link Steps} write them to the lake, and what the
 * lake shows then is done. Thread-safe.
 *
 * @param <J> a job
 */
public abstract class LakeQueue<J extends LakeJob> {
  private static final Logger LOG = LoggerFactory.getLogger(LakeQueue.class);
  private static final LakeConnections CONNECTIONS = new LakeConnections();
  private static final int MOST_TRIES = 3;

  private final Database outbox;
  private final boolean lakeIsHere;
  private final String what;
  private final String table;
  private final String columns;
  private final QueueRows.Row<J> row;
  private final QueueClaims<J> claims;

  /**
   * @param outbox where the queue and the journal are
   * @param lake where the lake is; the same object if it is the same database
   * @param what a job is called, in the log
   * @param columns what is read of each row, with the table named {@code m}
   */
  LakeQueue(
      Database outbox,
      Database lake,
      String what,
      String table,
      String columns,
      QueueRows.Row<J> row) {
    this.what = what;
    this.outbox = outbox;
    this.lakeIsHere = lake == outbox;
    this.table = table;
    this.columns = columns;
    this.row = row;
    this.claims = new QueueClaims<>(outbox, table, columns, row);
  }

  /**
   * What the entry of a message shows.
   *
   * @param seq of the newest job applied to it
   * @param since when the entry was made; null: not asked for
   */
  public record Shown(long seq, Instant since) {}

  /**
   * Writes jobs to the lake through {@link #connections}. May run more than once for the same jobs;
   * what failed has left nothing behind, or what does no harm when it is done again.
   *
   * @param <J> a job
   */
  @FunctionalInterface
  public interface Steps<J> {
    /**
     * @param jobs in the order of their seq; one at least
     * @return for each reference {@code sender:sender_ref} that has an entry, what it shows now
     * @throws RejectedExecutionException if nothing can be written now; the jobs stay
     */
    Map<String, Shown> write(List<J> jobs) throws Exception;
  }

  /** What the journal says of a job that its entry shows now; null: nothing. */
  abstract DeliveryStatusJournal.Line line(J job);

  /** Told of the jobs that have been journaled, after the commit. */
  void finished(List<J> journaled, Map<String, Shown> shown) {}

  /** For the {@code jdbc:} endpoint by which {@link Steps} write to the lake. */
  public static ConnectionStrategy connections() {
    return CONNECTIONS;
  }

  /**
   * Applies up to {@code most} due jobs, oldest first.
   *
   * <p>Where the lake is in the same database, taking, writing and ending are one transaction, and
   * its row locks are the lease. Where it is not, or where a job is refused, the jobs are claimed
   * first. A batch of which the lake refuses one is halved until that one stands alone: its try
   * counts, the others are applied.
   *
   * @return how many were taken; less than {@code most}: no more are due
   * @throws StoreUnavailableException if a database could not be reached; the jobs stay
   */
  public int applyDue(int most, Steps<J> steps) {
    if (lakeIsHere) {
      try {
        return inOne(most, null, steps);
      } catch (StoreException e) {
        LOG.debug("{} are applied one by one, since the lake refuses one", table, e);
      }
    }
    List<J> jobs = claim(most);
    if (!jobs.isEmpty()) {
      apply(jobs, steps);
    }
    return jobs.size();
  }

  /** Claims up to {@code most} due jobs, oldest first. */
  List<J> claim(int most) {
    return claims.claim(most);
  }

  /** Applies claimed jobs. One that cannot be applied does not keep the others back. */
  void apply(List<J> jobs, Steps<J> steps) {
    try {
      if (lakeIsHere) {
        inOne(jobs.size(), jobs, steps);
      } else {
        inTwo(jobs, steps);
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

  /** What a transaction has come to. */
  private record Done<J>(int taken, List<J> journaled, Map<String, Shown> shown) {}

  /**
   * One transaction from taking to journaling; if a step fails, it is rolled back.
   *
   * @param claimed under a lease; null: they are taken for the transaction
   */
  private int inOne(int most, List<J> claimed, Steps<J> steps) {
    Done<J> done =
        outbox.transaction(
            connection -> {
              List<J> jobs =
                  claimed != null ? claimed : QueueRows.take(connection, table, columns, most, row);
              if (jobs.isEmpty()) {
                return new Done<>(0, jobs, Map.of());
              }
              Map<String, Shown> shown = CONNECTIONS.lend(connection, () -> write(jobs, steps));
              return new Done<>(jobs.size(), finish(connection, jobs, shown), shown);
            });
    finished(done.journaled(), done.shown());
    return done.taken();
  }

  /**
   * The lake commits first. If it is done and the outbox does not hear of it, the same is done
   * again, without harm. While the lake is away the jobs wait in the queue, not under a lease.
   */
  private void inTwo(List<J> jobs, Steps<J> steps) {
    Map<String, Shown> shown;
    try {
      shown = writeInSpiteOfConflicts(jobs, steps);
    } catch (SQLException e) {
      String said = "database lake: " + e.getMessage();
      if (!Outages.is(e)) {
        throw new StoreException(said, e);
      }
      UUID token = jobs.get(0).lockToken();
      outbox.transaction(c -> QueueRows.release(c, table, seqs(jobs), token));
      throw new StoreUnavailableException(said, e);
    }
    finished(outbox.transaction(c -> finish(c, jobs, shown)), shown);
  }

  /** The lake's server may undo a statement that is in the way of another, or waits in a ring. */
  private Map<String, Shown> writeInSpiteOfConflicts(List<J> jobs, Steps<J> steps)
      throws SQLException {
    for (int tries = 1; ; tries++) {
      try {
        return write(jobs, steps);
      } catch (SQLException e) {
        if (tries == MOST_TRIES || e.getSQLState() == null || !e.getSQLState().startsWith("40")) {
          throw e;
        }
      }
    }
  }

  /** What a route's step has thrown may be wrapped; what the database said counts. */
  private Map<String, Shown> write(List<J> jobs, Steps<J> steps) throws SQLException {
    try {
      return steps.write(jobs);
    } catch (RejectedExecutionException e) {
      throw e;
    } catch (Exception e) {
      for (Throwable t = e; t != null; t = t.getCause()) {
        if (t instanceof StoreUnavailableException || t instanceof StoreException) {
          throw (RuntimeException) t;
        }
        if (t instanceof SQLException said) {
          throw said;
        }
      }
      throw new StoreException(table + ": " + Cause.of(e), e);
    }
  }

  private void failed(J job, String error) {
    LOG.warn("{} of {} failed: {}", what, job.reference(), error);
    outbox.transaction(c -> QueueRows.failed(c, table, List.of(job.seq()), job.lockToken(), error));
  }

  /**
   * Ends the jobs whose entry shows them, or what is newer, and journals what it shows; the others
   * are tried again later.
   *
   * @return those that are journaled
   */
  private List<J> finish(Connection connection, List<J> jobs, Map<String, Shown> shown)
      throws SQLException {
    UUID token = jobs.get(0).lockToken();
    Map<Boolean, List<J>> applied =
        jobs.stream().collect(Collectors.partitioningBy(j -> shows(shown, j)));
    Set<Long> deleted = QueueRows.done(connection, table, seqs(applied.get(true)), token);
    List<J> journaled =
        applied.get(true).stream()
            .filter(j -> deleted.contains(j.seq()) && shown.get(j.reference()).seq() == j.seq())
            .filter(j -> line(j) != null)
            .toList();
    DeliveryStatusJournal.append(connection, journaled.stream().map(this::line).toList());
    if (!applied.get(false).isEmpty()) {
      QueueRows.failed(connection, table, seqs(applied.get(false)), token, "no lake entry yet");
    }
    return journaled;
  }

  private static boolean shows(Map<String, Shown> shown, LakeJob job) {
    Shown entry = shown.get(job.reference());
    return entry != null && entry.seq() >= job.seq();
  }

  private static List<Long> seqs(List<? extends LakeJob> jobs) {
    return jobs.stream().map(LakeJob::seq).toList();
  }
}
