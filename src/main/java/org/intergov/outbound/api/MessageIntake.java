package org.intergov.outbound.api;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.camel.Exchange;
import org.intergov.outbound.message.Message;
import org.intergov.outbound.message.MessageReader;
import org.intergov.outbound.message.ReadResult;
import org.intergov.outbound.message.Violation;
import org.intergov.outbound.routing.Channel;
import org.intergov.outbound.routing.Routing;
import org.intergov.outbound.routing.RoutingTable;
import org.intergov.outbound.store.StoreUnavailableException;
import org.intergov.outbound.store.Submissions;
import org.intergov.outbound.store.Submissions.Result;
import org.intergov.outbound.store.Submissions.Submission;

/** {@code POST /messages}: one message, or many as NDJSON. Stored when it answers. Thread-safe. */
public final class MessageIntake {
  /** Bytes of one message's JSON; the longest valid one is far below. */
  public static final int MOST_BYTES = 65_536;

  private static final int BATCH = 500;
  private static final long DISCARD_BYTES = 32L << 20;

  private final MessageReader reader;
  private final Submissions submissions;
  private final Supplier<RoutingTable> table;
  private final Runnable wakeRouter;

  public MessageIntake(
      MessageReader reader,
      Submissions submissions,
      Supplier<RoutingTable> table,
      Runnable wakeRouter) {
    this.reader = reader;
    this.submissions = submissions;
    this.table = table;
    this.wakeRouter = wakeRouter;
  }

  /** Answers the call; by its media type, one message or many. */
  public void submit(Exchange exchange) {
    Call.handle(
        exchange,
        call -> {
          switch (call.mediaType()) {
            case "application/json", "" -> one(call);
            case "application/x-ndjson", "application/ndjson", "application/jsonl" -> many(call);
            default ->
                throw new Problem(
                    415,
                    "Unsupported media type",
                    "Content-Type must be application/json for one message, or"
                        + " application/x-ndjson for one message a line.");
          }
        });
  }

  private void one(Call call) throws IOException {
    Message message = message(readAll(new RequestStream(call.request())));
    Result result = submissions.store(List.of(submission(message))).get(0);
    if (result == Result.CONFLICT) {
      throw new Problem(
          409,
          "Reference taken",
          "The reference " + message.reference() + " was used for another message.",
          List.of(conflict()),
          Map.of());
    }
    if (result == Result.CREATED) {
      wakeRouter.run();
    }
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("reference", message.reference());
    body.put("sender", message.sender());
    body.put("sender_ref", message.senderRef());
    Map<String, String> location = Map.of("Location", location(message));
    call.json(result == Result.CREATED ? 201 : 200, body, location);
  }

  private static String location(Message message) {
    String ref = URLEncoder.encode(message.senderRef(), StandardCharsets.UTF_8);
    return "/messages/" + message.sender() + ":" + ref.replace("+", "%20");
  }

  private static byte[] readAll(RequestStream in) throws IOException {
    byte[] body = in.readNBytes(MOST_BYTES + 1);
    if (body.length > MOST_BYTES) {
      in.discard(DISCARD_BYTES);
      throw new Problem(
          413,
          "Too large",
          "A message has at most " + MOST_BYTES + " bytes of JSON.",
          List.of(tooLarge()),
          Map.of());
    }
    return body;
  }

  private Message message(byte[] body) {
    ReadResult read = reader.read(body);
    if (read instanceof ReadResult.Read ok) {
      return ok.message();
    }
    List<Violation> errors = ((ReadResult.Invalid) read).violations();
    int status = status(errors);
    throw new Problem(
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

  private static Violation conflict() {
    return new Violation(
        "sender_ref", "unique", "this sender used the reference for a message with other content");
  }

  private static Violation tooLarge() {
    return new Violation("body", "too_large", "expected at most " + MOST_BYTES + " bytes");
  }

  /** With its lane where that is plain; what is screened or has no route is left to the router. */
  private Submission submission(Message message) {
    Routing routing = table.get().route(message, List.of());
    Optional<Channel> plain = routing.screened().isEmpty() ? routing.channel() : Optional.empty();
    return new Submission(message, plain.map(Channel::id).orElse(null));
  }

  /** One line of the answer. */
  private record Line(long number, Message message, int status, List<Violation> errors) {}

  private void many(Call call) throws IOException {
    LineReader lines = new LineReader(new RequestStream(call.request()), MOST_BYTES);
    try (ResultSpool spool = new ResultSpool()) {
      List<Line> batch = new ArrayList<>(BATCH);
      long number = 0;
      boolean storedAny = false;
      while (lines.next()) {
        number++;
        if (!lines.isBlank()) {
          batch.add(read(lines, number));
        }
        if (batch.size() == BATCH) {
          storedAny = answer(batch, spool, storedAny);
          batch.clear();
        }
      }
      answer(batch, spool, storedAny);
      call.answer(200, "application/x-ndjson", spool.content(), Map.of());
    }
  }

  private Line read(LineReader lines, long number) {
    if (lines.isTooLong()) {
      return new Line(number, null, 413, List.of(tooLarge()));
    }
    ReadResult read = reader.read(lines.line(), 0, lines.length());
    if (read instanceof ReadResult.Read ok) {
      return new Line(number, ok.message(), 201, List.of());
    }
    List<Violation> errors = ((ReadResult.Invalid) read).violations();
    return new Line(number, null, status(errors), errors);
  }

  /**
   * Stores the good lines of a batch in one transaction and writes a result for every line.
   *
   * @return whether anything of this request is stored; if nothing is and the database is away, the
   *     whole request is answered 503
   */
  private boolean answer(List<Line> batch, ResultSpool spool, boolean storedAny)
      throws IOException {
    List<Submission> good =
        batch.stream().filter(l -> l.message() != null).map(l -> submission(l.message())).toList();
    List<Result> results = List.of();
    boolean away = false;
    if (!good.isEmpty()) {
      try {
        results = submissions.store(good);
        wakeRouter.run();
      } catch (StoreUnavailableException e) {
        if (!storedAny) {
          throw e;
        }
        away = true;
      }
    }
    int next = 0;
    for (Line line : batch) {
      if (line.message() == null) {
        spool.line(result(line.number(), line.status(), null, line.errors()));
      } else if (away) {
        spool.line(result(line.number(), 503, line.message(), List.of(notStored())));
      } else {
        spool.line(result(line, results.get(next++)));
      }
    }
    return storedAny || !results.isEmpty();
  }

  private static Violation notStored() {
    return new Violation("body", "unavailable", "the database went away; submit this line again");
  }

  private static byte[] result(Line line, Result result) {
    return switch (result) {
      case CREATED -> result(line.number(), 201, line.message(), List.of());
      case EXISTS -> result(line.number(), 200, line.message(), List.of());
      case CONFLICT -> result(line.number(), 409, line.message(), List.of(conflict()));
    };
  }

  private static byte[] result(long line, int status, Message message, List<Violation> errors) {
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("line", line);
    result.put("status", status);
    if (message != null) {
      result.put("reference", message.reference());
    }
    if (!errors.isEmpty()) {
      result.put("errors", errors);
    }
    return Call.write(result);
  }
}
