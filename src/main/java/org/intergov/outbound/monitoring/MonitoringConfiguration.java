package org.intergov.outbound.monitoring;

import java.util.Locale;
import java.util.function.Supplier;
import org.apache.camel.CamelConfiguration;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.Registry;
import org.intergov.outbound.channel.LiveTable;
import org.intergov.outbound.flow.FlowConfiguration;
import org.intergov.outbound.flow.WakeUps;
import org.intergov.outbound.message.Reference;
import org.intergov.outbound.store.OperatorActions;
import org.intergov.outbound.store.Stores;

/**
 * Binds the health checks, and keeps figures and MBeans in line with what there is. For the threads
 * that start and stop the gateway.
 */
public final class MonitoringConfiguration implements CamelConfiguration, AutoCloseable {
  private final Supplier<Stores> stores;
  private final Supplier<LiveTable> table;
  private final FlowConfiguration flow;
  private final long backlog;
  private final WakeUps wakeUps;
  private final Metrics metrics;
  private Monitoring monitoring;
  private DatabaseHealth databaseHealth;
  private Runnable unregister = () -> {};

  /**
   * @param backlog so many waiting rows of a queue are told of over JMX
   */
  public MonitoringConfiguration(
      Supplier<Stores> stores,
      Supplier<LiveTable> table,
      FlowConfiguration flow,
      long backlog,
      WakeUps wakeUps,
      Metrics metrics) {
    this.stores = stores;
    this.table = table;
    this.flow = flow;
    this.backlog = backlog;
    this.wakeUps = wakeUps;
    this.metrics = metrics;
  }

  @Override
  public void configure(CamelContext camel) {
    Registry registry = camel.getRegistry();
    LiveTable inForce = table.get();
    QueueSamples samples = new QueueSamples(stores.get().depths()::read);
    metrics.channelsFile(inForce);
    monitoring =
        new Monitoring(
            flow.router(),
            inForce,
            stores.get().channelStates(),
            samples,
            metrics,
            backlog,
            this::replay);
    databaseHealth = new DatabaseHealth(stores.get()::trouble);
    metrics.database(databaseHealth);
    registry.bind("databaseHealth", databaseHealth);
    registry.bind("channelsHealth", new ChannelsHealth(inForce, flow.router()::lanes));
    registry.bind("queuesHealth", new QueuesHealth(samples));
  }

  private String replay(String reference) {
    OperatorActions.Replay came =
        stores.get().actions(metrics).replay(Reference.parse(reference), JmxCaller.name());
    wakeUps.router().signal();
    return came.name().toLowerCase(Locale.ROOT);
  }

  /** Shows the routing table over JMX, now that it can be reloaded. */
  public void open() {
    unregister = RoutingTableMonitor.register(table.get());
  }

  /** To be called every second, on a thread that may wait for the database. */
  public void look() {
    databaseHealth.look();
    monitoring.refresh();
  }

  @Override
  public void close() {
    unregister.run();
    if (monitoring != null) {
      monitoring.close();
    }
  }
}
