package org.intergov.outbound.channel.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.RequestOptions;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import javax.net.ssl.SSLHandshakeException;
import org.intergov.outbound.channel.ChannelException;
import org.intergov.outbound.channel.OneAnswerEach;
import org.intergov.outbound.message.Utf8;

/**
 * One request and its answer. Ends exactly once: with an answer; as unavailable if it failed before
 * anything was sent; as unknown if it failed after.
 */
final class ChannelHttpAttempt {
  private final ChannelHttpEndpoint endpoint;
  private final Consumer<Answer> onAnswer;
  private final Consumer<ChannelException> onFailure;
  private final AtomicBoolean ended = new AtomicBoolean();
  private long timer = -1;
  private Buffer body;
  private HttpClientResponse head;

  /** What came back; no header of it but three. */
  record Answer(int status, String retryAfter, String date, List<String> links, String body) {}

  ChannelHttpAttempt(
      ChannelHttpEndpoint endpoint,
      Consumer<Answer> onAnswer,
      Consumer<ChannelException> onFailure) {
    this.endpoint = endpoint;
    this.onAnswer = onAnswer;
    this.onFailure = onFailure;
  }

  void start(RequestOptions options, Buffer sent) {
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
    return "no connection to "
        + endpoint.address().authority()
        + ": "
        + ConnectionTrouble.of(cause);
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
                fail(notAnswered(r.cause()));
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

  /**
   * In TLS 1.3 a server says only after our side of the handshake is done, when the request may be
   * on its way already, that it does not accept our certificate. It has read none of it then.
   */
  private static ChannelException notAnswered(Throwable cause) {
    for (Throwable t = cause; t != null; t = t.getCause()) {
      if (t instanceof SSLHandshakeException) {
        return new ChannelException.Unavailable("TLS: " + ConnectionTrouble.of(t));
      }
    }
    return unknown("no answer: ", cause);
  }

  private static ChannelException unknown(String what, Throwable cause) {
    if (cause instanceof OneAnswerEach.NotOneAnswerException) {
      return ChannelException.Unknown.notOneAnswer(cause.getMessage());
    }
    return new ChannelException.Unknown(what + ConnectionTrouble.of(cause));
  }

  private void receive(HttpClientRequest request, HttpClientResponse response) {
    head = response;
    response.exceptionHandler(e -> fail(unknown("the answer broke off: ", e)));
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
      onAnswer.accept(
          new Answer(
              response.statusCode(),
              response.getHeader("Retry-After"),
              response.getHeader("Date"),
              response.headers().getAll("Link"),
              body == null ? "" : Utf8.withoutMark(body.toString())));
    }
  }

  private void fail(ChannelException e) {
    if (statusSaysAll() && !e.isNotOneAnswer()) {
      answered(head);
    } else if (ended.compareAndSet(false, true)) {
      if (timer >= 0) {
        endpoint.vertx().cancelTimer(timer);
      }
      onFailure.accept(e);
    }
  }
}
