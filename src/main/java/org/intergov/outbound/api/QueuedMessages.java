package org.intergov.outbound.api;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.intergov.outbound.message.Message;
import org.intergov.outbound.message.MessageReader;
import org.intergov.outbound.message.ReadResult;
import org.intergov.outbound.message.Violation;
import org.intergov.outbound.store.BoundedSubmissions;
import org.intergov.outbound.store.Submissions.Result;
import org.intergov.outbound.store.Submissions.Submission;

/** Stores the messages that queues and topics bring, a batch at a time. Thread-safe. */
public final class QueuedMessages {
  private final MessageReader reader;
  private final BoundedSubmissions submissions;
  private final Function<Message, Submission> lane;
  private final Runnable wakeRouter;

  /** What intake over REST would refuse, and why. */
  record Bad<T>(T queued, String error) {}

  /** What is read, and the message in it. */
  private record Good<T>(T queued, Submission submission) {}

  /**
   * @param lane names the message's lane where that is plain
   */
  public QueuedMessages(
      MessageReader reader,
      BoundedSubmissions submissions,
      Function<Message, Submission> lane,
      Runnable wakeRouter) {
    this.reader = reader;
    this.submissions = submissions;
    this.lane = lane;
    this.wakeRouter = wakeRouter;
  }

  /**
   * Stores a batch: when it returns, each is stored, was stored before, or is returned as bad. A
   * message without {@code sender_ref} gets one made of its name, so that it is the same message
   * when it comes again, however far the last reading of it got.
   *
   * @param name of what is read: no other has it, and it has no other when it comes again
   * @param json the message's JSON in UTF-8; null: there is none
   * @throws org.intergov.outbound.store.database.StoreBusyException if the store takes no more now
   * @throws org.intergov.outbound.store.database.StoreUnavailableException if it cannot be reached
   */
  <T> List<Bad<T>> store(List<T> batch, Function<T, String> name, Function<T, byte[]> json) {
    List<Good<T>> good = new ArrayList<>(batch.size());
    List<Bad<T>> bad = new ArrayList<>();
    for (T queued : batch) {
      byte[] body = json.apply(queued);
      if (body == null) {
        bad.add(new Bad<>(queued, "body: no value, expected a message"));
        continue;
      }
      ReadResult result = reader.read(body, () -> reference(name.apply(queued)));
      if (result instanceof ReadResult.Read read) {
        good.add(new Good<>(queued, lane.apply(read.message())));
      } else {
        bad.add(new Bad<>(queued, words(((ReadResult.Invalid) result).violations())));
      }
    }
    store(good, bad);
    return bad;
  }

  private static String reference(String name) {
    return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString();
  }

  private <T> void store(List<Good<T>> good, List<Bad<T>> bad) {
    if (good.isEmpty()) {
      return;
    }
    List<Result> results = submissions.store(good.stream().map(Good::submission).toList());
    for (int i = 0; i < results.size(); i++) {
      if (results.get(i) == Result.CONFLICT) {
        bad.add(new Bad<>(good.get(i).queued(), words(List.of(MessageIntake.conflict()))));
      } else if (results.get(i) == Result.REFUSED) {
        bad.add(new Bad<>(good.get(i).queued(), words(List.of(MessageIntake.refused()))));
      }
    }
    if (results.contains(Result.CREATED)) {
      wakeRouter.run();
    }
  }

  private static String words(List<Violation> violations) {
    return violations.stream()
        .map(v -> v.field() + ": " + v.detail())
        .collect(Collectors.joining("; "));
  }
}
