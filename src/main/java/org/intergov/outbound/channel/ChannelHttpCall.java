package org.intergov.outbound.channel;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.RequestOptions;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/**
 * One call under way. Ends exactly once: with an answer; as unavailable if it failed before
 * anything was sent; as unknown if it failed after.
 */
final class ChannelHttpCall {
  private final ChannelHttpEndpoint endpoint;
  private final Exchange exchange;
  private final AsyncCallback callback;
  private final AtomicBoolean ended = new AtomicBoolean();
  private long timer = -1;
  private Buffer body;
  private HttpClientResponse head;

  ChannelHttpCall(ChannelHttpEndpoint endpoint, Exchange exchange, AsyncCallback callback) {
    this.endpoint = endpoint;
    this.exchange = exchange;
    this.callback = callback;
  }

  void start(RequestOptions options) {
    Object content = exchange.getMessage().getBody();
    Buffer sent = content == null ? null : Buffer.buffer(content.toString());
    if (sent != null) {
      options.putHeader("Content-Type", "application/json");
    }
    endpoint
        .client()
        .request(options)
        .onComplete(
            connected -> {
              if (connected.failed()) {
                fail(new ChannelException.Unavailable(notConnected(connected.cause())));
              } else {
                send(connected.result(), sent);
              }
            });
  }

  private String notConnected(Throwable cause) {
    return "no connection to " + endpoint.address().getAuthority() + ": " + describe(cause);
  }

  private void send(HttpClientRequest request, Buffer sent) {
    timer =
        endpoint
            .vertx()
            .setTimer(
                endpoint.getTimeout(),
                id -> {
                  fail(
                      new ChannelException.Unknown(
                          "no whole answer within " + endpoint.getTimeout() + " ms"));
                  request.reset();
                });
    request
        .response()
        .onComplete(
            r -> {
              if (r.failed()) {
                fail(new ChannelException.Unknown("no answer: " + describe(r.cause())));
              } else {
                receive(request, r.result());
              }
            });
    if (sent == null) {
      request.end();
    } else {
      request.end(sent);
    }
  }

  private void receive(HttpClientRequest request, HttpClientResponse response) {
    head = response;
    response.exceptionHandler(
        e -> fail(new ChannelException.Unknown("the answer broke off: " + describe(e))));
    response.handler(
        part -> {
          int size = (body == null ? 0 : body.length()) + part.length();
          if (size > endpoint.getMaxAnswerBytes()) {
            fail(
                new ChannelException.Unknown(
                    "the answer is larger than " + endpoint.getMaxAnswerBytes() + " bytes"));
            request.reset();
          } else {
            body = body == null ? part : body.appendBuffer(part);
          }
        });
    response.endHandler(end -> answered(response));
  }

  /** A status other than 2xx says all there is to say; its body may be cut off. */
  private boolean statusSaysAll() {
    return head != null && (head.statusCode() < 200 || head.statusCode() >= 300);
  }

  private void answered(HttpClientResponse response) {
    if (ended.compareAndSet(false, true)) {
      endpoint.vertx().cancelTimer(timer);
      Message message = exchange.getMessage();
      message.setHeader(Headers.HTTP_STATUS, response.statusCode());
      String retryAfter = response.getHeader("Retry-After");
      if (retryAfter != null) {
        message.setHeader(Headers.RETRY_AFTER, retryAfter);
      }
      message.setBody(body == null ? "" : body.toString());
      callback.done(false);
    }
  }

  private void fail(ChannelException e) {
    if (statusSaysAll()) {
      answered(head);
    } else if (ended.compareAndSet(false, true)) {
      if (timer >= 0) {
        endpoint.vertx().cancelTimer(timer);
      }
      exchange.setException(e);
      callback.done(false);
    }
  }

  private static String describe(Throwable t) {
    String message = t.getMessage();
    return message == null || message.isBlank() ? t.getClass().getSimpleName() : message;
  }
}
