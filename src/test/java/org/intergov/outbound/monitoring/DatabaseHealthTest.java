package org.intergov.outbound.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Optional;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Readiness and the metric say the same of the database, while it answers, fails and hangs. */
class DatabaseHealthTest {
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private long now = Long.MAX_VALUE - 1_000; // nanoTime may wrap
  private Optional<String> trouble = Optional.empty();
  private DatabaseHealth health;

  @BeforeEach
  void make() {
    health = new DatabaseHealth(() -> trouble, () -> now);
    health.setCamelContext(new DefaultCamelContext());
    new Metrics(registry).database(health);
  }

  private void assertUp(boolean up) {
    assertThat(health.call().getState())
        .isEqualTo(up ? HealthCheck.State.UP : HealthCheck.State.DOWN);
    assertThat(registry.get("intergov.database.up").gauge().value()).isEqualTo(up ? 1 : 0);
  }

  @Test
  void it_is_up_until_it_was_first_asked() {
    assertUp(true);
  }

  @Test
  void a_database_that_does_not_answer_is_seen_at_once_and_so_is_its_return() {
    health.look();
    assertUp(true);
    trouble = Optional.of("the disk of the database is full");
    health.look();
    assertUp(false);
    assertThat(health.call().getMessage().orElseThrow())
        .startsWith("the disk of the database is full; intake answers 503");
    trouble = Optional.empty();
    health.look();
    assertUp(true);
  }

  @Test
  void a_question_that_hangs_counts_as_no_answer() {
    health.look();
    now += Duration.ofSeconds(14).toNanos();
    assertUp(true);
    now += Duration.ofSeconds(1).toNanos();
    assertUp(false);
    health.look();
    assertUp(true);
  }
}
