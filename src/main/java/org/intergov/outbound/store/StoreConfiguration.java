package org.intergov.outbound.store;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.apache.camel.CamelConfiguration;
import org.apache.camel.CamelContext;

/**
 * Opens the databases on a thread of its own, while Camel is set up, and binds what the routes of
 * the lake use. For the threads that start and stop the gateway.
 */
public final class StoreConfiguration
    implements CamelConfiguration, Supplier<Stores>, AutoCloseable {
  private final CompletableFuture<Stores> opening;

  /**
   * @param open as {@link Stores#open}; begins at once
   */
  public StoreConfiguration(Supplier<Stores> open) {
    this.opening = CompletableFuture.supplyAsync(open);
  }

  /** What was opened; waits for it, and throws what stood in the way. */
  @Override
  public Stores get() {
    try {
      return opening.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  @Override
  public void configure(CamelContext camel) {
    camel.getRegistry().bind("lakeDataSource", get().lakeDataSource());
    camel.getRegistry().bind("lakeConnections", LakeQueue.connections());
  }

  /** When the routes have stopped. */
  @Override
  public void close() {
    Stores opened = opening.handle((stores, failed) -> stores).join();
    if (opened != null) {
      opened.close();
    }
  }
}
