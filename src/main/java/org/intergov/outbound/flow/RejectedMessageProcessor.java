package org.intergov.outbound.flow;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.Route;
import org.apache.camel.spi.Policy;
import org.apache.camel.support.ExchangeHelper;
import org.intergov.outbound.store.RejectedMessages;
import org.intergov.outbound.store.RejectedMessages.Batch;
import org.intergov.outbound.store.RejectedMessages.Job;

/**
 * What the rejected-message route needs around its JDBC statement: a transaction, the jobs as JSON,
 * and their end. Called by its route, from one thread.
 *
 * <p>As a policy it runs the steps it encloses for one batch of due rejections after the other,
 * each in a transaction where the lake is in the same database. A step that fails rolls it back;
 * {@link RejectedMessages#applyDue} says what is done then.
 */
public final class RejectedMessageProcessor implements Policy {
  private static final int MOST = 500;
  private static final String BATCH = "rejectedMessages";

  /**
   * Made when the first message is rejected: it takes a tenth of a second, which no start needs.
   */
  private static final class Json {
    private static final ObjectMapper MAPPER = new ObjectMapper();
  }

  private final RejectedMessages rejected;
  private final WakeUp wakeUp;
  private final DatabaseWatch database = new DatabaseWatch("rejected-message-processor");

  public RejectedMessageProcessor(RejectedMessages rejected, WakeUp wakeUp) {
    this.rejected = rejected;
    this.wakeUp = wakeUp;
  }

  @Override
  public void beforeWrap(Route route, NamedNode definition) {
    // nothing is to be changed about the steps
  }

  @Override
  public Processor wrap(Route route, Processor steps) {
    return exchange -> {
      wakeUp.taken();
      database.run(
          () -> {
            int taken;
            do {
              taken = rejected.applyDue(MOST, batch -> run(steps, exchange, batch));
            } while (taken == MOST);
          });
    };
  }

  /** On an exchange of its own: a batch that is tried again begins anew. */
  private static void run(Processor steps, Exchange exchange, Batch batch) throws Exception {
    Exchange one = ExchangeHelper.createCopy(exchange, true);
    one.setProperty(BATCH, batch);
    steps.process(one);
    if (one.getException() != null) {
      throw one.getException();
    }
  }

  /**
   * Takes what is due; sets header {@code jobs} to a JSON array of objects {@code sender,
   * sender_ref, seq, reason, channel_id, channel_txn_id}, or to null if nothing is due.
   */
  public void take(Exchange exchange) throws Exception {
    List<Job> jobs = exchange.getProperty(BATCH, Batch.class).take();
    exchange.getMessage().setHeader("jobs", jobs.isEmpty() ? null : json(jobs));
  }

  private static String json(List<Job> jobs) throws JsonProcessingException {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (Job j : jobs) {
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("sender", j.sender());
      row.put("sender_ref", j.senderRef());
      row.put("seq", j.seq());
      row.put("reason", j.reason());
      row.put("channel_id", j.channelId());
      row.put("channel_txn_id", j.channelTxnId());
      rows.add(row);
    }
    return Json.MAPPER.writeValueAsString(rows);
  }

  /**
   * Ends the jobs that the lake shows now. The statement's rows carry {@code reference}, and {@code
   * seq}, the newest that is applied to its entry.
   */
  public void finish(Exchange exchange) throws Exception {
    Map<String, Long> shown = new HashMap<>();
    for (Object row : exchange.getMessage().getBody(List.class)) {
      Map<?, ?> columns = (Map<?, ?>) row;
      shown.put((String) columns.get("reference"), ((Number) columns.get("seq")).longValue());
    }
    exchange.getProperty(BATCH, Batch.class).finish(shown);
  }
}
