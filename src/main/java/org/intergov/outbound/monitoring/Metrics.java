package org.intergov.outbound.monitoring;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;
import org.intergov.outbound.channel.LiveTable;
import org.intergov.outbound.delivery.Outcome;
import org.intergov.outbound.delivery.Reason;
import org.intergov.outbound.flow.ChannelLane;
import org.intergov.outbound.flow.Faults;
import org.intergov.outbound.flow.LaneStats;
import org.intergov.outbound.flow.PostListener;
import org.intergov.outbound.store.FlowListener;
import org.intergov.outbound.store.Settlements;
import org.intergov.outbound.store.views.QueueDepths.Depth;

/**
 * The figures at {@code /observe/metrics}. Their labels are ids of channels, names of queues and
 * words of fixed lists: nothing that a message says becomes one. Thread-safe.
 */
public final class Metrics implements PostListener, FlowListener {
  private static final String PREFIX = "intergov.";
  private static final String RECEIPTS = "channel_receipts";
  private static final String WAITING =
      "Messages of the delivery outbox that wait or are being sent; without a channel: not routed"
          + " yet, or of a channel that has left the table";
  private static final String HELD = "Messages of the delivery outbox that wait for an operator";
  private static final String OLDEST = "How long the oldest message has waited";
  private static final Duration[] BUCKETS = {
    Duration.ofMillis(5),
    Duration.ofMillis(20),
    Duration.ofMillis(50),
    Duration.ofMillis(100),
    Duration.ofMillis(250),
    Duration.ofSeconds(1),
    Duration.ofSeconds(5),
    Duration.ofSeconds(30)
  };

  private static final Duration[] MESSAGE_BUCKETS = {
    Duration.ofMillis(100),
    Duration.ofMillis(500),
    Duration.ofSeconds(1),
    Duration.ofSeconds(5),
    Duration.ofSeconds(30),
    Duration.ofMinutes(2),
    Duration.ofMinutes(10),
    Duration.ofHours(1)
  };

  private final MeterRegistry registry;
  private final Map<String, Timer> posts = new ConcurrentHashMap<>();
  private final Map<String, List<Meter>> ofChannel = new ConcurrentHashMap<>();

  private final Map<Reason, Counter> rejected = new EnumMap<>(Reason.class);
  private final Counter held;
  private final Counter leasesLost;
  private final Timer acceptedAfter;

  /** The registry holds on to nothing that it asks. */
  private LongSupplier refused;

  private QueueSamples samples;

  public Metrics(MeterRegistry registry) {
    this.registry = registry;
    for (Reason reason : Reason.values()) {
      rejected.put(
          reason,
          Counter.builder(PREFIX + "messages.rejected")
              .description("Messages rejected by this process")
              .tag("reason", reason.word())
              .register(registry));
    }
    held =
        Counter.builder(PREFIX + "messages.held")
            .description("Messages that this process has held for an operator")
            .register(registry);
    leasesLost =
        Counter.builder(PREFIX + "leases.lost")
            .description("Outcomes not written because another replica had taken over")
            .register(registry);
    acceptedAfter =
        Timer.builder(PREFIX + "message.duration")
            .description("From a message's entry in the lake until it is shown as accepted")
            .serviceLevelObjectives(MESSAGE_BUCKETS)
            .register(registry);
    for (String stage : Faults.STAGES) {
      FunctionCounter.builder(PREFIX + "faults", stage, s -> Faults.count(s))
          .description("Unexpected exceptions, by the stage that survived them")
          .tag("stage", stage)
          .register(registry);
    }
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
  }

  @Override
  public void written(Settlements.Written written) {
    written.rejected().forEach((reason, count) -> rejected.get(reason).increment(count));
    held.increment(written.held());
    leasesLost.increment(written.leasesLost());
  }

  @Override
  public void rejected(Reason reason) {
    rejected.get(reason).increment();
  }

  @Override
  public void accepted(Duration age) {
    acceptedAfter.record(age);
  }

  /** Requests that came without a token that is known. */
  public void refusals(LongSupplier refusals) {
    refused = refusals;
    FunctionCounter.builder(PREFIX + "api.unauthorized", refusals, LongSupplier::getAsLong)
        .description("Requests refused because they had no token or an unknown one")
        .register(registry);
  }

  /** Depth, age and locks of every queue, as they were sampled; none while that is long ago. */
  public void queues(QueueSamples samples) {
    this.samples = samples;
    lane("");
    for (String name : QueueMonitor.NAMES) {
      queue(samples, name, "depth", "Rows that wait or are worked on", Depth::depth);
      queue(samples, name, "locked", "Rows that a replica holds", Depth::locked);
      queue(samples, name, "stuck", "Rows that wait for an operator", Depth::stuck);
      queue(
          samples,
          name,
          "oldest.age.seconds",
          "How long the oldest row has waited",
          Depth::oldestSeconds);
    }
    Gauge.builder(PREFIX + "receipts.aside", samples, s -> of(s, RECEIPTS, Depth::stuck))
        .description("Receipts that led nowhere and were put aside for an operator")
        .strongReference(true)
        .register(registry);
  }

  /** Whether the database answers: the same as readiness says. */
  public void database(DatabaseHealth health) {
    Gauge.builder(PREFIX + "database.up", health, h -> h.isUp() ? 1 : 0)
        .description("1: the database answers this process; 0: it does not")
        .strongReference(true)
        .register(registry);
  }

  /** What is wrong with channels.yaml as it is now. */
  public void channelsFile(LiveTable table) {
    Gauge.builder(PREFIX + "channels.file.faults", table, Metrics::faults)
        .description("Problems of channels.yaml as it is now; 0: it is in force")
        .strongReference(true)
        .register(registry);
  }

  private static int faults(LiveTable table) {
    return table.state().failure().map(f -> f.problems().size()).orElse(0);
  }

  private static double of(QueueSamples samples, String queue, ToDoubleFunction<Depth> of) {
    return samples.recent(queue).map(of::applyAsDouble).orElse(Double.NaN);
  }

  private void queue(
      QueueSamples samples, String name, String what, String says, ToDoubleFunction<Depth> of) {
    Gauge.builder(PREFIX + "queue." + what, samples, s -> of(s, name, of))
        .description(says)
        .tag("queue", name)
        .strongReference(true)
        .register(registry);
  }

  /** Adds the figures of a channel. */
  void add(String channel, ChannelLane lane) {
    List<Meter> meters = new ArrayList<>();
    LaneStats stats = lane.stats();
    meters.add(posts(channel, "posted", stats, LaneStats::posted));
    meters.add(posts(channel, "refused", stats, LaneStats::refused));
    meters.add(posts(channel, "unavailable", stats, LaneStats::unavailable));
    meters.add(posts(channel, "unknown", stats, LaneStats::unknown));
    meters.add(
        Gauge.builder(PREFIX + "channel.in.flight", lane, ChannelLane::inFlight)
            .description("Posts that have not been answered")
            .tag("channel", channel)
            .strongReference(true)
            .register(registry));
    meters.add(
        Gauge.builder(PREFIX + "channel.circuit.state", lane, l -> l.circuit().phase().ordinal())
            .description("0 closed, 1 open, 2 half open")
            .tag("channel", channel)
            .strongReference(true)
            .register(registry));
    meters.add(
        Gauge.builder(PREFIX + "channel.paused", lane, l -> l.isPaused() && !l.isStopped() ? 1 : 0)
            .description("1: an operator has paused it")
            .tag("channel", channel)
            .strongReference(true)
            .register(registry));
    meters.add(
        Gauge.builder(PREFIX + "channel.stopped", lane, l -> l.isStopped() ? 1 : 0)
            .description("1: it has stopped because it refused one message after another")
            .tag("channel", channel)
            .strongReference(true)
            .register(registry));
    meters.addAll(lane(channel));
    ofChannel.put(channel, meters);
    posts.put(channel, duration(channel));
  }

  /**
   * @param channel empty: of no channel that has figures of its own
   */
  private List<Gauge> lane(String channel) {
    return List.of(
        lane(channel, "waiting", WAITING, Depth::depth),
        lane(channel, "held", HELD, Depth::stuck),
        lane(channel, "oldest.age.seconds", OLDEST, Depth::oldestSeconds));
  }

  private Gauge lane(String channel, String what, String says, ToDoubleFunction<Depth> of) {
    return Gauge.builder(
            PREFIX + "channel." + what,
            samples,
            s ->
                (channel.isEmpty() ? s.recentBeside(ofChannel.keySet()) : s.recentLane(channel))
                    .map(of::applyAsDouble)
                    .orElse(Double.NaN))
        .description(says)
        .tag("channel", channel)
        .strongReference(true)
        .register(registry);
  }

  private Meter posts(
      String channel, String outcome, LaneStats stats, ToDoubleFunction<LaneStats> of) {
    return FunctionCounter.builder(PREFIX + "channel.posts", stats, of)
        .description("Posts by outcome")
        .tag("channel", channel)
        .tag("outcome", outcome)
        .register(registry);
  }

  /** Takes away the figures of a channel that is gone. */
  void remove(String channel) {
    List<Meter> meters = ofChannel.remove(channel);
    if (meters != null) {
      meters.forEach(registry::remove);
    }
    Timer timer = posts.remove(channel);
    if (timer != null) {
      registry.remove(timer);
    }
  }

  @Override
  public void answered(String channelId, Outcome outcome, long tookNanos) {
    Timer timer = posts.get(channelId);
    if (timer != null) {
      timer.record(tookNanos, TimeUnit.NANOSECONDS);
    }
  }

  private Timer duration(String channel) {
    return Timer.builder(PREFIX + "channel.post.duration")
        .description("From handing a message to the channel until its answer")
        .tag("channel", channel)
        .serviceLevelObjectives(BUCKETS)
        .register(registry);
  }
}
