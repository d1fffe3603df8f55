package org.intergov.outbound.flow;

import java.time.Duration;
import org.intergov.outbound.store.MessageUpdates;

/** Applies message updates to the lake. Called by its route, from one thread. */
public final class MessageUpdater {
  private static final int BATCH = 500;

  private final MessageUpdates updates;
  private final WakeUp wakeUp;
  private final DatabaseWatch database = new DatabaseWatch("message-updater");
  private final Pace pace = new Pace(Duration.ofMillis(30));

  public MessageUpdater(MessageUpdates updates, WakeUp wakeUp) {
    this.updates = updates;
    this.wakeUp = wakeUp;
  }

  /** Applies all that is due. */
  public void apply() {
    pace.gather(() -> false);
    wakeUp.taken();
    database.run(
        () -> {
          int applied;
          do {
            applied = updates.applyDue(BATCH);
          } while (applied == BATCH);
        });
  }
}
