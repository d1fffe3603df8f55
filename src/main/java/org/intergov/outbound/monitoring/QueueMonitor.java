package org.intergov.outbound.monitoring;

import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.function.UnaryOperator;
import org.intergov.outbound.monitoring.DescribedMBean.Notifications;
import org.intergov.outbound.store.views.QueueDepths.Depth;

/** Shows one queue over JMX, and tells when too much waits in it. Thread-safe. */
class QueueMonitor implements QueueMXBean {
  static final String BACKLOG = "org.intergov.outbound.backlog";
  private static final String OUTBOX = "delivery_outbox";

  /** The queues there are. */
  static final List<String> NAMES =
      List.of(OUTBOX, "channel_pending", "message_updates", "rejected_messages");

  private final QueueSamples samples;
  private final String name;
  private final long threshold;
  private final Notifications notifications =
      new Notifications(
          BACKLOG,
          "The waiting rows rose above the threshold or fell back; the user data is above or below");
  private boolean above;

  private QueueMonitor(QueueSamples samples, String name, long threshold) {
    this.samples = samples;
    this.name = name;
    this.threshold = threshold;
  }

  /** The queue that an operator can do something about. */
  private static final class Outbox extends QueueMonitor implements OutboxMXBean {
    private final UnaryOperator<String> replay;

    private Outbox(QueueSamples samples, long threshold, UnaryOperator<String> replay) {
      super(samples, OUTBOX, threshold);
      this.replay = replay;
    }

    @Override
    public String replay(String reference) {
      return replay.apply(reference);
    }
  }

  /**
   * Registers an MBean for each queue.
   *
   * @param threshold so many rows are a backlog
   * @param replay takes a reference, and says what was done
   * @return each monitor, and what takes its MBean away again
   */
  static Map<QueueMonitor, Runnable> register(
      QueueSamples samples, long threshold, UnaryOperator<String> replay) {
    Map<QueueMonitor, Runnable> registered = new java.util.LinkedHashMap<>();
    for (String name : NAMES) {
      String keys = "type=Queue,name=" + name;
      if (name.equals(OUTBOX)) {
        Outbox outbox = new Outbox(samples, threshold, replay);
        registered.put(
            outbox,
            DescribedMBean.register(
                outbox, OutboxMXBean.class, keys, ((QueueMonitor) outbox).notifications));
      } else {
        QueueMonitor queue = new QueueMonitor(samples, name, threshold);
        registered.put(
            queue, DescribedMBean.register(queue, QueueMXBean.class, keys, queue.notifications));
      }
    }
    return registered;
  }

  /** To be called every now and then, from one thread: tells of a backlog that has come or gone. */
  void look() {
    long depth = getDepth();
    if (depth < 0 || depth > threshold == above) {
      return;
    }
    above = !above;
    String message =
        "%s: %d rows wait, %s than %d"
            .formatted(name, depth, above ? "more" : "not more", threshold);
    notifications.send(BACKLOG, message, above ? "above" : "below");
  }

  private long value(ToLongFunction<Depth> of) {
    return samples.last().of(name).map(of::applyAsLong).orElse(-1L);
  }

  @Override
  public long getDepth() {
    return value(Depth::depth);
  }

  @Override
  public long getLocked() {
    return value(Depth::locked);
  }

  @Override
  public long getStuck() {
    return value(Depth::stuck);
  }

  @Override
  public long getOldestAgeSeconds() {
    return value(Depth::oldestSeconds);
  }

  @Override
  public String getAsOf() {
    return samples.last().at() == null ? "" : samples.last().at().toString();
  }
}
