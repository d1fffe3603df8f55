package org.intergov.outbound.channel.sqs;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.support.DefaultAsyncProducer;
import org.intergov.outbound.channel.ChannelException;
import org.intergov.outbound.channel.Headers;
import org.intergov.outbound.channel.sqs.SqsQueue.Outgoing;
import org.intergov.outbound.channel.sqs.SqsQueue.Sent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends each exchange as one message: the body as it is, two attributes. What comes while others
 * are being sent gathers to batches; each message has its own outcome. SQS's id of it becomes
 * header {@code channelTxnId}; what was not taken ends as a {@link ChannelException}. No caller is
 * blocked: as many threads send as batches can be in flight.
 */
final class ChannelSqsProducer extends DefaultAsyncProducer {
  private static final Logger LOG = LoggerFactory.getLogger(ChannelSqsProducer.class);
  private static final String REFERENCE = "reference";
  private static final String IDEMPOTENCY_KEY = "idempotency-key";
  private static final int MOST_THREADS = 32;

  private final ChannelSqsEndpoint endpoint;
  private SqsQueue queue;
  private ExecutorService threads;
  private volatile Gatherer<Post> posts;

  /** An exchange under way. */
  private record Post(Outgoing message, Exchange exchange, AsyncCallback callback, long since) {
    void ended(Sent sent) {
      if (sent.failure() == null) {
        exchange.getMessage().setHeader(Headers.CHANNEL_TXN_ID, sent.messageId());
      } else {
        exchange.setException(sent.failure());
      }
      try {
        callback.done(false);
      } catch (RuntimeException e) {
        LOG.error("{}: its outcome is unknown", message.key(), e);
      }
    }

    void notSent(ChannelException why) {
      ended(new Sent(null, why));
    }
  }

  ChannelSqsProducer(ChannelSqsEndpoint endpoint) {
    super(endpoint);
    this.endpoint = endpoint;
  }

  @Override
  protected void doStart() throws Exception {
    super.doStart();
    int tens = (endpoint.getConcurrency() + SqsQueue.MOST_AT_ONCE - 1) / SqsQueue.MOST_AT_ONCE;
    int senders = Math.max(2, Math.min(MOST_THREADS, tens));
    queue = new SqsQueue(endpoint.connection(), endpoint.timeout(), senders);
    threads =
        new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE, // the gatherer hires no more than are to send at once
            10,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            work -> new Thread(work, "sqs-" + endpoint.queue()));
    posts =
        new Gatherer<>(
            SqsQueue.MOST_AT_ONCE,
            SqsQueue.MOST_BYTES,
            p -> p.message().bytes(),
            senders,
            threads,
            this::send);
    threads.execute(this::warmUp);
  }

  /**
   * So that the first message does not wait for the client to be made and the queue to be found.
   */
  private void warmUp() {
    try {
      queue.prepare();
    } catch (ChannelException e) {
      LOG.debug("queue {}: {}", endpoint.queue(), e.getMessage());
    }
  }

  @Override
  protected void doStop() throws Exception {
    posts = null;
    if (threads != null) {
      threads.shutdown();
      threads.awaitTermination(endpoint.timeout().toMillis(), TimeUnit.MILLISECONDS);
      queue.close();
      threads = null;
    }
    super.doStop();
  }

  @Override
  public boolean process(Exchange exchange, AsyncCallback callback) {
    Gatherer<Post> to = posts;
    Message message = exchange.getMessage();
    String body = message.getBody(String.class);
    String group = message.getHeader(endpoint.getGroupBy(), String.class);
    String reference = message.getHeader(Headers.REFERENCE, String.class);
    String key = message.getHeader(Headers.IDEMPOTENCY_KEY, String.class);
    if (to == null || body == null || group == null || reference == null || key == null) {
      String why = to == null ? "the channel is stopped" : "the route lost the body or a header";
      return notSent(exchange, callback, why);
    }
    Map<String, String> attributes = Map.of(REFERENCE, reference, IDEMPOTENCY_KEY, key);
    Outgoing outgoing = new Outgoing(body, attributes, group, key);
    try {
      to.add(new Post(outgoing, exchange, callback, System.nanoTime()));
      return false;
    } catch (RejectedExecutionException e) {
      return notSent(exchange, callback, "the channel is stopped");
    }
  }

  private static boolean notSent(Exchange exchange, AsyncCallback callback, String why) {
    exchange.setException(new ChannelException.Unavailable("not sent: " + why));
    callback.done(true);
    return true;
  }

  /** What has waited for as long as a call may take is not sent any more: its lease is short. */
  private void send(List<Post> batch) {
    ChannelException unprepared = null;
    try {
      queue.prepare();
    } catch (ChannelException e) {
      unprepared = e;
    }
    List<Post> inTime = new ArrayList<>(batch.size());
    for (Post p : batch) {
      if (unprepared != null) {
        p.notSent(unprepared);
      } else if (System.nanoTime() - p.since() > endpoint.timeout().toNanos()) {
        p.notSent(new ChannelException.Unavailable("not sent: the queue answers too slowly"));
      } else {
        inTime.add(p);
      }
    }
    if (inTime.isEmpty()) {
      return;
    }
    List<Sent> sent = queue.send(inTime.stream().map(Post::message).toList());
    for (int i = 0; i < inTime.size(); i++) {
      inTime.get(i).ended(sent.get(i));
    }
  }
}
