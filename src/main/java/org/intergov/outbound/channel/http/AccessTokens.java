package org.intergov.outbound.channel.http;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tokens of one channel: one for all its calls, kept for as long as it lives, renewed in the
 * background some time before its end, by one request however many calls wait. No call holds a
 * thread while it waits. Thread-safe.
 */
final class AccessTokens implements Credentials {
  private static final Logger LOG = LoggerFactory.getLogger(AccessTokens.class);
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);
  private static final Duration MOST_MARGIN = Duration.ofSeconds(5);

  private final String channelId;
  private final Supplier<Future<TokenEndpoint.Granted>> endpoint;
  private final LongSupplier nanoTime;
  private volatile Held held;
  private Promise<Header> asking;
  private Throwable failure;
  private long failedAt;
  private boolean hasBeenRefused;
  private long refusedAt;

  /**
   * @param renewAt from here on it is renewed
   * @param deadAt from here on it is not used any more
   */
  private record Held(Future<Header> header, long renewAt, long deadAt) {}

  AccessTokens(
      String channelId, Supplier<Future<TokenEndpoint.Granted>> endpoint, LongSupplier nanoTime) {
    this.channelId = channelId;
    this.endpoint = endpoint;
    this.nanoTime = nanoTime;
  }

  @Override
  public Future<Header> header() {
    Held now = held;
    if (now != null && nanoTime.getAsLong() - now.renewAt() < 0) {
      return now.header();
    }
    Promise<Header> mine = null;
    Future<Header> result;
    synchronized (this) {
      if (asking == null && !hasJustFailed()) {
        mine = Promise.promise();
        asking = mine;
      }
      if (held != null && nanoTime.getAsLong() - held.deadAt() < 0) {
        result = held.header();
      } else if (asking != null) {
        result = asking.future();
      } else {
        result = Future.failedFuture(failure);
      }
    }
    if (mine != null) {
      ask(mine);
    }
    return result;
  }

  private boolean hasJustFailed() {
    return failure != null && nanoTime.getAsLong() - failedAt < AFTER_FAILURE.toNanos();
  }

  private void ask(Promise<Header> mine) {
    endpoint
        .get()
        .onComplete(
            asked -> {
              if (asked.succeeded()) {
                granted(mine, asked.result());
              } else {
                notGranted(mine, asked.cause());
              }
            });
  }

  private void granted(Promise<Header> mine, TokenEndpoint.Granted granted) {
    Header header = new Header("Authorization", "Bearer " + granted.token());
    synchronized (this) {
      long now = nanoTime.getAsLong();
      long life = granted.life().toNanos();
      // not all replicas at once
      double share = 0.75 + 0.1 * Math.random();
      long margin = Math.min(MOST_MARGIN.toNanos(), life / 10);
      held =
          new Held(
              Future.succeededFuture(header), now + (long) (life * share), now + life - margin);
      asking = null;
      if (failure != null) {
        LOG.info("channel {}: there are tokens again", channelId);
      }
      failure = null;
    }
    mine.complete(header);
  }

  private void notGranted(Promise<Header> mine, Throwable cause) {
    synchronized (this) {
      if (failure == null) {
        LOG.warn("channel {}: {}", channelId, cause.getMessage());
      }
      failure = cause;
      failedAt = nanoTime.getAsLong();
      asking = null;
    }
    mine.fail(cause);
  }

  @Override
  public synchronized boolean refused(Header header) {
    if (held == null || !held.header().result().equals(header)) {
      return true; // another call was refused before, and has renewed it
    }
    long now = nanoTime.getAsLong();
    if (hasBeenRefused && now - refusedAt < AFTER_FAILURE.toNanos()) {
      return false; // renewing does not help, so it is not done for every call
    }
    hasBeenRefused = true;
    refusedAt = now;
    held = null;
    return true;
  }
}
