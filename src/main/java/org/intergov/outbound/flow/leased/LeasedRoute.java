package org.intergov.outbound.flow.leased;

import java.util.function.Consumer;
import org.apache.camel.Exchange;

/** The route behind a {@code leased:} endpoint. Thread-safe. */
public interface LeasedRoute {
  /** An exchange to be filled and handed to {@link #run}; it has neither body nor headers. */
  Exchange exchange();

  /**
   * Hands an exchange to the route, without waiting for its end.
   *
   * @param ended told once, on whatever thread the exchange ends on, perhaps before this returns;
   *     must not block. What the route has thrown is in {@link Exchange#getException}
   */
  void run(Exchange exchange, Consumer<Exchange> ended);

  /**
   * Runs an exchange through the route on this thread, so that its steps take part in what is open
   * on it, such as a transaction.
   *
   * @throws Exception what the route has thrown
   */
  void runHere(Exchange exchange) throws Exception;

  /** The most rows that the endpoint wants in one exchange, where an exchange has several. */
  int batch();
}
