package org.intergov.outbound.api.door;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/**
 * A request's body, read by a worker thread as fast as it can use it: one chunk is fetched when the
 * one before is used up, so a body of any size takes the memory of one chunk.
 */
public final class RequestStream extends InputStream {
  private static final int PATIENCE_SECONDS = 30;

  /** A body of a thousand bytes a second is slow enough; what comes slower holds a thread. */
  private static final long NANOS_FOR_BYTE = 1_000_000;

  /** Who keeps a place waiting for so long may lose it to another. */
  private static final long SLOW_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final long MOST_LET_GO_BYTES = 32L << 20;
  private static final Object END = new Object();
  private static final Object GIVEN_UP = new Object();

  private final HttpServerRequest request;
  private final BlockingQueue<Object> arrived = new ArrayBlockingQueue<>(4);
  private byte[] chunk = new byte[0];
  private int at;
  private boolean ended;
  private boolean asked;
  private final int patienceSeconds;
  private long waitedNanos;
  private long bytes;
  private volatile boolean waits;
  private volatile long waitsSince;

  RequestStream(HttpServerRequest request) {
    this(request, PATIENCE_SECONDS);
  }

  /**
   * @param patienceSeconds how long the body may keep us waiting: for its next piece, and in all
   *     beyond what its length allows
   */
  RequestStream(HttpServerRequest request, int patienceSeconds) {
    this.request = request;
    this.patienceSeconds = patienceSeconds;
    if (request.isEnded()) {
      arrived.add(END);
    } else {
      request.exceptionHandler(arrived::offer);
      request.handler(arrived::offer);
      request.endHandler(end -> arrived.offer(END));
    }
  }

  @Override
  public int read() throws IOException {
    return fill() ? chunk[at++] & 0xff : -1;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (!fill()) {
      return -1;
    }
    int read = Math.min(length, chunk.length - at);
    System.arraycopy(chunk, at, into, offset, read);
    at += read;
    return read;
  }

  private boolean fill() throws IOException {
    while (!ended && at == chunk.length) {
      Object next = await();
      if (next == END) {
        ended = true;
      } else if (next instanceof Buffer buffer) {
        chunk = buffer.getBytes();
        at = 0;
      } else if (next == GIVEN_UP) {
        ended = true;
        throw new SocketTimeoutException("nothing came, and others wait for the place");
      } else {
        ended = true;
        EOFException gone = new EOFException("the client broke off");
        gone.initCause((Throwable) next);
        throw gone;
      }
    }
    return at < chunk.length;
  }

  private Object await() throws IOException {
    try {
      Object next = arrived.poll();
      if (next == null) {
        answerExpectation();
        request.fetch(1);
        waitsSince = System.nanoTime();
        waits = true;
        next = awaitNext();
        waits = false;
        waitedNanos += System.nanoTime() - waitsSince;
      }
      if (next == null) {
        throw new SocketTimeoutException("nothing came for " + patienceSeconds + " s");
      }
      if (next instanceof Buffer piece) {
        bytes += piece.length();
      }
      if (waitedNanos > TimeUnit.SECONDS.toNanos(patienceSeconds) + bytes * NANOS_FOR_BYTE) {
        throw new SocketTimeoutException("the body comes too slowly");
      }
      return next;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /**
   * What comes next, or null if nothing has come in time. A client that hung up before this stream
   * listened is not announced any more, so now and then the connection is looked at.
   */
  private Object awaitNext() throws InterruptedException, EOFException {
    for (int second = 0; second < patienceSeconds; second++) {
      boolean isGone = request.response().closed();
      Object next = arrived.poll(1, TimeUnit.SECONDS);
      if (next != null) {
        return next;
      }
      if (isGone) {
        throw new EOFException("the client was gone before its body was read");
      }
    }
    return null;
  }

  /** How long its reader has been waiting for the next piece, in nanoseconds; 0: it is not. */
  long waitingNanos() {
    return waits ? System.nanoTime() - waitsSince : 0;
  }

  /**
   * The one whose body has kept its reader waiting for longest; none, if that is not for long.
   *
   * @param waitingNanos how long one has
   */
  static <T> Optional<T> slowest(Stream<T> all, ToLongFunction<T> waitingNanos) {
    return all.max(Comparator.comparingLong(waitingNanos))
        .filter(one -> waitingNanos.applyAsLong(one) > SLOW_NANOS);
  }

  /** Ends it: its reader is told that the body came too slowly. */
  void giveUp() {
    arrived.offer(GIVEN_UP);
  }

  /** A client that asks first, before it sends a body, is told to go on (RFC 9110, 10.1.1). */
  private void answerExpectation() {
    if (!asked && "100-continue".equalsIgnoreCase(request.getHeader("Expect"))) {
      request.response().writeContinue();
    }
    asked = true;
  }

  /**
   * Lets a body go that nobody reads to its end, or the connection would never take another
   * request, and many a client reads no answer while it sends: what comes is thrown away, and if
   * that is too much the connection ends.
   */
  static void letGo(HttpServerRequest request) {
    if (request.isEnded()) {
      return;
    }
    try {
      AtomicLong left = new AtomicLong(MOST_LET_GO_BYTES);
      request.handler(
          chunk -> {
            if (left.addAndGet(-chunk.length()) < 0) {
              request.connection().close();
            }
          });
      request.resume();
    } catch (IllegalStateException e) {
      // it has ended meanwhile
    }
  }

  /** Reads on and throws away, so that the client gets to read the answer. */
  public void discard(long most) throws IOException {
    long left = most;
    while (left > 0 && fill()) {
      left -= chunk.length - at;
      at = chunk.length;
    }
  }
}
