package org.intergov.outbound.api;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelContextAware;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.aws2.sqs.Sqs2Constants;
import org.intergov.outbound.channel.sqs.HeldBatches;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Messages from an SQS queue, each the body of one, as JSON. What several readers hold is stored in
 * one transaction. Those that intake over REST would refuse for what they are get header {@code
 * error}, which says why, and {@code source}. Thread-safe.
 */
public final class SqsIntake implements CamelContextAware {
  private static final Logger LOG = LoggerFactory.getLogger(SqsIntake.class);
  private static final int LONGEST_ERROR = 2_000;

  /** Go on with what is bad: the way to its queue must not hold up what is good. */
  private static final int THREADS_OF_THE_BAD = 10;

  private final String queue;
  private final QueuedMessages messages;
  private final HeldBatches<Received, String> batches;
  private final ThreadPoolExecutor bad;
  private CamelContext camel;

  /** A message, and its id as SQS names it; the same when it comes again. */
  record Received(String id, String body) {}

  /**
   * @param queue its name
   */
  public SqsIntake(String queue, QueuedMessages messages) {
    this.queue = queue;
    this.messages = messages;
    this.batches = new HeldBatches<>(queue, () -> camel.isStopping(), this::work);
    this.bad =
        new ThreadPoolExecutor(
            THREADS_OF_THE_BAD,
            THREADS_OF_THE_BAD,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            todo -> {
              Thread thread = new Thread(todo, "sqs-bad-" + queue);
              thread.setDaemon(true);
              return thread;
            });
    bad.allowCoreThreadTimeOut(true);
  }

  /** When it completes, the message is stored, was stored before, or has its headers. */
  public CompletionStage<Void> store(Exchange exchange) {
    Message message = exchange.getMessage();
    Received received =
        new Received(
            message.getHeader(Sqs2Constants.MESSAGE_ID, String.class),
            message.getBody(String.class));
    return batches
        .add(received)
        .thenCompose(
            error ->
                error == null
                    ? CompletableFuture.completedFuture(null)
                    : CompletableFuture.runAsync(() -> mark(message, received, error), bad));
  }

  private void mark(Message message, Received received, String error) {
    LOG.warn("queue {}: {} is no message and goes aside: {}", queue, received.id(), error);
    message.setHeader("error", attribute(error));
    message.setHeader("source", received.id());
  }

  /** Stores a batch; what is wrong with each, null: nothing. */
  List<String> work(List<Received> batch) {
    Map<Received, String> errors = new IdentityHashMap<>();
    messages
        .store(batch, this::name, m -> m.body().getBytes(StandardCharsets.UTF_8))
        .forEach(b -> errors.put(b.queued(), b.error()));
    List<String> results = new ArrayList<>(batch.size());
    batch.forEach(m -> results.add(errors.get(m)));
    return results;
  }

  private String name(Received message) {
    return "sqs " + queue + " " + message.id();
  }

  /** What SQS allows in an attribute; never empty. */
  private static String attribute(String text) {
    StringBuilder kept = new StringBuilder();
    text.codePoints()
        .limit(LONGEST_ERROR)
        .forEach(
            c -> {
              boolean no = c < 0x20 || (c >= 0xd800 && c <= 0xdfff) || c == 0xfffe || c == 0xffff;
              kept.appendCodePoint(no ? ' ' : c);
            });
    return kept.isEmpty() ? "unknown" : kept.toString();
  }

  @Override
  public void setCamelContext(CamelContext camel) {
    this.camel = camel;
  }

  @Override
  public CamelContext getCamelContext() {
    return camel;
  }
}
