package org.intergov.outbound.monitoring;

import org.intergov.outbound.channel.LiveTable;
import org.intergov.outbound.config.InvalidChannelsException;

/** Shows the routing table over JMX. Thread-safe. */
public final class RoutingTableMonitor implements RoutingTableMXBean {
  private final LiveTable table;

  private RoutingTableMonitor(LiveTable table) {
    this.table = table;
  }

  /** Registers the MBean; what is returned takes it away again. */
  public static Runnable register(LiveTable table) {
    return DescribedMBean.register(
        new RoutingTableMonitor(table), RoutingTableMXBean.class, "type=RoutingTable");
  }

  @Override
  public int getEntries() {
    return table.get().channels().size();
  }

  @Override
  public String getVersion() {
    return table.state().version();
  }

  @Override
  public String getLastReload() {
    return table.state().lastReload().toString();
  }

  @Override
  public String getLastError() {
    return table.state().failure().map(f -> f.cause().getMessage()).orElse("");
  }

  @Override
  public String reload() {
    try {
      return table.reload("over JMX").toString();
    } catch (InvalidChannelsException e) {
      throw new IllegalStateException(e.getMessage());
    }
  }
}
