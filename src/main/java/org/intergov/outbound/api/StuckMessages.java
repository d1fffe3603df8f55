package org.intergov.outbound.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.intergov.outbound.api.door.ApiProblem;
import org.intergov.outbound.api.door.Call;
import org.intergov.outbound.api.door.Role;
import org.intergov.outbound.message.Reference;
import org.intergov.outbound.message.Violation;
import org.intergov.outbound.store.OperatorActions;
import org.intergov.outbound.store.ParkedRows;
import org.intergov.outbound.store.views.MessageViews;

/**
 * What an operator does to messages that are stuck: sends them again, decides on held ones, lets
 * parked updates go again. Thread-safe.
 */
public final class StuckMessages {
  private static final int MOST_BYTES = 8_192;
  private static final int MOST_REASON = 500;

  private final MessageViews views;
  private final OperatorActions actions;
  private final ParkedRows parked;
  private final Runnable wakeRouter;
  private final Runnable wakeLake;

  /**
   * @param wakeLake wakes whoever takes updates and rejections to the lake
   */
  public StuckMessages(
      MessageViews views,
      OperatorActions actions,
      ParkedRows parked,
      Runnable wakeRouter,
      Runnable wakeLake) {
    this.views = views;
    this.actions = actions;
    this.parked = parked;
    this.wakeRouter = wakeRouter;
    this.wakeLake = wakeLake;
  }

  /** {@code POST /messages/{reference}/replay}. */
  public void replay(Exchange exchange) {
    Call.handle(
        exchange,
        Role.OPERATE,
        call -> {
          Reference reference = call.reference();
          switch (actions.replay(reference, call.caller())) {
            case DONE -> {
              wakeRouter.run();
              call.json(202, Map.of("reference", reference.toString(), "replayed", true));
            }
            case UNKNOWN_MESSAGE -> throw notInOutbox(reference);
            case NOT_STUCK ->
                throw new ApiProblem(
                    409,
                    "Nothing to replay",
                    "The message " + reference + " is neither held nor rejected.");
          }
        });
  }

  /** {@code POST /messages/{reference}/resolve}: the body says {@code delivered} and why. */
  public void resolve(Exchange exchange) {
    Call.handle(
        exchange,
        Role.OPERATE,
        call -> {
          Reference reference = call.reference();
          Decision decision = decision(call);
          switch (actions.resolve(
              reference, decision.delivered(), decision.reason(), call.caller())) {
            case DONE -> {
              wakeLake.run();
              call.json(
                  200,
                  Map.of("reference", reference.toString(), "delivered", decision.delivered()));
            }
            case UNKNOWN_MESSAGE -> throw notInOutbox(reference);
            case NOT_HELD ->
                throw new ApiProblem(
                    409, "Nothing to resolve", "The message " + reference + " is not held.");
          }
        });
  }

  private record Decision(boolean delivered, String reason) {}

  private static Decision decision(Call call) throws IOException {
    JsonNode body = call.body(MOST_BYTES);
    List<Violation> errors = new ArrayList<>();
    body.fieldNames()
        .forEachRemaining(
            name -> {
              if (!name.equals("delivered") && !name.equals("reason")) {
                errors.add(
                    new Violation(
                        "body", "unknown_field", "only delivered and reason belong here"));
              }
            });
    if (!body.path("delivered").isBoolean()) {
      errors.add(new Violation("delivered", "type", "true or false: whether it was delivered"));
    }
    String reason = body.path("reason").asText("").strip();
    if (!body.path("reason").isTextual() || reason.isEmpty() || reason.length() > MOST_REASON) {
      errors.add(
          new Violation(
              "reason", "length", "why, for the journal, 1 to " + MOST_REASON + " characters"));
    }
    if (!errors.isEmpty()) {
      String detail = "Expected {\"delivered\": true or false, \"reason\": \"...\"}.";
      throw new ApiProblem(400, "Bad decision", detail, errors, Map.of());
    }
    return new Decision(body.path("delivered").booleanValue(), reason);
  }

  /** {@code GET /parked?after=&limit=}: updates that the lake did not take. */
  public void parked(Exchange exchange) {
    Call.handle(
        exchange,
        Role.READ,
        call -> {
          int limit = call.limit();
          call.page(
              "parked",
              parked.page(call.after(), limit),
              limit,
              ParkedRows.Parked::seq,
              StuckMessages::document);
        });
  }

  private static Map<String, Object> document(ParkedRows.Parked parked) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("queue", parked.queue());
    document.put("seq", parked.seq());
    document.put("reference", parked.reference());
    document.put("attempts", parked.attempts());
    document.put("last_error", parked.lastError());
    document.put("parked_at", parked.parkedAt().toString());
    return document;
  }

  /** {@code POST /parked/{queue}/{seq}/replay}. */
  public void parkedAgain(Exchange exchange) {
    Call.handle(
        exchange,
        Role.OPERATE,
        call -> {
          String queue = call.segment(1);
          String seq = call.segment(2);
          String reference =
              seq.matches("[0-9]{1,18}")
                  ? parked.again(queue, Long.parseLong(seq), call.caller()).orElse(null)
                  : null;
          if (reference == null) {
            throw new ApiProblem(404, "Nothing parked", "No parked row has that queue and number.");
          }
          wakeLake.run();
          call.json(202, Map.of("reference", reference, "queue", queue, "replayed", true));
        });
  }

  private ApiProblem notInOutbox(Reference reference) {
    return views.find(reference).isEmpty()
        ? MessageQueries.notFound(reference)
        : new ApiProblem(
            409,
            "Not in the outbox",
            "The message "
                + reference
                + " has left the delivery outbox (intergov.retention.outbox); submit it under a new"
                + " reference to send it again.");
  }
}
