package org.intergov.outbound.flow;

import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import org.apache.camel.Exchange;
import org.intergov.outbound.flow.leased.LeasedQueue;
import org.intergov.outbound.flow.leased.LeasedRoute;
import org.intergov.outbound.flow.leased.RouteStoppedException;
import org.intergov.outbound.flow.leased.WakeUp;
import org.intergov.outbound.store.LakeJob;
import org.intergov.outbound.store.LakeQueue;
import org.intergov.outbound.store.LakeQueue.Shown;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A queue towards the lake as its route has it. The body of an exchange is a list of jobs, each a
 * map of columns; the route writes them to the lake, and leaves a list of rows with {@code
 * reference} ({@code sender:sender_ref}), {@code seq} (of the newest job that the entry shows) and
 * perhaps {@code since} (when the entry was made). An exchange that fails is undone; {@link
 * LakeQueue#applyDue} says what follows.
 */
public final class LakeStage<J extends LakeJob> implements LeasedQueue {
  private static final Logger LOG = LoggerFactory.getLogger(LakeStage.class);

  private final LakeQueue<J> queue;
  private final WakeUp due;
  private final DatabaseWatch database;
  private final Pace pace = new Pace(Duration.ofMillis(30));
  private volatile LeasedRoute route;

  /**
   * @param stage names it in the log
   */
  public LakeStage(String stage, LakeQueue<J> queue, WakeUp due) {
    this.queue = queue;
    this.due = due;
    this.database = new DatabaseWatch(stage);
  }

  @Override
  public void open(LeasedRoute to) {
    route = to;
  }

  @Override
  public WakeUp due() {
    return due;
  }

  /** Applies all that is due. */
  @Override
  public void claim() {
    pace.gather(() -> false);
    due.taken();
    database.run(this::applyDue);
  }

  private void applyDue() {
    int most = route.batch();
    try {
      int taken;
      do {
        taken = queue.applyDue(most, this::write);
      } while (taken == most && route.isOpen());
    } catch (RejectedExecutionException e) {
      LOG.debug("the route was stopped; what it was given stays in the queue", e);
    }
  }

  private Map<String, Shown> write(List<J> jobs) throws Exception {
    Exchange exchange = route.exchange();
    exchange.getMessage().setBody(jobs.stream().map(LakeJob::columns).toList());
    try {
      route.runHere(exchange);
    } catch (RouteStoppedException e) {
      throw new RejectedExecutionException(e); // no fault of the jobs
    }
    Map<String, Shown> shown = new HashMap<>();
    for (Object row : exchange.getMessage().getBody(List.class)) {
      Map<?, ?> columns = (Map<?, ?>) row;
      long seq = ((Number) columns.get("seq")).longValue();
      shown.put((String) columns.get("reference"), new Shown(seq, since(columns)));
    }
    return shown;
  }

  private static Instant since(Map<?, ?> columns) {
    return columns.get("since") instanceof Date since ? since.toInstant() : null;
  }
}
