package org.intergov.outbound.monitoring;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.intergov.outbound.store.QueueDepths.Depth;
import org.intergov.outbound.store.StoreException;
import org.intergov.outbound.store.StoreUnavailableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How full the queues were a moment ago: read every five seconds, and less often where reading
 * takes long, so that looking never costs more than a hundredth of a core. Whoever asks gets the
 * last sample at once, however often. Thread-safe.
 */
public final class QueueSamples {
  private static final Logger LOG = LoggerFactory.getLogger(QueueSamples.class);
  private static final Duration EVERY = Duration.ofSeconds(5);
  private static final int REST = 100;
  private static final Duration LONGEST_REST = Duration.ofSeconds(15);

  private final Supplier<List<Depth>> reader;
  private final AtomicBoolean reading = new AtomicBoolean();
  private volatile Sample last = new Sample(List.of(), null);
  private volatile long nextAt = System.nanoTime();

  /** What was read, and when; null: not yet. */
  public record Sample(List<Depth> depths, Instant at) {
    Optional<Depth> of(String queue) {
      return depths.stream().filter(d -> d.name().equals(queue)).findFirst();
    }
  }

  public QueueSamples(Supplier<List<Depth>> reader) {
    this.reader = reader;
  }

  /** The last sample. */
  public Sample last() {
    return last;
  }

  /** Reads if it is time to; to be called every now and then, on a thread that may wait. */
  public void refresh() {
    if (System.nanoTime() - nextAt < 0 || !reading.compareAndSet(false, true)) {
      return;
    }
    long begun = System.nanoTime();
    try {
      last = new Sample(reader.get(), Instant.now());
    } catch (StoreException | StoreUnavailableException e) {
      LOG.debug("the queues cannot be read now: {}", e.getMessage());
    } finally {
      long took = System.nanoTime() - begun;
      long rest = Math.min(took * REST, LONGEST_REST.toNanos());
      nextAt = System.nanoTime() + Math.max(EVERY.toNanos(), rest);
      reading.set(false);
    }
  }
}
