package org.intergov.outbound.monitoring;

import java.time.Duration;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/**
 * Ready only while the database answers, as it was when it was last looked at: a probe never waits
 * for the database. A channel in trouble does not make the gateway unready. Thread-safe.
 */
public final class DatabaseHealth extends AbstractHealthCheck {
  private static final Duration STALE = Duration.ofSeconds(15);

  private final BooleanSupplier answers;
  private final LongSupplier nanoTime;
  private volatile boolean answered = true;
  private volatile long lookedAt;

  public DatabaseHealth(BooleanSupplier answers) {
    this(answers, System::nanoTime);
  }

  DatabaseHealth(BooleanSupplier answers, LongSupplier nanoTime) {
    super("intergov", "database");
    this.answers = answers;
    this.nanoTime = nanoTime;
    this.lookedAt = nanoTime.getAsLong();
  }

  /** Asks the database; to be called every second, on a thread that may wait. */
  public void look() {
    answered = answers.getAsBoolean();
    lookedAt = nanoTime.getAsLong();
  }

  /** Whether it answered when last asked, and that is not long ago. True until first asked. */
  boolean isUp() {
    return answered && nanoTime.getAsLong() - lookedAt < STALE.toNanos();
  }

  @Override
  public boolean isLiveness() {
    return false;
  }

  @Override
  protected void doCall(HealthCheckResultBuilder builder, Map<String, Object> options) {
    if (isUp()) {
      builder.up();
    } else {
      builder.message("the database does not answer; intake answers 503 until it does").down();
    }
  }
}
