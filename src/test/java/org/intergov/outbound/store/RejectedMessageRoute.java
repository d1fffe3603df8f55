package org.intergov.outbound.store;

import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.errorhandler.NoErrorHandlerDefinition;
import org.intergov.outbound.channel.ChannelKinds;
import org.intergov.outbound.flow.RejectedMessageProcessor;
import org.intergov.outbound.flow.WakeUps;
import org.intergov.outbound.store.database.Database;

/**
 * The route {@code rejected-message-processor} as the gateway has it, beside a database of tests.
 * It runs when it is told to.
 */
final class RejectedMessageRoute implements AutoCloseable {
  private static final String FILE = "routes/rejected-message-processor.camel.yaml";

  private final CamelContext camel = new DefaultCamelContext();
  private final ProducerTemplate template;

  RejectedMessageRoute(RejectedMessages rejected, Database lake) {
    camel.disableJMX();
    camel.getCamelContextExtension().setErrorHandlerFactory(new NoErrorHandlerDefinition());
    camel.getPropertiesComponent().addInitialProperty("intergov.updater.period", "1h");
    camel.getRegistry().bind("lakeDataSource", lake.dataSource());
    camel.getRegistry().bind("lakeConnections", rejected.connections());
    camel
        .getRegistry()
        .bind(
            "rejectedMessageProcessor",
            new RejectedMessageProcessor(rejected, WakeUps.of(camel).rejecter()));
    try {
      ChannelKinds.loadRoutes(camel, FILE);
      ((ModelCamelContext) camel)
          .getRouteDefinition("rejected-message-processor-timer")
          .autoStartup(false);
      camel.start();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
    template = camel.createProducerTemplate();
  }

  /** Applies what is due, as the gateway does when it wakes up, and waits for the end of it. */
  void run() {
    Exchange exchange =
        template.request(
            "seda:rejected-message-processor?size=1&waitForTaskToComplete=Always", e -> {});
    if (exchange.getException() != null) {
      throw new AssertionError("the route has failed", exchange.getException());
    }
  }

  @Override
  public void close() {
    camel.stop();
  }
}
