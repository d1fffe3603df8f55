package org.intergov.outbound.api.door;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.apache.camel.CamelContext;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;

/**
 * Lets the questions of channels whether a subscription is ours through a few at a time; the others
 * wait on the event loop, in their order and without a thread. A hub asks while the request for the
 * subscription is still under way and takes a 503 for a no, so there is room for more questions
 * than all replicas have requests under way. Thread-safe.
 */
public final class VerificationGate {
  /** Each holds a thread and a connection to the database for the time of one statement. */
  private static final int MOST_AT_WORK = 4;

  private static final int MOST_WAITING = 256;

  private final Queue<Waiting> waiting = new ArrayDeque<>();
  private int atWork;

  private record Waiting(RoutingContext request, Context thread) {}

  /** Installs it on the API's server, before the routes; it must be started. */
  public void install(CamelContext camel, int port) {
    VertxPlatformHttpRouter.lookup(camel, VertxPlatformHttpRouter.getRouterNameFromPort(port))
        .get("/callbacks/*")
        .order(-1)
        .handler(this::enter);
  }

  private void enter(RoutingContext request) {
    switch (admit(request)) {
      case NOW -> begin(request);
      case LATER -> request.request().pause();
      default ->
          HttpErrors.answer(
              request,
              new ApiProblem(
                  503,
                  "Busy",
                  MOST_WAITING + " questions about subscriptions wait already. Try again.",
                  List.of(),
                  Map.of("Retry-After", "1")));
    }
  }

  private enum Turn {
    NOW,
    LATER,
    NEVER
  }

  private synchronized Turn admit(RoutingContext request) {
    if (atWork < MOST_AT_WORK) {
      atWork++;
      return Turn.NOW;
    }
    if (waiting.size() == MOST_WAITING) {
      return Turn.NEVER;
    }
    waiting.add(new Waiting(request, Vertx.currentContext()));
    return Turn.LATER;
  }

  private void begin(RoutingContext request) {
    request.addEndHandler(ended -> next());
    request.next();
  }

  /** One is done; the place goes to the next that still waits for its answer. */
  private void next() {
    Waiting next = nextInLine();
    if (next != null) {
      next.thread()
          .runOnContext(
              now -> {
                next.request().request().resume();
                begin(next.request());
              });
    }
  }

  private synchronized Waiting nextInLine() {
    Waiting next = waiting.poll();
    while (next != null && next.request().response().closed()) {
      next = waiting.poll();
    }
    if (next == null) {
      atWork--;
    }
    return next;
  }
}
