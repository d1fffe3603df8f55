package org.intergov.outbound.api;

import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.CamelContext;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;

/**
 * How many requests intake works on at once. One more is answered 503 on the event loop, before
 * anything of its body is read and before it waits for a thread, so clients take neither memory nor
 * the threads of other calls, however many they are and however slowly they send. Thread-safe.
 *
 * <p>A request counts twice: as being worked on until {@link #done}, and as being answered until
 * its answer is handed to the connection, or the connection is gone.
 */
public final class IntakeGate {
  private final int most;
  private final AtomicInteger worked = new AtomicInteger();
  private final AtomicInteger answered = new AtomicInteger();

  public IntakeGate(int mostRequests) {
    this.most = mostRequests;
  }

  /** Installs it on the API's server, before all its routes; it must be started. */
  public void install(CamelContext camel, int port) {
    VertxPlatformHttpRouter.lookup(camel, VertxPlatformHttpRouter.getRouterNameFromPort(port))
        .post("/messages")
        .order(-1)
        .handler(this::enter);
  }

  private void enter(RoutingContext context) {
    if (!taken(worked)) {
      refuse(context);
      return;
    }
    if (!taken(answered)) {
      worked.decrementAndGet();
      refuse(context);
      return;
    }
    context.addEndHandler(ended -> answered.decrementAndGet());
    context.next();
    if (context.response().ended()) {
      worked.decrementAndGet(); // answered on the way: it does not come to intake
    }
  }

  private boolean taken(AtomicInteger requests) {
    if (requests.incrementAndGet() <= most) {
      return true;
    }
    requests.decrementAndGet();
    return false;
  }

  private void refuse(RoutingContext context) {
    HttpErrors.answer(
        context,
        new Problem(
            503,
            "Busy",
            most
                + " requests are being worked on, and this gateway takes no more at once."
                + " Try again.",
            List.of(),
            Map.of("Retry-After", "1")));
    RequestStream.letGo(context.request());
  }

  /** Intake has done its work on a request that it was handed, well or not. */
  void done() {
    // a request may have come before the gate was there
    worked.updateAndGet(requests -> Math.max(0, requests - 1));
  }
}
