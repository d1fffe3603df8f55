package org.intergov.outbound.api;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;

/** Ends the connection of a client that has taken nothing of a long answer for 30 s. */
final class AnswerWatch {
  private static final long PATIENCE_MILLIS = Duration.ofSeconds(30).toMillis();

  private final HttpServerRequest request;
  private long written;

  private AnswerWatch(HttpServerRequest request) {
    this.request = request;
  }

  /** Watches the answer until it is handed to the connection; call it from a call's thread. */
  static void watch(HttpServerRequest request) {
    Vertx vertx = Vertx.currentContext().owner();
    AnswerWatch watch = new AnswerWatch(request);
    vertx.setPeriodic(
        PATIENCE_MILLIS,
        timer -> {
          if (watch.isOver()) {
            vertx.cancelTimer(timer);
          }
        });
  }

  private boolean isOver() {
    HttpServerResponse response = request.response();
    if (response.ended() || response.closed()) {
      return true;
    }
    long before = written;
    written = response.bytesWritten();
    if (written > before) {
      return false;
    }
    request.connection().close();
    return true;
  }
}
