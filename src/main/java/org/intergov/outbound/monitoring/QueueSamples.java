package org.intergov.outbound.monitoring;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.intergov.outbound.store.database.StoreException;
import org.intergov.outbound.store.database.StoreUnavailableException;
import org.intergov.outbound.store.views.QueueDepths.Depth;
import org.intergov.outbound.store.views.QueueDepths.Depths;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How full the queues were a moment ago: read every five seconds, and where reading takes long
 * every fifteen. Whoever asks gets the last sample at once, however often. Thread-safe.
 */
public final class QueueSamples {
  private static final Logger LOG = LoggerFactory.getLogger(QueueSamples.class);
  private static final Duration EVERY = Duration.ofSeconds(5);
  private static final int REST = 100;
  private static final Duration LONGEST_REST = Duration.ofSeconds(15);

  /** Older than this a sample says nothing about now. */
  static final Duration STALE = Duration.ofSeconds(60);

  private final Supplier<Depths> reader;
  private final LongSupplier nanoTime;
  private final AtomicBoolean reading = new AtomicBoolean();
  private volatile Sample last = new Sample(new Depths(List.of(), Map.of()), null);
  private volatile long nextAt;
  private volatile long succeededAt;

  /** What was read, and when; null: not yet. */
  public record Sample(Depths depths, Instant at) {
    Optional<Depth> of(String queue) {
      return depths.queues().stream().filter(d -> d.name().equals(queue)).findFirst();
    }
  }

  public QueueSamples(Supplier<Depths> reader) {
    this(reader, System::nanoTime);
  }

  QueueSamples(Supplier<Depths> reader, LongSupplier nanoTime) {
    this.reader = reader;
    this.nanoTime = nanoTime;
    this.nextAt = nanoTime.getAsLong();
    this.succeededAt = nextAt;
  }

  /** The last sample, however old. */
  public Sample last() {
    return last;
  }

  /** A queue as it was at most {@link #STALE} ago. */
  Optional<Depth> recent(String queue) {
    return isStale() ? Optional.empty() : last.of(queue);
  }

  /** What of the delivery outbox is one channel's, as it was at most {@link #STALE} ago. */
  Optional<Depth> recentLane(String channelId) {
    return recentLanes()
        .map(lanes -> lanes.getOrDefault(channelId, new Depth(channelId, 0, 0, 0, 0)));
  }

  /** The rest of the delivery outbox: not routed yet, or of a channel that is not among these. */
  Optional<Depth> recentBeside(Set<String> channelIds) {
    return recentLanes()
        .map(
            lanes ->
                Depth.sum(
                    "",
                    lanes.values().stream().filter(d -> !channelIds.contains(d.name())).toList()));
  }

  private Optional<Map<String, Depth>> recentLanes() {
    return isStale() || last.at() == null ? Optional.empty() : Optional.of(last.depths().lanes());
  }

  private boolean isStale() {
    return nanoTime.getAsLong() - succeededAt > STALE.toNanos();
  }

  /** Reads if it is time to; to be called every now and then, on a thread that may wait. */
  public void refresh() {
    long begun = nanoTime.getAsLong();
    if (begun - nextAt < 0 || !reading.compareAndSet(false, true)) {
      return;
    }
    try {
      last = new Sample(reader.get(), Instant.now());
      succeededAt = begun;
    } catch (StoreUnavailableException e) {
      LOG.debug("the queues cannot be read while the database is away: {}", e.getMessage());
    } catch (StoreException e) {
      LOG.warn("the queues cannot be read, so their figures are missing: {}", e.getMessage());
    } finally {
      long ended = nanoTime.getAsLong();
      long rest = Math.min((ended - begun) * REST, LONGEST_REST.toNanos());
      nextAt = ended + Math.max(EVERY.toNanos(), rest);
      reading.set(false);
    }
  }
}
