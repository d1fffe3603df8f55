package org.intergov.outbound.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** PostgreSQL goes away under load and comes back. */
@Execution(ExecutionMode.CONCURRENT)
class DatabaseRestartIT {
  private static final PostgresServer POSTGRES = PostgresServer.own("postgres-restarted");

  @RegisterExtension
  static final GatewayExtension GATEWAYS = GatewayExtension.onDemand().with(POSTGRES);

  @Test
  void the_gateway_outlives_a_restart_of_its_database_and_loses_and_repeats_nothing() {
    TestChannel channel = GATEWAYS.channelServer();
    GatewayProcess gateway = GATEWAYS.process("database-restart");
    // slow enough that posts are in flight when the database goes
    channel.otherwise(post -> Reply.after(Duration.ofMillis(50), Reply.accept()));
    gateway
        .database(POSTGRES.create("restarted"))
        // leases outlast the outage, else the journal would say that some ran out
        .channels(channel.table("timeout: 5m", "poll: { first-after: 100ms, every: 1s }"))
        .start();
    long pid = gateway.pid();
    gateway.api().submit(Sent.many("SG", "load", 400));
    await("load").until(() -> channel.posts().size() >= 100);
    POSTGRES.stop();
    await("ready goes down").until(() -> gateway.readyStatus() == 503);
    await("figures say so").until(() -> gateway.metrics().contains("\nintergov_database_up 0.0\n"));
    assertThat(gateway.liveStatus()).isEqualTo(200);
    Api.Answer refused = gateway.api().post(Sent.to("SG", "meanwhile").json());
    assertThat(refused.status()).isEqualTo(503);
    assertThat(refused.header("Retry-After")).matches("[0-9]+");
    assertThat(refused.header("Content-Type")).startsWith("application/problem+json");
    POSTGRES.start();
    await("ready comes back").until(() -> gateway.readyStatus() == 200);
    gateway.api().submit(Sent.to("SG", "meanwhile"));
    int sent = 401;
    await("all are accepted")
        .pollInterval(Duration.ofMillis(200))
        .untilAsserted(
            () ->
                assertThat(POSTGRES.lake("restarted")).isEqualTo(Map.of("accepted", (long) sent)));
    await("figures say that it is back")
        .until(() -> gateway.metrics().contains("\nintergov_database_up 1.0\n"));
    assertThat(gateway.pid()).isEqualTo(pid);
    assertThat(gateway.isAlive()).isTrue();
    assertThat(channel.taken()).isEqualTo(sent);
    assertThat(channel.duplicates()).isEmpty();
    assertThat(channel.repeated()).isEmpty();
    assertThat(POSTGRES.stories("restarted"))
        .isEqualTo(Map.of("submitted, posted, confirmed, accepted", (long) sent));
  }

  @Test
  void a_database_that_takes_no_writes_is_not_ready_and_the_words_say_why() throws SQLException {
    TestChannel channel = GATEWAYS.channelServer();
    GatewayProcess gateway = GATEWAYS.process("database-read-only");
    gateway
        .database(POSTGRES.create("read_only"))
        .channels(channel.table("poll: { first-after: 100ms, every: 1s }"))
        .start();
    Sent before = gateway.api().submit(Sent.to("SG", "before"));
    gateway.api().awaitStatus(before, "accepted");

    readOnly("SET default_transaction_read_only = on");
    await("not ready")
        .untilAsserted(() -> assertThat(gateway.health()).contains("the database is read-only"));
    assertThat(gateway.readyStatus()).isEqualTo(503);
    assertThat(gateway.liveStatus()).isEqualTo(200);
    Sent meanwhile = Sent.to("SG", "meanwhile");
    await("said to clients")
        .untilAsserted(
            () -> {
              Api.Answer refused = gateway.api().post(meanwhile.json());
              assertThat(refused.status()).isEqualTo(503);
              assertThat(refused.body()).contains("The database is read-only; nothing was stored");
            });

    readOnly("RESET default_transaction_read_only");
    await("ready").until(() -> gateway.readyStatus() == 200);
    gateway.api().awaitStatus(gateway.api().submit(meanwhile), "accepted");
    assertThat(POSTGRES.lake("read_only")).isEqualTo(Map.of("accepted", 2L));
  }

  private static void readOnly(String change) throws SQLException {
    try (Connection connection = POSTGRES.connect(PostgresServer.MAINTENANCE);
        Statement s = connection.createStatement()) {
      s.execute("ALTER DATABASE read_only " + change);
      s.execute(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'read_only'");
    }
  }
}
