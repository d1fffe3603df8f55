package org.intergov.outbound.flow;

import org.intergov.outbound.store.database.StoreUnavailableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs what a stage does against the database. While the database is away the stage does nothing
 * and says so once; its timer tries again. Called from the stage's one thread.
 */
final class DatabaseWatch {
  private static final Logger LOG = LoggerFactory.getLogger(DatabaseWatch.class);
  private final String stage;
  private boolean away;

  DatabaseWatch(String stage) {
    this.stage = stage;
  }

  /** Returns whether {@code work} ran to its end. What it throws is reported and not thrown. */
  boolean run(Runnable work) {
    try {
      work.run();
      if (away) {
        LOG.info("{}: the database is back", stage);
        away = false;
      }
      return true;
    } catch (StoreUnavailableException e) {
      if (!away) {
        LOG.warn("{}: waits until the database is back: {}", stage, e.getMessage());
        away = true;
      }
      return false;
    } catch (RuntimeException e) {
      Faults.report(stage, "a round", e);
      return false;
    }
  }
}
