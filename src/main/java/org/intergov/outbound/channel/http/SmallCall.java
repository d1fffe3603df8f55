package org.intergov.outbound.channel.http;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.time.Duration;
import java.util.Map;
import org.intergov.outbound.config.kind.HttpAddress;
import org.intergov.outbound.message.Utf8;

/**
 * A call beside the messages, such as for a token: bounded in time and in the size of its answer,
 * redirects not followed.
 */
final class SmallCall {
  static final Duration MOST_TIME = Duration.ofSeconds(10);
  static final int MOST_BYTES = 65_536;

  private final Vertx vertx;
  private final HttpClient client;

  SmallCall(Vertx vertx, HttpClient client) {
    this.vertx = vertx;
    this.client = client;
  }

  /** What came back. Its body may hold secrets, so it does not print. */
  record Answer(int status, String retryAfter, String date, String body) {
    @Override
    public String toString() {
      return "answer " + status;
    }
  }

  /**
   * Calls.
   *
   * @param body null: a GET
   * @return fails if there is no whole answer in time, with words that tell no secret
   */
  Future<Answer> send(HttpAddress address, Map<String, String> headers, Buffer body) {
    RequestOptions options =
        new RequestOptions()
            .setMethod(body == null ? HttpMethod.GET : HttpMethod.POST)
            .setHost(address.host())
            .setPort(address.port())
            .setSsl(address.tls())
            .setURI(address.target())
            .putHeader("User-Agent", UserAgent.OURS);
    headers.forEach(options::putHeader);
    Promise<Answer> promise = Promise.promise();
    long timer =
        vertx.setTimer(
            MOST_TIME.toMillis(),
            id -> promise.tryFail("no whole answer within " + MOST_TIME.toSeconds() + " s"));
    client
        .request(options)
        .onFailure(e -> promise.tryFail("no connection: " + ConnectionTrouble.of(e)))
        .onSuccess(request -> send(request, body, promise));
    return promise.future().onComplete(done -> vertx.cancelTimer(timer));
  }

  private static void send(HttpClientRequest request, Buffer body, Promise<Answer> promise) {
    promise.future().onFailure(e -> request.reset());
    request
        .response()
        .onFailure(e -> promise.tryFail("no answer: " + ConnectionTrouble.of(e)))
        .onSuccess(response -> receive(response, promise));
    if (body == null) {
      request.end();
    } else {
      request.end(body);
    }
  }

  private static void receive(HttpClientResponse response, Promise<Answer> promise) {
    Buffer received = Buffer.buffer();
    response.exceptionHandler(e -> promise.tryFail("the answer broke off"));
    response.handler(
        part -> {
          if (received.length() + part.length() > MOST_BYTES) {
            promise.tryFail("an answer larger than " + MOST_BYTES + " bytes");
          } else {
            received.appendBuffer(part);
          }
        });
    response.endHandler(
        end ->
            promise.tryComplete(
                new Answer(
                    response.statusCode(),
                    response.getHeader("Retry-After"),
                    response.getHeader("Date"),
                    Utf8.withoutMark(received.toString()))));
  }
}
