package org.intergov.outbound.monitoring;

import java.time.Duration;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/**
 * Ready only while the database answers, as it was when it was last looked at: a probe never waits
 * for the database. A channel in trouble does not make the gateway unready. Thread-safe.
 */
public final class DatabaseHealth extends AbstractHealthCheck {
  private static final Duration STALE = Duration.ofSeconds(15);

  private final BooleanSupplier answers;
  private volatile boolean answered = true;
  private volatile long lookedAt = System.nanoTime();

  public DatabaseHealth(BooleanSupplier answers) {
    super("intergov", "database");
    this.answers = answers;
  }

  /** Asks the database; to be called every second, on a thread that may wait. */
  public void look() {
    answered = answers.getAsBoolean();
    lookedAt = System.nanoTime();
  }

  private boolean isUp() {
    return answered && System.nanoTime() - lookedAt < STALE.toNanos();
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
