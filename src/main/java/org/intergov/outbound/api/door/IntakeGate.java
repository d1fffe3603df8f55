package org.intergov.outbound.api.door;

import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.CamelContext;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;

/**
 * How many requests intake works on at once. One more is answered 503 on the event loop, before
 * anything of its body is read and before it waits for a thread, so clients take neither memory nor
 * the threads of other calls, however many they are. Thread-safe.
 *
 * <p>A request counts twice: as being worked on until {@link #done}, and as being answered until
 * its answer is handed to the connection, or the connection is gone. Who sends nothing for a second
 * while another one wants the place loses it: the request that has waited longest for its own body
 * is answered 408.
 */
public final class IntakeGate {
  private final int most;
  private final AtomicInteger worked = new AtomicInteger();
  private final AtomicInteger answered = new AtomicInteger();

  /** A connection has one request at a time. */
  private final Map<HttpConnection, Turn> turns = new ConcurrentHashMap<>();

  public IntakeGate(int mostRequests) {
    this.most = mostRequests;
  }

  /** One request's places. */
  private static final class Turn {
    private final AtomicBoolean isWorked = new AtomicBoolean(true);
    private final AtomicBoolean isAnswered = new AtomicBoolean(true);
    private volatile RequestStream body;

    private long waitingNanos() {
      RequestStream read = body;
      return read == null || !isWorked.get() ? 0 : read.waitingNanos();
    }
  }

  /** Installs it on the API's server, before all its routes; it must be started. */
  public void install(CamelContext camel, int port) {
    VertxPlatformHttpRouter.lookup(camel, VertxPlatformHttpRouter.getRouterNameFromPort(port))
        .post("/messages")
        .order(-1)
        .handler(this::enter);
  }

  private void enter(RoutingContext context) {
    if (!takePlaces() && !(giveUpSlowest() && takePlaces())) {
      refuse(context);
      return;
    }
    HttpConnection connection = context.request().connection();
    Turn turn = new Turn();
    turns.put(connection, turn);
    context.addEndHandler(ended -> isAnswered(connection, turn));
    context.next();
    if (context.response().ended()) {
      isWorked(connection, turn); // answered on the way: it does not come to intake
    }
  }

  private boolean takePlaces() {
    if (!taken(worked)) {
      return false;
    }
    if (!taken(answered)) {
      worked.decrementAndGet();
      return false;
    }
    return true;
  }

  private boolean taken(AtomicInteger requests) {
    if (requests.incrementAndGet() <= most) {
      return true;
    }
    requests.decrementAndGet();
    return false;
  }

  private boolean giveUpSlowest() {
    Optional<Map.Entry<HttpConnection, Turn>> slowest =
        RequestStream.slowest(turns.entrySet().stream(), e -> e.getValue().waitingNanos());
    slowest.ifPresent(
        e -> {
          isWorked(e.getKey(), e.getValue());
          isAnswered(e.getKey(), e.getValue());
          e.getValue().body.giveUp();
        });
    return slowest.isPresent();
  }

  private void isWorked(HttpConnection connection, Turn turn) {
    if (turn.isWorked.compareAndSet(true, false)) {
      worked.decrementAndGet();
      forget(connection, turn);
    }
  }

  private void isAnswered(HttpConnection connection, Turn turn) {
    if (turn.isAnswered.compareAndSet(true, false)) {
      answered.decrementAndGet();
      forget(connection, turn);
    }
  }

  private void forget(HttpConnection connection, Turn turn) {
    if (!turn.isWorked.get() && !turn.isAnswered.get()) {
      turns.remove(connection, turn);
    }
  }

  private void refuse(RoutingContext context) {
    HttpErrors.answer(
        context,
        new ApiProblem(
            503,
            "Busy",
            most
                + " requests are being worked on, and this gateway takes no more at once."
                + " Try again.",
            List.of(),
            Map.of("Retry-After", "1")));
    RequestStream.letGo(context.request());
  }

  /** The body of a request, from whose slowness its place depends. */
  public RequestStream body(HttpServerRequest request) {
    RequestStream body = new RequestStream(request);
    Turn turn = turns.get(request.connection());
    if (turn != null) { // a request may have come before the gate was there
      turn.body = body;
    }
    return body;
  }

  /** Intake has done its work on a request that it was handed, well or not. */
  public void done(HttpServerRequest request) {
    Turn turn = turns.get(request.connection());
    if (turn != null) {
      isWorked(request.connection(), turn);
    }
  }
}
