package org.intergov.outbound.channel;

import java.util.List;
import org.intergov.outbound.store.MessageUpdates;

/** Applies message updates to the lake. Called by its route, from one thread. */
public final class MessageUpdater {
  private static final int BATCH = 500;

  private final MessageUpdates updates;
  private final WakeUp wakeUp;
  private final DatabaseWatch database = new DatabaseWatch("message-updater");

  public MessageUpdater(MessageUpdates updates, WakeUp wakeUp) {
    this.updates = updates;
    this.wakeUp = wakeUp;
  }

  /** Applies all that is due. */
  public void apply() {
    wakeUp.taken();
    database.run(
        () -> {
          List<MessageUpdates.Job> jobs;
          do {
            jobs = updates.claim(BATCH);
            if (!jobs.isEmpty()) {
              updates.apply(jobs);
            }
          } while (jobs.size() == BATCH);
        });
  }
}
