package org.intergov.outbound.monitoring;

import java.util.Map;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;
import org.intergov.outbound.channel.LiveTable;

/**
 * Whether {@code channels.yaml} as it is now is in force. It is up either way: a gateway that goes
 * by the table it had is ready, and must not be taken out of service for a typing error. Its
 * message says {@code degraded}, and why.
 */
public final class ChannelsHealth extends AbstractHealthCheck {
  private final LiveTable table;

  public ChannelsHealth(LiveTable table) {
    super("intergov", "channels");
    this.table = table;
  }

  @Override
  public boolean isLiveness() {
    return false;
  }

  @Override
  protected void doCall(HealthCheckResultBuilder builder, Map<String, Object> options) {
    table.state().failure().ifPresent(f -> builder.message("degraded: " + describe(f)));
    builder.up();
  }

  private static String describe(LiveTable.Failure failure) {
    return "the table read before stays in force, since " + failure.cause().getMessage();
  }
}
