package org.intergov.outbound.monitoring;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;
import org.intergov.outbound.channel.LiveTable;
import org.intergov.outbound.delivery.CircuitState;
import org.intergov.outbound.flow.ChannelLane;

/**
 * Whether {@code channels.yaml} as it is now is in force, and how each channel's lane stands. It is
 * up either way: a gateway that goes by the table it had is ready, and must not be taken out of
 * service for a typing error or a broken partner. Its message says {@code degraded}, and why.
 */
public final class ChannelsHealth extends AbstractHealthCheck {
  private final LiveTable table;
  private final Supplier<Map<String, ChannelLane>> lanes;

  public ChannelsHealth(LiveTable table, Supplier<Map<String, ChannelLane>> lanes) {
    super("intergov", "channels");
    this.table = table;
    this.lanes = lanes;
  }

  @Override
  public boolean isLiveness() {
    return false;
  }

  @Override
  protected void doCall(HealthCheckResultBuilder builder, Map<String, Object> options) {
    table.state().failure().ifPresent(f -> tell(builder, f));
    new TreeMap<>(lanes.get()).forEach((id, lane) -> builder.detail("channel." + id, state(lane)));
    builder.up();
  }

  private static String state(ChannelLane lane) {
    CircuitState circuit = lane.circuit();
    if (lane.isPaused()) {
      return "paused";
    } else if (circuit.phase() == CircuitState.Phase.CLOSED) {
      return "open";
    }
    return "circuit %s for %d s: %s"
        .formatted(circuit.phase().word(), circuit.lasts().toSeconds(), circuit.cause());
  }

  /** The message is for everybody, so the faults are not in it. */
  private static void tell(HealthCheckResultBuilder builder, LiveTable.Failure failure) {
    builder.message(
        "degraded: channels.yaml as it is now has %d faults; the previous table stays in force"
            .formatted(failure.problems().size()));
    builder.detail("channels.yaml", failure.cause().getMessage());
  }
}
