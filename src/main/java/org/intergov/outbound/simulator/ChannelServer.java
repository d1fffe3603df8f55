package org.intergov.outbound.simulator;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** The Channel API's HTTP side: paths, methods, limits, and answers kept back. */
final class ChannelServer {
  static final int MAX_BODY_BYTES = 64 * 1024;
  private static final String MESSAGES = "/messages";

  private final Vertx vertx;
  private final SimulatedApi api;
  private final Ledger ledger;
  private final long latencyMillis;

  ChannelServer(Vertx vertx, SimulatedApi api, Ledger ledger, Options options) {
    this.vertx = vertx;
    this.api = api;
    this.ledger = ledger;
    this.latencyMillis = options.latency().toMillis();
  }

  void answer(HttpServerRequest request) {
    String path = request.path();
    if (path.equals(MESSAGES)) {
      if (request.method() == HttpMethod.POST) {
        readPost(request);
      } else {
        send(request, Answer.error(501, "this simulator does not list messages"));
      }
    } else if (path.equals(MESSAGES + "/subscriptions/by_id")) {
      send(request, Answer.error(501, "this simulator has no subscriptions: ask for the status"));
    } else if (path.startsWith(MESSAGES + "/")) {
      onlyGet(request, () -> sendLate(request, status(request)));
    } else if (path.equals("/stats")) {
      onlyGet(request, () -> send(request, Answer.of(200, ledger.stats().json())));
    } else {
      send(request, Answer.error(404, "no such path"));
    }
  }

  private Answer status(HttpServerRequest request) {
    return api.get(request.path().substring(MESSAGES.length() + 1), request.getParam("fields"));
  }

  private void onlyGet(HttpServerRequest request, Runnable then) {
    if (request.method() == HttpMethod.GET) {
      then.run();
    } else {
      send(request, Answer.error(405, "only GET is allowed here"));
    }
  }

  private void readPost(HttpServerRequest request) {
    Buffer body = Buffer.buffer();
    boolean[] tooLarge = {false};
    request.handler(
        chunk -> {
          if (tooLarge[0]) {
            return;
          }
          if (body.length() + chunk.length() <= MAX_BODY_BYTES) {
            body.appendBuffer(chunk);
            return;
          }
          tooLarge[0] = true;
          sendLate(request, api.tooLarge(key(request), headers(request)));
        });
    request.endHandler(
        end -> {
          if (!tooLarge[0]) {
            String text = body.toString();
            sendLate(request, api.post(key(request), body.getBytes(), text, headers(request)));
          }
        });
  }

  private void sendLate(HttpServerRequest request, Answer answer) {
    if (latencyMillis == 0) {
      send(request, answer);
    } else {
      vertx.setTimer(latencyMillis, timer -> send(request, answer));
    }
  }

  private static void send(HttpServerRequest request, Answer answer) {
    HttpServerResponse response = request.response();
    if (answer.sent() == Fate.LOSE_REPLY) {
      request.connection().close();
    } else if (answer.sent() != Fate.HANG && !response.closed()) {
      response.setStatusCode(answer.status()).putHeader("Content-Type", "application/json");
      if (answer.status() == 503) {
        response.putHeader("Retry-After", "1");
      }
      response.end(answer.json());
    }
  }

  private static String key(HttpServerRequest request) {
    return request.getHeader("Idempotency-Key");
  }

  private static Map<String, String> headers(HttpServerRequest request) {
    Map<String, String> headers = new HashMap<>();
    request
        .headers()
        .forEach((name, value) -> headers.putIfAbsent(name.toLowerCase(Locale.ROOT), value));
    return headers;
  }
}
