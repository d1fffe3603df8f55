package org.intergov.outbound.acceptance;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;

/** What the test channel does with a post. */
interface Reply {
  void to(TestChannel.Call call);

  /** Takes it: 201 with the id as a number. */
  static Reply accept() {
    return call -> call.answer(201, "{\"id\": " + call.store() + "}");
  }

  static Reply status(int status) {
    return call -> call.answer(status, "{\"title\": \"as the test wants it\"}");
  }

  static Reply status(int status, String header, String value) {
    return call -> {
      call.response().putHeader(header, value);
      call.answer(status, "");
    };
  }

  /** Takes it and answers with these words. */
  static Reply store(int status, String body) {
    return call -> {
      call.store();
      call.answer(status, body);
    };
  }

  /** Closes the connection instead of answering; it has not taken the message. */
  static Reply reset() {
    return TestChannel.Call::reset;
  }

  /** Takes it and closes the connection instead of answering. */
  static Reply storeThenReset() {
    return call -> {
      call.store();
      call.reset();
    };
  }

  /** Takes it and never answers. */
  static Reply storeThenSilence() {
    return TestChannel.Call::store;
  }

  static Reply silence() {
    return call -> {};
  }

  static Reply after(Duration delay, Reply reply) {
    return call -> call.later(delay, () -> reply.to(call));
  }

  /** Takes it and answers 201 with a body that does not end for 100 MB. */
  static Reply endless() {
    return call -> {
      call.store();
      HttpServerResponse response = call.response().setStatusCode(201).setChunked(true);
      response.exceptionHandler(e -> {});
      pour(response, Buffer.buffer(" ".repeat(65_536)), 1_600);
    };
  }

  private static void pour(HttpServerResponse response, Buffer piece, int left) {
    int rest = left;
    while (rest > 0 && !response.closed()) {
      if (response.writeQueueFull()) {
        int now = rest;
        response.drainHandler(v -> pour(response, piece, now));
        return;
      }
      response.write(piece);
      rest--;
    }
    if (!response.closed()) {
      response.end();
    }
  }
}
