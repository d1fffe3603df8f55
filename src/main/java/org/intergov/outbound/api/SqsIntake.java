package org.intergov.outbound.api;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.intergov.outbound.channel.sqs.SqsBatch;
import org.intergov.outbound.channel.sqs.SqsBatch.Received;
import org.intergov.outbound.channel.sqs.SqsDeadLetters;
import org.intergov.outbound.channel.sqs.SqsDeadLetters.Letter;

/**
 * Messages from an SQS queue, each the body of one, as JSON. Those that intake over REST would
 * refuse for what they are go to a queue of dead letters. Thread-safe.
 */
public final class SqsIntake {
  private final String queue;
  private final QueuedMessages messages;
  private final SqsDeadLetters deadLetters;

  /**
   * @param queue its name
   */
  public SqsIntake(String queue, QueuedMessages messages, SqsDeadLetters deadLetters) {
    this.queue = queue;
    this.messages = messages;
    this.deadLetters = deadLetters;
  }

  /**
   * Stores a batch: when it returns, each message is stored, was stored before, or is a dead letter
   * that its queue has.
   *
   * @throws org.intergov.outbound.store.database.StoreBusyException if the store takes no more now
   * @throws org.intergov.outbound.store.database.StoreUnavailableException if it cannot be reached
   * @throws SqsDeadLetters.NotSentException if a dead letter could not be sent
   */
  public void store(SqsBatch batch) {
    List<Letter> letters =
        messages
            .store(batch.messages(), this::name, m -> m.body().getBytes(StandardCharsets.UTF_8))
            .stream()
            .map(bad -> new Letter(bad.queued(), bad.error()))
            .toList();
    deadLetters.send(letters);
  }

  private String name(Received message) {
    return "sqs " + queue + " " + message.id();
  }
}
