package org.intergov.outbound.store;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.intergov.outbound.store.Submissions.Result;
import org.intergov.outbound.store.Submissions.Submission;
import org.intergov.outbound.store.database.StoreBusyException;
import org.intergov.outbound.store.database.StoreUnavailableException;

/**
 * Stores submissions as long as the backlog has room and the database keeps up. However many come,
 * they use a share of the connections, so that the flow that empties the backlog has the others.
 * Thread-safe.
 */
public final class BoundedSubmissions {
  private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

  private final Submissions submissions;
  private final Backlog backlog;
  private final Semaphore turns;
  private final Duration patience;

  /**
   * @param atOnce how many may be storing at the same time
   * @param patience how long one waits for its turn
   */
  BoundedSubmissions(Submissions submissions, Backlog backlog, int atOnce, Duration patience) {
    this.submissions = submissions;
    this.backlog = backlog;
    this.turns = new Semaphore(atOnce, true);
    this.patience = patience;
  }

  /**
   * Stores all, in order, as {@link Submissions#store} does.
   *
   * @return one result for each submission, in their order
   * @throws StoreBusyException if too many messages wait for delivery, or the database has had no
   *     time for this within a few seconds; nothing was stored
   * @throws StoreUnavailableException if the outbox's database could not be reached; nothing was
   *     stored
   */
  public List<Result> store(List<Submission> submitted) {
    backlog.admit();
    awaitTurn();
    List<Result> results;
    try {
      results = submissions.store(submitted);
    } finally {
      turns.release();
    }
    backlog.stored(results.stream().filter(r -> r == Result.CREATED).count());
    return results;
  }

  private void awaitTurn() {
    try {
      if (turns.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new StoreBusyException(
        "The database is busy storing other messages; nothing was stored. Try again.", RETRY_AFTER);
  }
}
