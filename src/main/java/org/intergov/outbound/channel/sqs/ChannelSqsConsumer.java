package org.intergov.outbound.channel.sqs;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Processor;
import org.intergov.outbound.channel.BatchConsumer;

/**
 * Hands the messages of a queue to its route, an {@link SqsBatch} at a time, on threads of its own.
 * Suspended, it reads no more.
 */
final class ChannelSqsConsumer extends BatchConsumer<SqsBatch> {
  private static final Duration STOP_WITHIN = Duration.ofSeconds(8);

  private final ChannelSqsEndpoint endpoint;
  private final List<SqsReading> readers = new ArrayList<>();
  private SqsQueue polled;
  private SqsQueue queue;

  ChannelSqsConsumer(ChannelSqsEndpoint endpoint, Processor processor) {
    super(endpoint, processor);
    this.endpoint = endpoint;
  }

  @Override
  protected void read() {
    int readersWanted = endpoint.getConcurrency();
    polled = new SqsQueue(endpoint.connection(), endpoint.timeout(), readersWanted);
    queue = new SqsQueue(endpoint.connection(), endpoint.timeout(), readersWanted);
    Trouble trouble = new Trouble(endpoint.queue());
    for (int i = 0; i < readersWanted; i++) {
      SqsReading reader = new SqsReading(endpoint.queue(), polled, queue, trouble, this::handOver);
      readers.add(reader);
      reader.start();
    }
  }

  /** A poll that waits for messages is broken off; what it would have got comes again. */
  @Override
  protected void leave() throws InterruptedException {
    readers.forEach(SqsReading::stop);
    if (polled != null) {
      polled.close();
      polled = null;
    }
    long deadline = System.nanoTime() + STOP_WITHIN.toNanos();
    for (SqsReading reader : readers) {
      reader.await(TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime()));
    }
    readers.clear();
    if (queue != null) {
      queue.close();
      queue = null;
    }
  }
}
