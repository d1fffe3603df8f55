package org.intergov.outbound.monitoring;

import java.util.Map;
import java.util.function.BooleanSupplier;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/**
 * Ready only while the database answers. A channel in trouble does not make the gateway unready.
 */
public final class DatabaseHealth extends AbstractHealthCheck {
  private final BooleanSupplier answers;

  public DatabaseHealth(BooleanSupplier answers) {
    super("intergov", "database");
    this.answers = answers;
  }

  @Override
  public boolean isLiveness() {
    return false;
  }

  @Override
  protected void doCall(HealthCheckResultBuilder builder, Map<String, Object> options) {
    if (answers.getAsBoolean()) {
      builder.up();
    } else {
      builder.message("the database does not answer; intake answers 503 until it does").down();
    }
  }
}
