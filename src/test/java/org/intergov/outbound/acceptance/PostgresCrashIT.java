package org.intergov.outbound.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** PostgreSQL crashes while messages come in: what it had not yet written to disk is gone. */
@Execution(ExecutionMode.CONCURRENT)
class PostgresCrashIT {
  private static final String NAME = "postgres_crash";
  private static final int CLIENTS = 20;
  private static final int CRASHES = 6;
  private static final int BETWEEN = 100;

  private final PostgresServer postgres = PostgresServer.own("postgres-crashing");
  private final TestChannel channel = new TestChannel();

  @RegisterExtension
  final GatewayExtension gateway =
      GatewayExtension.named("postgres-crash")
          .with(channel, postgres)
          .database(() -> postgres.create(NAME))
          .channels(
              """
              channels:
                - id: sg-shared-db
                  match: { receiver: SG }
                  kind: http
                  timeout: 2s
                  parameters: { url: "%s" }
                  retry: { attempts: 20, first-delay: 100ms, factor: 1 }
                  poll: { first-after: 100ms, every: 1s }
              """
                  .formatted(channel.url()));

  @Test
  @Tag("thorough")
  void every_message_that_was_answered_201_is_stored_and_ends_whatever_the_database_forgot() {
    Set<Sent> stored;
    try (Clients clients =
        Clients.thatInsist(CLIENTS, gateway::api, n -> Sent.to("SG", "crash-" + n))) {
      for (int crash = 1; crash <= CRASHES; crash++) {
        clients.awaitMore(BETWEEN);
        if (crash % 3 == 0) {
          postgres.kill();
          postgres.start();
        } else {
          // on a busy machine it may only now be falling to the crash before
          await("a session to kill")
              .pollInterval(Duration.ofMillis(2))
              .until(postgres::killSession);
        }
      }
      clients.awaitMore(BETWEEN);
      stored = clients.stop();
    }
    Set<String> references = stored.stream().map(Sent::ref).collect(Collectors.toSet());
    assertThat(missing(references, "delivery_outbox")).as("answered, not in the outbox").isEmpty();
    assertThat(missing(references, "message_lake")).as("answered, not in the lake").isEmpty();
    // those whose answer was lost may be there as well, and end as well
    await("every message is accepted")
        .pollInterval(Duration.ofMillis(200))
        .untilAsserted(() -> assertThat(postgres.lake(NAME)).containsOnlyKeys("accepted"));
    assertThat(postgres.lake(NAME)).isEqualTo(statuses("delivery_outbox"));
    assertThat(channel.duplicates()).isEmpty();
    assertThat(Journals.unannounced(postgres, NAME, channel)).isEmpty();
    assertThat(gateway.process().readyStatus()).isEqualTo(200);
  }

  private Map<String, Long> statuses(String table) {
    return postgres.counts(NAME, "SELECT status, count(*) FROM intergov." + table + " GROUP BY 1");
  }

  private Set<String> missing(Set<String> references, String table) {
    Set<String> missing = new TreeSet<>(references);
    missing.removeAll(
        postgres.counts(NAME, "SELECT sender_ref, 1 FROM intergov." + table).keySet());
    return missing;
  }
}
