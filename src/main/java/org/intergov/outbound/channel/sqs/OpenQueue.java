package org.intergov.outbound.channel.sqs;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.intergov.outbound.channel.ChannelException;
import org.intergov.outbound.channel.Trouble;
import org.intergov.outbound.channel.sqs.SqsQueue.Outgoing;
import org.intergov.outbound.channel.sqs.SqsQueue.Sent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityBatchResponse;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.ReceiveMessageRequest;

/**
 * A queue at work, from a start of its route to the next stop: what is sent and deleted, gathered
 * on threads of its own, and what is received and held. Thread-safe.
 */
final class OpenQueue implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OpenQueue.class);
  private static final int MOST_SENDERS = 32;
  private static final int DELETERS = 4;

  /** Two batches of a transaction: one is stored, one comes in. */
  private static final int MOST_HELD = 2 * HeldBatches.MOST_IN_BATCH;

  private static final Duration FIRST_REST = Duration.ofMillis(500);
  private static final Duration LONGEST_REST = Duration.ofSeconds(10);
  private static final Duration CLOSE_WITHIN = Duration.ofSeconds(5);
  private static final String UNREADABLE = "cannot be read";

  private final String name;
  private final Duration timeout;

  /** Who closes it breaks off a poll; the other is for everything else. */
  private final SqsQueue polled;

  private final SqsQueue queue;
  private final ThreadPoolExecutor threads;
  private final Gatherer<Post> posts;
  private final Gatherer<String> deletes;
  private final HeldMessages held = new HeldMessages(MOST_HELD);
  private final Trouble trouble;
  private Duration rest = FIRST_REST;
  private boolean closed;

  /** A message under way, and who waits for what it comes to. */
  private record Post(Outgoing message, long since, CompletableFuture<Sent> sent) {}

  OpenQueue(SqsConnection connection, Duration timeout, int concurrency) {
    this.name = connection.queue();
    this.timeout = timeout;
    int tens = (concurrency + SqsQueue.MOST_AT_ONCE - 1) / SqsQueue.MOST_AT_ONCE;
    int senders = Math.max(2, Math.min(MOST_SENDERS, tens));
    polled = new SqsQueue(connection, timeout, concurrency);
    queue = new SqsQueue(connection, timeout, senders + DELETERS);
    threads =
        new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE, // the gatherers hire no more than are to work at once
            10,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            work -> new Thread(work, "sqs-" + name));
    posts =
        new Gatherer<>(
            SqsQueue.MOST_AT_ONCE,
            SqsQueue.MOST_BYTES,
            p -> p.message().bytes(),
            senders,
            threads,
            this::sendBatch);
    deletes =
        new Gatherer<>(
            SqsQueue.MOST_AT_ONCE, SqsQueue.MOST_AT_ONCE, h -> 1, DELETERS, threads, this::remove);
    trouble = Trouble.ofQueue(name);
  }

  void warmUp() {
    try {
      threads.execute(
          () -> {
            try {
              queue.prepare();
            } catch (ChannelException e) {
              LOG.debug("queue {}: {}", name, e.getMessage());
            }
          });
    } catch (RejectedExecutionException e) {
      LOG.debug("queue {}: it is closed already", name);
    }
  }

  /**
   * Sends a message and waits for its outcome.
   *
   * @return the id that SQS gave it
   * @throws NotPostedException if it has none
   */
  String send(Outgoing message) {
    Post post = new Post(message, System.nanoTime(), new CompletableFuture<>());
    try {
      posts.add(post);
      Sent sent = post.sent().get();
      if (sent.failure() == null) {
        return sent.messageId();
      }
      throw new NotPostedException(sent.failure());
    } catch (RejectedExecutionException e) {
      throw new NotPostedException(
          new ChannelException.Unavailable("not sent: the channel is stopped"));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new NotPostedException(new ChannelException.Unknown("the call was broken off"));
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  /** What has waited for as long as a call may take is not sent any more: its lease is short. */
  private void sendBatch(List<Post> batch) {
    ChannelException unprepared = null;
    try {
      queue.prepare();
    } catch (ChannelException e) {
      unprepared = e;
    }
    List<Post> inTime = new ArrayList<>(batch.size());
    for (Post p : batch) {
      if (unprepared != null) {
        p.sent().complete(new Sent(null, unprepared));
      } else if (System.nanoTime() - p.since() > timeout.toNanos()) {
        String why = "not sent: the queue answers too slowly";
        p.sent().complete(new Sent(null, new ChannelException.Unavailable(why)));
      } else {
        inTime.add(p);
      }
    }
    if (inTime.isEmpty()) {
      return;
    }
    List<Sent> sent = queue.send(inTime.stream().map(Post::message).toList());
    for (int i = 0; i < inTime.size(); i++) {
      inTime.get(i).sent().complete(sent.get(i));
    }
  }

  /**
   * Receives what is asked for; none, if the queue cannot be read or enough is held. Returns in
   * little more than the time that the request wants to wait.
   */
  List<Message> receive(ReceiveMessageRequest asked) {
    Duration wait = Duration.ofSeconds(asked.waitTimeSeconds());
    Duration visibility = Duration.ofSeconds(asked.visibilityTimeout());
    try {
      if (!held.awaitRoom(wait)) {
        return List.of();
      }
      List<Message> received = polled.receive(asked);
      received.forEach(m -> held.hold(m.receiptHandle(), visibility));
      recovered();
      return received;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      rest(e);
    }
    return List.of();
  }

  private synchronized void recovered() {
    rest = FIRST_REST;
    trouble.isOver(UNREADABLE);
  }

  private synchronized void rest(RuntimeException why) {
    if (closed || Thread.currentThread().isInterrupted()) {
      return;
    }
    trouble.is(UNREADABLE, SqsOutcome.of(why, true).getMessage());
    try {
      wait(rest.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Duration twice = rest.multipliedBy(2);
    rest = twice.compareTo(LONGEST_REST) < 0 ? twice : LONGEST_REST;
  }

  /** Later, with others. */
  void delete(String handle) {
    try {
      deletes.add(handle);
    } catch (RejectedExecutionException e) {
      LOG.debug("queue {}: a message was not deleted and comes again: it is closed", name);
    }
  }

  private void remove(List<String> handles) {
    try {
      int failed = queue.delete(handles);
      if (failed > 0) {
        LOG.info("queue {}: {} messages were not deleted and come again", name, failed);
      }
    } catch (SdkException e) {
      LOG.info("queue {}: messages were not deleted and come again: {}", name, e.getMessage());
    } finally {
      handles.forEach(held::letGo);
    }
  }

  ChangeMessageVisibilityBatchResponse keep(List<ChangeMessageVisibilityBatchRequestEntry> some) {
    some.forEach(e -> held.hold(e.receiptHandle(), Duration.ofSeconds(e.visibilityTimeout())));
    return queue.keep(some);
  }

  /** Deletes what is done with, gives back what is still held, and breaks off polls. */
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      notifyAll();
    }
    polled.close();
    threads.shutdown();
    try {
      threads.awaitTermination(CLOSE_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
      giveBack(held.close());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      queue.close();
    }
  }

  private void giveBack(List<String> handles) {
    for (int i = 0; i < handles.size(); i += SqsQueue.MOST_AT_ONCE) {
      List<ChangeMessageVisibilityBatchRequestEntry> ten = new ArrayList<>();
      int end = Math.min(handles.size(), i + SqsQueue.MOST_AT_ONCE);
      for (String handle : handles.subList(i, end)) {
        ten.add(
            ChangeMessageVisibilityBatchRequestEntry.builder()
                .id(String.valueOf(ten.size()))
                .receiptHandle(handle)
                .visibilityTimeout(0)
                .build());
      }
      try {
        queue.keep(ten);
      } catch (SdkException e) {
        LOG.debug("queue {}: messages come again: {}", name, e.getMessage());
        return;
      }
    }
  }
}
