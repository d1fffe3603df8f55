package org.intergov.outbound.monitoring;

import java.util.Map;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/**
 * How full the queues were when they were last read. Always up: a backlog is worked off by a
 * gateway that is in service.
 */
public final class QueuesHealth extends AbstractHealthCheck {
  private final QueueSamples samples;

  public QueuesHealth(QueueSamples samples) {
    super("intergov", "queues");
    this.samples = samples;
  }

  @Override
  public boolean isLiveness() {
    return false;
  }

  @Override
  protected void doCall(HealthCheckResultBuilder builder, Map<String, Object> options) {
    QueueSamples.Sample sample = samples.last();
    builder.detail("as-of", String.valueOf(sample.at()));
    sample
        .depths()
        .queues()
        .forEach(
            d ->
                builder.detail(
                    d.name(),
                    "%d wait, the oldest for %d s; %d wait for an operator"
                        .formatted(d.depth(), d.oldestSeconds(), d.stuck())));
    builder.up();
  }
}
