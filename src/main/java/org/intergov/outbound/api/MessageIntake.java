package org.intergov.outbound.api;

import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.camel.Exchange;
import org.apache.camel.component.platform.http.vertx.HttpMessage;
import org.intergov.outbound.api.door.ApiProblem;
import org.intergov.outbound.api.door.Call;
import org.intergov.outbound.api.door.IntakeGate;
import org.intergov.outbound.api.door.RequestStream;
import org.intergov.outbound.api.door.Role;
import org.intergov.outbound.message.Message;
import org.intergov.outbound.message.MessagePath;
import org.intergov.outbound.message.MessageReader;
import org.intergov.outbound.message.ReadResult;
import org.intergov.outbound.message.Violation;
import org.intergov.outbound.store.BoundedSubmissions;
import org.intergov.outbound.store.Submissions.Result;
import org.intergov.outbound.store.Submissions.Submission;

/** {@code POST /messages}: one message, or many as NDJSON. Stored when it answers. Thread-safe. */
public final class MessageIntake {
  /** Bytes of one message's JSON; the longest valid one is far below. */
  public static final int MOST_BYTES = 65_536;

  private static final long DISCARD_BYTES = 32L << 20;

  private final MessageReader reader;
  private final BoundedSubmissions submissions;
  private final IntakeGate gate;
  private final Function<Message, Submission> lanes;
  private final Runnable wakeRouter;

  /**
   * @param lanes names a message's lane where that is plain
   */
  public MessageIntake(
      MessageReader reader,
      BoundedSubmissions submissions,
      IntakeGate gate,
      Function<Message, Submission> lanes,
      Runnable wakeRouter) {
    this.reader = reader;
    this.submissions = submissions;
    this.gate = gate;
    this.lanes = lanes;
    this.wakeRouter = wakeRouter;
  }

  /** Answers the call; by its media type, one message or many. */
  public void submit(Exchange exchange) {
    HttpServerRequest request = exchange.getMessage(HttpMessage.class).getRequest();
    try {
      Call.handle(exchange, Role.SUBMIT, this::answer);
    } finally {
      gate.done(request);
    }
  }

  private void answer(Call call) throws IOException {
    call.checkIsPlainUtf8();
    switch (call.mediaType()) {
      case "application/json", "" -> one(call);
      case "application/x-ndjson", "application/ndjson", "application/jsonl" -> many(call);
      default ->
          throw new ApiProblem(
              415,
              "Unsupported media type",
              "Content-Type must be application/json for one message, or"
                  + " application/x-ndjson for one message per line.");
    }
  }

  private void one(Call call) throws IOException {
    if (call.length() > MOST_BYTES) {
      throw tooLong();
    }
    Message message = message(readAll(gate.body(call.request())));
    Result result = submissions.store(List.of(lanes.apply(message))).get(0);
    if (result == Result.CONFLICT) {
      throw new ApiProblem(
          409,
          "Reference taken",
          "The reference " + message.reference() + " was used for another message.",
          List.of(conflict()),
          Map.of());
    }
    if (result == Result.REFUSED) {
      throw new ApiProblem(
          422,
          "Refused by the database",
          "A rule of the gateway's database refuses " + message.reference() + ".",
          List.of(refused()),
          Map.of());
    }
    if (result == Result.CREATED) {
      wakeRouter.run();
    }
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("reference", message.reference());
    body.put("sender", message.sender());
    body.put("sender_ref", message.senderRef());
    Map<String, String> location = Map.of("Location", MessagePath.of(message.reference(), ""));
    call.json(result == Result.CREATED ? 201 : 200, body, location);
  }

  private static byte[] readAll(RequestStream in) throws IOException {
    byte[] body = in.readNBytes(MOST_BYTES + 1);
    if (body.length > MOST_BYTES) {
      in.discard(DISCARD_BYTES);
      throw tooLong();
    }
    return body;
  }

  private static ApiProblem tooLong() {
    return new ApiProblem(
        413,
        "Too large",
        "A message may have at most " + MOST_BYTES + " bytes of JSON.",
        List.of(tooLarge()),
        Map.of());
  }

  private Message message(byte[] body) {
    ReadResult read = reader.read(body);
    if (read instanceof ReadResult.Read ok) {
      return ok.message();
    }
    List<Violation> errors = ((ReadResult.Invalid) read).violations();
    int status = status(errors);
    throw new ApiProblem(
        status,
        status == 403 ? "Not our sender" : "Invalid message",
        errors.size() == 1 ? errors.get(0).detail() : errors.size() + " rules are broken.",
        errors,
        Map.of());
  }

  /** Only the sender is wrong, though well-formed: forbidden; else the message is bad. */
  private static int status(List<Violation> errors) {
    boolean forbidden = errors.stream().allMatch(e -> e.rule().equals("jurisdiction"));
    return forbidden ? 403 : 400;
  }

  static Violation refused() {
    return new Violation(
        "body", "refused", "a rule of the gateway's database refuses this message");
  }

  static Violation conflict() {
    return new Violation(
        "sender_ref", "unique", "this sender used the reference for a message with other content");
  }

  private static Violation tooLarge() {
    return new Violation("body", "too_large", "expected at most " + MOST_BYTES + " bytes");
  }

  private void many(Call call) throws IOException {
    LineReader lines = new LineReader(gate.body(call.request()), MOST_BYTES);
    try (LineBatches batches = new LineBatches(submissions, wakeRouter)) {
      long number = 0;
      while (lines.next()) {
        number++;
        if (!lines.isBlank()) {
          line(lines, number, batches);
        }
      }
      batches.finish();
      Object results = batches.content();
      if (results instanceof InputStream) {
        AnswerWatch.watch(call.request());
      }
      call.answer(200, "application/x-ndjson", results, batches.headers());
    }
  }

  private void line(LineReader lines, long number, LineBatches batches) throws IOException {
    if (lines.isTooLong()) {
      batches.bad(number, 413, List.of(tooLarge()));
      return;
    }
    ReadResult read = reader.read(lines.line(), 0, lines.length());
    if (read instanceof ReadResult.Read ok) {
      batches.good(number, lanes.apply(ok.message()), lines.length());
    } else {
      List<Violation> errors = ((ReadResult.Invalid) read).violations();
      batches.bad(number, status(errors), errors);
    }
  }
}
