package org.intergov.outbound.api;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.intergov.outbound.channel.KafkaBatch;
import org.intergov.outbound.channel.KafkaDeadLetters;
import org.intergov.outbound.channel.KafkaDeadLetters.Letter;
import org.intergov.outbound.message.Message;
import org.intergov.outbound.message.MessageReader;
import org.intergov.outbound.message.ReadResult;
import org.intergov.outbound.message.Violation;
import org.intergov.outbound.store.BoundedSubmissions;
import org.intergov.outbound.store.StoreException;
import org.intergov.outbound.store.Submissions.Result;
import org.intergov.outbound.store.Submissions.Submission;

/**
 * Messages from a Kafka topic, one in each record's value, as JSON. Those that intake over REST
 * would refuse for what they are go to a topic of dead letters. For one thread.
 */
public final class KafkaIntake {
  private final MessageReader reader;
  private final BoundedSubmissions submissions;
  private final Function<Message, Submission> lane;
  private final KafkaDeadLetters deadLetters;
  private final Runnable wakeRouter;

  /** A record that is read, and the message in it. */
  private record Good(ConsumerRecord<byte[], byte[]> record, Submission submission) {}

  /**
   * @param lane names the message's lane where that is plain
   */
  public KafkaIntake(
      MessageReader reader,
      BoundedSubmissions submissions,
      Function<Message, Submission> lane,
      KafkaDeadLetters deadLetters,
      Runnable wakeRouter) {
    this.reader = reader;
    this.submissions = submissions;
    this.lane = lane;
    this.deadLetters = deadLetters;
    this.wakeRouter = wakeRouter;
  }

  /**
   * Stores a batch: when it returns, each record is stored, was stored before, or is a dead letter
   * that the brokers have.
   *
   * @throws org.intergov.outbound.store.StoreBusyException if the store takes no more now
   * @throws org.intergov.outbound.store.StoreUnavailableException if it cannot be reached
   * @throws org.apache.kafka.common.KafkaException if a dead letter could not be sent
   */
  public void store(KafkaBatch batch) {
    List<Good> good = new ArrayList<>(batch.records().size());
    List<Letter> bad = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record : batch.records()) {
      if (record.value() == null) {
        bad.add(new Letter(record, "body: the record has no value, expected a message"));
        continue;
      }
      ReadResult result = reader.read(record.value());
      if (result instanceof ReadResult.Read read) {
        good.add(new Good(record, lane.apply(read.message())));
      } else {
        bad.add(new Letter(record, words(((ReadResult.Invalid) result).violations())));
      }
    }
    store(good, bad);
    deadLetters.send(bad);
  }

  private void store(List<Good> good, List<Letter> bad) {
    if (good.isEmpty()) {
      return;
    }
    List<Result> results;
    try {
      results = submissions.store(good.stream().map(Good::submission).toList());
    } catch (StoreException refused) {
      // a message that the database refuses does not keep the others back
      if (good.size() == 1) {
        bad.add(new Letter(good.get(0).record(), "body: the database refuses it"));
        return;
      }
      store(good.subList(0, good.size() / 2), bad);
      store(good.subList(good.size() / 2, good.size()), bad);
      return;
    }
    for (int i = 0; i < results.size(); i++) {
      if (results.get(i) == Result.CONFLICT) {
        bad.add(new Letter(good.get(i).record(), words(List.of(MessageIntake.conflict()))));
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
