package org.intergov.outbound.api;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.intergov.outbound.api.door.ApiProblem;
import org.intergov.outbound.api.door.Call;
import org.intergov.outbound.message.Message;
import org.intergov.outbound.message.Violation;
import org.intergov.outbound.store.BoundedSubmissions;
import org.intergov.outbound.store.Submissions.Result;
import org.intergov.outbound.store.Submissions.Submission;
import org.intergov.outbound.store.database.StoreBusyException;
import org.intergov.outbound.store.database.StoreUnavailableException;

/**
 * The lines of one request: stores the good ones batch by batch, each in one transaction, and
 * writes a result for every line. For one thread.
 *
 * <p>If the first batch cannot be stored now, the whole request is refused. Once a later one
 * cannot, the good lines from there on are refused too, each with 503: a line never overtakes one
 * before it, and a database that is away is not waited for again and again.
 */
final class LineBatches implements AutoCloseable {
  private static final int MOST_LINES = 500;
  private static final int MOST_BYTES = 1 << 18;

  private final BoundedSubmissions submissions;
  private final Runnable onStored;
  private final ResultSpool spool = new ResultSpool();
  private final List<Line> batch = new ArrayList<>(MOST_LINES);
  private long batchBytes;
  private boolean storedAny;
  private ApiProblem refusal;

  /** One line; without a submission it is answered with its status and errors. */
  private record Line(long number, Submission submission, int status, List<Violation> errors) {}

  /**
   * @param onStored called after each batch that was stored
   */
  LineBatches(BoundedSubmissions submissions, Runnable onStored) {
    this.submissions = submissions;
    this.onStored = onStored;
  }

  /**
   * A line to be stored.
   *
   * @param bytes its length
   */
  void good(long number, Submission submission, int bytes) throws IOException {
    batchBytes += bytes;
    add(new Line(number, submission, 0, List.of()));
  }

  /** A line that is not stored, and why. */
  void bad(long number, int status, List<Violation> errors) throws IOException {
    add(new Line(number, null, status, errors));
  }

  private void add(Line line) throws IOException {
    batch.add(line);
    if (batch.size() == MOST_LINES || batchBytes >= MOST_BYTES) {
      finish();
    }
  }

  /** What to tell about the whole answer. */
  Map<String, String> headers() {
    return refusal == null ? Map.of() : refusal.headers();
  }

  /** The results; call {@link #finish} before. */
  Object content() throws IOException {
    return spool.content();
  }

  /** Answers what was added since the last batch. */
  void finish() throws IOException {
    List<Result> results = stored();
    int next = 0;
    for (Line line : batch) {
      if (line.submission() == null) {
        spool.line(result(line.number(), line.status(), null, line.errors()));
      } else if (results.isEmpty()) {
        spool.line(result(line.number(), refusal.status(), message(line), List.of(notStored())));
      } else {
        spool.line(result(line, results.get(next++)));
      }
    }
    batch.clear();
    batchBytes = 0;
  }

  /** The results of the good lines; empty if there are none or they are refused. */
  private List<Result> stored() {
    List<Submission> good = batch.stream().map(Line::submission).filter(Objects::nonNull).toList();
    if (good.isEmpty() || refusal != null) {
      return List.of();
    }
    try {
      List<Result> results = submissions.store(good);
      storedAny = true;
      onStored.run();
      return results;
    } catch (StoreBusyException e) {
      refuse(e, Call.busy(e));
    } catch (StoreUnavailableException e) {
      refuse(e, Call.unavailable(e));
    }
    return List.of();
  }

  private void refuse(RuntimeException cause, ApiProblem problem) {
    if (!storedAny) {
      throw cause;
    }
    refusal = problem;
  }

  private Violation notStored() {
    return new Violation("body", "unavailable", refusal.getMessage());
  }

  private static Message message(Line line) {
    return line.submission().message();
  }

  private static byte[] result(Line line, Result result) {
    return switch (result) {
      case CREATED -> result(line.number(), 201, message(line), List.of());
      case EXISTS -> result(line.number(), 200, message(line), List.of());
      case CONFLICT -> result(line.number(), 409, message(line), List.of(MessageIntake.conflict()));
      case REFUSED -> result(line.number(), 422, message(line), List.of(MessageIntake.refused()));
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

  @Override
  public void close() throws IOException {
    spool.close();
  }
}
