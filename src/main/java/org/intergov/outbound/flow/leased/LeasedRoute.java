package org.intergov.outbound.flow.leased;

import java.util.function.Consumer;
import org.apache.camel.Exchange;

/** The route behind a {@code leased:} endpoint. Thread-safe. */
public interface LeasedRoute {
  /** Whether it takes anything: false while it is stopped or suspended. */
  boolean isOpen();

  /** An exchange to be filled and handed to {@link #run}; it has neither body nor headers. */
  Exchange exchange();

  /**
   * Hands an exchange to the route, without waiting for its end.
   *
   * @param ended told once, on whatever thread the exchange ends on, perhaps before this returns;
   *     must neither block nor throw. What the route has thrown is in {@link
   *     Exchange#getException}; a {@link RouteStoppedException}: the route is stopped, and the
   *     exchange has not entered it
   */
  void run(Exchange exchange, Consumer<Exchange> ended);

  /**
   * Runs an exchange through the route on this thread, so that its steps take part in what is open
   * on it, such as a transaction.
   *
   * @throws RouteStoppedException if the route is stopped
   * @throws Exception what the route has thrown
   */
  void runHere(Exchange exchange) throws Exception;

  /** The most rows that the endpoint wants in one exchange, where an exchange has several. */
  int batch();
}
