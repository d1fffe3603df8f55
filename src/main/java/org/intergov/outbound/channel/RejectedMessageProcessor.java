package org.intergov.outbound.channel;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;
import org.intergov.outbound.store.RejectedMessages;

/**
 * What the rejected-message route needs around its JDBC statement: the jobs, claimed, as JSON; and
 * their end. Called by its route, from one thread.
 */
public final class RejectedMessageProcessor {
  private static final int BATCH = 500;
  private static final String CLAIMED = "rejectedMessages";

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

  /**
   * Claims what is due; sets header {@code jobs} to a JSON array of objects {@code sender,
   * sender_ref, seq, reason, channel_id, channel_txn_id}, or to null if nothing is due.
   */
  public void claim(Exchange exchange) throws JsonProcessingException {
    wakeUp.taken();
    List<RejectedMessages.Job> jobs = new ArrayList<>();
    database.run(() -> jobs.addAll(rejected.claim(BATCH)));
    exchange.setProperty(CLAIMED, jobs);
    exchange.getMessage().setHeader("jobs", jobs.isEmpty() ? null : json(jobs));
  }

  private static String json(List<RejectedMessages.Job> jobs) throws JsonProcessingException {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (RejectedMessages.Job j : jobs) {
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

  /** Ends the jobs whose entries the statement found; its rows carry {@code reference}. */
  public void finish(Exchange exchange) {
    List<?> rows = exchange.getMessage().getBody(List.class);
    Set<String> shown =
        rows.stream()
            .map(row -> (Map<?, ?>) row)
            .map(row -> String.valueOf(row.get("reference")))
            .collect(Collectors.toSet());
    List<RejectedMessages.Job> jobs = claimed(exchange);
    if (database.run(() -> rejected.finish(jobs, shown)) && jobs.size() == BATCH) {
      wakeUp.signal();
    }
  }

  /** The statement failed: the jobs stay, and are tried again. */
  public void failed(Exchange exchange) {
    Throwable cause = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
    database.run(() -> rejected.failed(claimed(exchange), cause));
  }

  @SuppressWarnings("unchecked")
  private static List<RejectedMessages.Job> claimed(Exchange exchange) {
    return exchange.getProperty(CLAIMED, List.of(), List.class);
  }
}
