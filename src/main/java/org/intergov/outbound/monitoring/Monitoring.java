package org.intergov.outbound.monitoring;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.intergov.outbound.channel.ChannelLane;
import org.intergov.outbound.channel.MultichannelRouter;
import org.intergov.outbound.delivery.CircuitState;
import org.intergov.outbound.routing.Channel;
import org.intergov.outbound.routing.RoutingTable;
import org.intergov.outbound.store.ChannelStates;

/**
 * Keeps the MBeans and figures of lanes and queues in line with what there is. {@link #refresh} is
 * for one thread at a time; everything else is thread-safe.
 */
public final class Monitoring implements AutoCloseable {
  private final MultichannelRouter router;
  private final Supplier<RoutingTable> table;
  private final ChannelStates states;
  private final QueueSamples samples;
  private final Metrics metrics;
  private final Map<String, ChannelMonitor> channels = new ConcurrentHashMap<>();
  private final Map<QueueMonitor, Runnable> queues;
  private boolean closed;

  /**
   * @param backlog so many waiting rows of a queue are told of over JMX
   * @param replay sends a message again, and says what was done
   */
  public Monitoring(
      MultichannelRouter router,
      Supplier<RoutingTable> table,
      ChannelStates states,
      QueueSamples samples,
      Metrics metrics,
      long backlog,
      UnaryOperator<String> replay) {
    this.router = router;
    this.table = table;
    this.states = states;
    this.samples = samples;
    this.metrics = metrics;
    this.queues = QueueMonitor.register(samples, backlog, replay);
    metrics.queues(samples);
    router.onPost(metrics);
    router.onCircuitChange(this::circuitChanged);
  }

  private void circuitChanged(String channelId, CircuitState state) {
    ChannelMonitor channel = channels.get(channelId);
    if (channel != null) {
      channel.circuitChanged(state);
    }
  }

  /** To be called every second, on a thread that may wait for the database. */
  public synchronized void refresh() {
    if (closed) {
      return;
    }
    Map<String, ChannelLane> lanes = router.lanes();
    Map<String, ChannelMonitor> shown = new HashMap<>(channels);
    lanes.forEach(
        (id, lane) -> {
          Optional<Channel> channel = table.get().channel(id);
          ChannelMonitor monitor = shown.get(id);
          if (channel.isPresent()) {
            if (monitor != null && monitor.isOf(lane, channel.get().kind())) {
              shown.remove(id);
            } else {
              replace(id, channel.get().kind(), lane);
              shown.remove(id);
            }
          }
        });
    shown.forEach(this::remove);
    channels.values().forEach(ChannelMonitor::look);
    samples.refresh();
    queues.keySet().forEach(QueueMonitor::look);
  }

  private void replace(String id, String kind, ChannelLane lane) {
    ChannelMonitor before = channels.get(id);
    if (before != null) {
      remove(id, before);
    }
    channels.put(id, new ChannelMonitor(id, kind, lane, states, router::pausesChanged));
    metrics.add(id, lane);
  }

  private void remove(String id, ChannelMonitor monitor) {
    channels.remove(id);
    monitor.unregister();
    metrics.remove(id);
  }

  /** Takes all MBeans away. */
  @Override
  public synchronized void close() {
    closed = true;
    Map.copyOf(channels).forEach(this::remove);
    queues.values().forEach(Runnable::run);
  }
}
