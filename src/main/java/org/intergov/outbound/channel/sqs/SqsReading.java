package org.intergov.outbound.channel.sqs;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.intergov.outbound.channel.BatchReading;
import org.intergov.outbound.channel.sqs.SqsBatch.Received;
import org.intergov.outbound.config.Cause;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.sqs.model.Message;

/**
 * One reader of a queue at work, on a thread of its own. Messages are deleted when their batch is
 * done with, and only then. While it cannot be done with, the reader holds it, tries again and
 * receives no more; nobody else gets these messages meanwhile, so that an outage of the database
 * does not count as failed deliveries in the queue.
 */
final class SqsReading extends BatchReading {
  private static final Logger LOG = LoggerFactory.getLogger(SqsReading.class);
  private static final int MOST_IN_BATCH = 200;
  private static final Duration LONG_POLL = Duration.ofSeconds(10);

  /** Nobody else gets a message for that long; a batch is collected and worked on within it. */
  private static final Duration VISIBILITY = Duration.ofSeconds(60);

  /** No more is taken along after that, so that there is time left to work. */
  private static final Duration COLLECT_WITHIN = Duration.ofSeconds(10);

  private static final Duration FIRST_REST = Duration.ofMillis(500);
  private static final Duration LONGEST_REST = Duration.ofSeconds(10);

  private static final String UNREADABLE = "cannot be read";
  private static final String WAITING = "its messages wait";

  private final String name;
  private final SqsQueue polled;
  private final SqsQueue queue;
  private final Trouble trouble;
  private final Handler<SqsBatch> handler;

  /**
   * @param name of the queue, for the log
   * @param polled the queue to receive from; whoever closes it breaks off a poll
   * @param queue the same, for everything else
   * @param trouble shared by the readers of the queue
   */
  SqsReading(
      String name, SqsQueue polled, SqsQueue queue, Trouble trouble, Handler<SqsBatch> handler) {
    super("sqs-read-" + name);
    this.name = name;
    this.polled = polled;
    this.queue = queue;
    this.trouble = trouble;
    this.handler = handler;
  }

  @Override
  public void run() {
    Duration rest = FIRST_REST;
    while (!isStopping()) {
      List<Message> received = new ArrayList<>();
      try {
        receive(received);
        trouble.isOver(UNREADABLE);
        rest = FIRST_REST;
      } catch (RuntimeException e) {
        if (!isStopping()) {
          trouble.is(UNREADABLE, SqsOutcome.of(e).getMessage());
          if (received.isEmpty()) {
            rest(rest);
            rest = longer(rest);
          }
        }
      }
      if (!received.isEmpty()) {
        work(received);
      }
    }
  }

  /** Waits for the first; takes along what is there besides. What was received is in the list. */
  private void receive(List<Message> into) {
    List<Message> some = polled.receive(LONG_POLL, VISIBILITY);
    into.addAll(some);
    long since = System.nanoTime();
    while (some.size() == SqsQueue.MOST_AT_ONCE
        && into.size() < MOST_IN_BATCH
        && System.nanoTime() - since < COLLECT_WITHIN.toNanos()
        && !isStopping()) {
      some = polled.receive(Duration.ZERO, VISIBILITY);
      into.addAll(some);
    }
  }

  private void work(List<Message> messages) {
    SqsBatch batch =
        new SqsBatch(messages.stream().map(m -> new Received(m.messageId(), m.body())).toList());
    Duration rest = FIRST_REST;
    while (!Thread.currentThread().isInterrupted()) {
      try {
        handler.handle(batch);
        trouble.isOver(WAITING);
        delete(messages);
        return;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (Exception e) {
        trouble.is(WAITING, Cause.of(e));
      }
      if (isStopping()) {
        break;
      }
      keep(messages, VISIBILITY);
      rest(rest);
      rest = longer(rest);
    }
    keep(messages, Duration.ZERO);
  }

  private void delete(List<Message> messages) {
    try {
      int failed = queue.delete(messages);
      if (failed > 0) {
        LOG.info("queue {}: {} messages were not deleted and come again", name, failed);
      }
    } catch (SdkException e) {
      LOG.info("queue {}: messages were not deleted and come again: {}", name, e.getMessage());
    }
  }

  private void keep(List<Message> messages, Duration visibility) {
    try {
      queue.keep(messages, visibility);
    } catch (SdkException e) {
      LOG.debug("queue {}: messages come again: {}", name, e.getMessage());
    }
  }

  private static Duration longer(Duration rest) {
    Duration twice = rest.multipliedBy(2);
    return twice.compareTo(LONGEST_REST) < 0 ? twice : LONGEST_REST;
  }
}
