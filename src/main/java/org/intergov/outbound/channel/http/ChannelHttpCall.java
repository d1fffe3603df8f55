package org.intergov.outbound.channel.http;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.RequestOptions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.intergov.outbound.channel.ChannelException;
import org.intergov.outbound.channel.Headers;

/**
 * One call under way: gets the credentials, sends, and where they are answered 401, which means
 * that nothing was processed, renews them and sends once more. All of it ends within twice the
 * timeout, which leases are reckoned by.
 */
final class ChannelHttpCall {
  private final ChannelHttpEndpoint endpoint;
  private final Exchange exchange;
  private final AsyncCallback callback;
  private final RequestOptions options;
  private final Buffer sent;
  private final long deadline;
  private boolean repeated;

  ChannelHttpCall(
      ChannelHttpEndpoint endpoint,
      Exchange exchange,
      AsyncCallback callback,
      RequestOptions options) {
    this.endpoint = endpoint;
    this.exchange = exchange;
    this.callback = callback;
    this.options = options;
    String content = endpoint.content(exchange.getMessage());
    this.sent = content == null ? null : Buffer.buffer(content);
    if (sent != null) {
      options.putHeader("Content-Type", endpoint.getContentType());
    }
    this.deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(2 * endpoint.getTimeout());
  }

  void start() {
    Credentials credentials = endpoint.credentials();
    if (credentials == null) {
      attempt(null);
      return;
    }
    Future<Credentials.Header> header = credentials.header();
    if (header.isComplete()) {
      admitted(header);
    } else {
      await(header);
    }
  }

  /** Waits as long as enough time is left for connecting and for the answer. */
  private void await(Future<Credentials.Header> header) {
    Context context = endpoint.vertx().getOrCreateContext();
    long most = Math.max(1, (millisLeft() - endpoint.getTimeout()) / 2);
    io.vertx.core.Promise<Credentials.Header> inTime = io.vertx.core.Promise.promise();
    long timer =
        endpoint
            .vertx()
            .setTimer(
                most,
                id ->
                    inTime.tryFail(
                        new ChannelException.Unavailable(
                            "no token: none came within " + most + " ms")));
    header.onComplete(
        done -> {
          if (done.succeeded()) {
            inTime.tryComplete(done.result());
          } else {
            inTime.tryFail(done.cause());
          }
        });
    // each call goes on where it began: not all that waited on one thread
    inTime
        .future()
        .onComplete(
            done -> {
              endpoint.vertx().cancelTimer(timer);
              context.runOnContext(v -> admitted(inTime.future()));
            });
  }

  private void admitted(Future<Credentials.Header> header) {
    if (header.succeeded()) {
      attempt(header.result());
    } else {
      failed(
          header.cause() instanceof ChannelException known
              ? known
              : new ChannelException.Unavailable("no token: the gateway failed to ask for one"));
    }
  }

  private void attempt(Credentials.Header header) {
    if (header != null && header.name().equalsIgnoreCase(endpoint.getKeyHeader())) {
      failed(new ChannelException.Unavailable("not sent: auth would replace the idempotency key"));
      return;
    }
    if (header != null) {
      options.putHeader(header.name(), header.value());
    }
    long connect = Math.min(endpoint.connectTimeoutMillis(), millisLeft() - endpoint.getTimeout());
    options.setConnectTimeout(Math.max(1, connect));
    new ChannelHttpAttempt(endpoint, answer -> answered(answer, header), this::failed)
        .start(options, sent);
  }

  private long millisLeft() {
    return TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
  }

  private void answered(ChannelHttpAttempt.Answer answer, Credentials.Header header) {
    if (answer.status() == 401
        && header != null
        && !repeated
        && millisLeft() > endpoint.getTimeout()
        && endpoint.credentials().refused(header)) {
      repeated = true;
      start();
      return;
    }
    Message message = exchange.getMessage();
    message.setHeader(Headers.HTTP_STATUS, answer.status());
    if (answer.retryAfter() != null) {
      message.setHeader(Headers.RETRY_AFTER, answer.retryAfter());
      message.setHeader(Headers.ANSWER_DATE, answer.date());
    }
    message.setBody(answer.body());
    if (endpoint.isPaged()) {
      readLinks(answer.links());
    }
    callback.done(false);
  }

  private void readLinks(List<String> links) {
    try {
      exchange.getMessage().setHeader(Headers.NEXT_PAGE, NextPage.query(endpoint.address(), links));
    } catch (ChannelException e) {
      exchange.setException(e);
    }
  }

  private void failed(ChannelException e) {
    exchange.setException(e);
    callback.done(false);
  }
}
