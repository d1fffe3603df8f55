package org.intergov.outbound.store;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.intergov.outbound.message.Message;
import org.intergov.outbound.store.database.Database;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks a lake in another database for references of old, and never for long: intake does not wait
 * for it. Thread-safe.
 *
 * <p>A question has a limit of time that holds whatever the connection does: refused, frozen, or
 * swallowed by the network. The first that fails makes the lake count as away. From then on nobody
 * asks; one thread finds out when it answers again. It says so once each.
 */
final class LakeLookup implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LakeLookup.class);

  /** How long a question may take; whoever asks holds one of intake's turns meanwhile. */
  private static final Duration LIMIT = Duration.ofSeconds(1);

  private static final Duration FIRST_REST = Duration.ofSeconds(1);
  private static final Duration LONGEST_REST = Duration.ofMinutes(1);

  /** What the driver gives up after, in seconds, whatever the limit of a question. */
  private static final String DRIVER_LIMITS = "connectTimeout=2&loginTimeout=4&socketTimeout=4";

  /** The question itself; an empty list is asked to see whether there is an answer. */
  @FunctionalInterface
  interface Question {
    Map<String, Message> find(List<Message> references);
  }

  private final Question question;
  private final AutoCloseable connections;
  private final ExecutorService threads;
  private final AtomicBoolean away = new AtomicBoolean();
  private final Object closing = new Object();
  private boolean closed;
  private volatile Thread probe;
  private volatile long backAtNanos;
  private volatile Duration rest = FIRST_REST;

  /**
   * @param atOnce how many ask at the same time, at most; a question that hangs has its thread
   *     until the driver gives up
   * @param connections closed with this
   */
  LakeLookup(Question question, int atOnce, AutoCloseable connections) {
    this.question = question;
    this.connections = connections;
    this.threads =
        new ThreadPoolExecutor(
            0,
            4 * atOnce,
            30,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            work -> daemon("lake-lookup", work));
  }

  /** With connections of its own, so that nothing else of the lake is waited for. */
  static LakeLookup connect(String url, String username, String password, int atOnce) {
    Database own = Database.connect("lake-lookup", limited(url), username, password, atOnce);
    return new LakeLookup(new MessageLake(own)::find, atOnce, own);
  }

  /** A URL's own parameters win over what a pool says, and the last of them over the others. */
  static String limited(String url) {
    return url + (url.contains("?") ? "&" : "?") + DRIVER_LIMITS;
  }

  /**
   * Which of these references the lake has, and with which content.
   *
   * @return empty while the lake is away, or if this thread is interrupted: then nothing is known
   *     of them
   */
  Map<String, Message> find(List<Message> references) {
    if (away.get()) {
      return Map.of();
    }
    try {
      return ask(references, LIMIT);
    } catch (NoAnswerException e) {
      if (away.compareAndSet(false, true)) {
        LOG.warn(
            "the lake is unavailable: {}; intake goes on without it, references that have left the outbox"
                + " are not looked up",
            e.getMessage());
        rest = isRelapse() ? shorter(rest.multipliedBy(2), LONGEST_REST) : FIRST_REST;
        startProbe();
      }
      return Map.of();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Map.of();
    }
  }

  private Map<String, Message> ask(List<Message> references, Duration limit)
      throws NoAnswerException, InterruptedException {
    Future<Map<String, Message>> asked;
    try {
      asked = threads.submit(() -> question.find(references));
    } catch (RejectedExecutionException e) {
      throw new NoAnswerException("earlier lookups have not been answered yet");
    }
    try {
      return asked.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      asked.cancel(true);
      throw new NoAnswerException("no answer within " + limit.toMillis() + " ms");
    } catch (ExecutionException e) {
      throw new NoAnswerException(e.getCause().getMessage());
    }
  }

  /** A lake that comes and goes must not cost intake a limit of time each second. */
  private boolean isRelapse() {
    return backAtNanos != 0 && System.nanoTime() - backAtNanos < LONGEST_REST.toNanos();
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  private void startProbe() {
    synchronized (closing) {
      if (!closed) {
        probe = daemon("lake-probe", this::untilItIsBack);
        probe.start();
      }
    }
  }

  private void untilItIsBack() {
    try {
      while (true) {
        TimeUnit.MILLISECONDS.sleep(rest.toMillis());
        try {
          // half the limit: an answer that only just came in time would be late the next time
          ask(List.of(), LIMIT.dividedBy(2));
          backAtNanos = System.nanoTime();
          LOG.info("the lake is back; references are looked up again");
          away.set(false);
          return;
        } catch (NoAnswerException e) {
          LOG.debug("the lake is still unavailable: {}", e.getMessage());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // closed
    }
  }

  private static Thread daemon(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    return thread;
  }

  @Override
  public void close() {
    synchronized (closing) {
      closed = true;
      if (probe != null) {
        probe.interrupt();
      }
    }
    threads.shutdownNow();
    try {
      connections.close();
    } catch (Exception e) {
      LOG.debug("connections of the lake's lookup", e);
    }
  }

  /** The lake has not answered; the message says how. */
  private static final class NoAnswerException extends Exception {
    private static final long serialVersionUID = 1L;

    NoAnswerException(String message) {
      super(message, null, false, false);
    }
  }
}
