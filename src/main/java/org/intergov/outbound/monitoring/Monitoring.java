package org.intergov.outbound.monitoring;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.intergov.outbound.delivery.CircuitState;
import org.intergov.outbound.flow.ChannelLane;
import org.intergov.outbound.flow.MultichannelRouter;
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
    RoutingTable now = table.get();
    Set<String> gone = new HashSet<>(channels.keySet());
    router
        .lanes()
        .forEach(
            (id, lane) ->
                now.channel(id)
                    .ifPresent(
                        channel -> {
                          gone.remove(id);
                          show(id, channel.kind(), lane);
                        }));
    gone.forEach(this::remove);
    channels.values().forEach(ChannelMonitor::look);
    samples.refresh();
    queues.keySet().forEach(QueueMonitor::look);
  }

  private void show(String id, String kind, ChannelLane lane) {
    ChannelMonitor shown = channels.get(id);
    if (shown == null || !shown.isOf(lane, kind)) {
      remove(id);
      channels.put(id, new ChannelMonitor(id, kind, lane, states, router::pausesChanged));
      metrics.add(id, lane);
    }
  }

  private void remove(String id) {
    ChannelMonitor monitor = channels.remove(id);
    if (monitor != null) {
      monitor.unregister();
      metrics.remove(id);
    }
  }

  /** Takes all MBeans away. */
  @Override
  public synchronized void close() {
    closed = true;
    Set.copyOf(channels.keySet()).forEach(this::remove);
    queues.values().forEach(Runnable::run);
  }
}
