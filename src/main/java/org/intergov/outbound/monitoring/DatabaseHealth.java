package org.intergov.outbound.monitoring;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/**
 * Ready only while the database answers and takes writes, as it was when it was last looked at: a
 * probe never waits for the database. A channel in trouble does not make the gateway unready.
 * Thread-safe.
 */
public final class DatabaseHealth extends AbstractHealthCheck {
  private static final Duration STALE = Duration.ofSeconds(15);

  private final Supplier<Optional<String>> asked;
  private final LongSupplier nanoTime;
  private volatile Optional<String> trouble = Optional.empty();
  private volatile long lookedAt;

  /**
   * @param asked asks the database; gives why nothing can be stored, in words, if so
   */
  public DatabaseHealth(Supplier<Optional<String>> asked) {
    this(asked, System::nanoTime);
  }

  DatabaseHealth(Supplier<Optional<String>> asked, LongSupplier nanoTime) {
    super("intergov", "database");
    this.asked = asked;
    this.nanoTime = nanoTime;
    this.lookedAt = nanoTime.getAsLong();
  }

  /** Asks the database; to be called every second, on a thread that may wait. */
  public void look() {
    trouble = asked.get();
    lookedAt = nanoTime.getAsLong();
  }

  /** Whether all was well when it was last asked, and that is not long ago, or it never was. */
  boolean isUp() {
    return troubleNow().isEmpty();
  }

  private Optional<String> troubleNow() {
    boolean isStale = nanoTime.getAsLong() - lookedAt >= STALE.toNanos();
    return isStale ? Optional.of("the database does not answer") : trouble;
  }

  @Override
  public boolean isLiveness() {
    return false;
  }

  @Override
  protected void doCall(HealthCheckResultBuilder builder, Map<String, Object> options) {
    troubleNow()
        .ifPresentOrElse(
            words -> builder.message(words + "; intake answers 503 until that is over").down(),
            builder::up);
  }
}
