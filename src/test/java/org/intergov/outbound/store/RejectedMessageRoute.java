package org.intergov.outbound.store;

import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.errorhandler.NoErrorHandlerDefinition;
import org.intergov.outbound.channel.ChannelKinds;
import org.intergov.outbound.flow.LakeStage;
import org.intergov.outbound.flow.leased.LeasedQueue;
import org.intergov.outbound.flow.leased.LeasedRoute;
import org.intergov.outbound.flow.leased.WakeUp;
import org.intergov.outbound.store.database.Database;

/**
 * The route {@code rejected-message-processor} as the gateway has it, beside a database of tests.
 * It runs when it is told to.
 */
final class RejectedMessageRoute implements AutoCloseable {
  private static final String FILE = "routes/rejected-message-processor.camel.yaml";

  private final CamelContext camel = new DefaultCamelContext();
  private final WakeUp never = new WakeUp();
  private final LakeStage<RejectedMessages.Job> stage;

  RejectedMessageRoute(RejectedMessages rejected, Database lake) {
    stage = new LakeStage<>("rejected-message-processor", rejected, never);
    camel.disableJMX();
    camel.getCamelContextExtension().setErrorHandlerFactory(new NoErrorHandlerDefinition());
    camel.getPropertiesComponent().addInitialProperty("intergov.updater.period", "3600000");
    camel.getRegistry().bind("lakeDataSource", lake.dataSource());
    camel.getRegistry().bind("lakeConnections", LakeQueue.connections());
    camel.getRegistry().bind("rejected-messages", new OnlyWhenTold());
    try {
      ChannelKinds.loadRoutes(camel, FILE);
      camel.start();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** The endpoint's own thread claims nothing. */
  private final class OnlyWhenTold implements LeasedQueue {
    @Override
    public void open(LeasedRoute route) {
      stage.open(route);
    }

    @Override
    public WakeUp due() {
      return never;
    }

    @Override
    public void claim() {
      // the test does
    }
  }

  /** Applies what is due, as the gateway does when it wakes up. */
  void run() {
    stage.claim();
  }

  @Override
  public void close() {
    camel.stop();
  }
}
