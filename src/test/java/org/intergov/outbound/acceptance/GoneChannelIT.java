package org.intergov.outbound.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * A channel leaves the table while very many messages wait for it, and the gateway is killed while
 * it routes them anew. None of them was ever sent, so none may be taken for one that perhaps was.
 */
@Execution(ExecutionMode.CONCURRENT)
class GoneChannelIT {
  private static final PostgresServer POSTGRES = PostgresServer.shared();

  @RegisterExtension final GatewayExtension gateways = GatewayExtension.onDemand();

  @Test
  @Tag("thorough")
  void what_waits_for_a_channel_that_is_gone_takes_another_although_the_gateway_is_killed()
      throws SQLException {
    // the first thousand tell what becomes of the others
    waitsForAChannelThatIsGone("gone_channel", 20_000, 1_000);
  }

  @Test
  @Tag("long")
  void so_do_150_000() throws SQLException {
    waitsForAChannelThatIsGone("gone_channel_of_many", 150_000, 150_000);
    assertThat(POSTGRES.journal("gone_channel_of_many"))
        .containsEntry("submitted", 150_000L)
        .containsEntry("posted", 150_000L);
  }

  /**
   * @param count messages that wait
   * @param taken so many of them the other channel has taken when this ends
   */
  private void waitsForAChannelThatIsGone(String name, int count, int taken) throws SQLException {
    TestChannel gone = gateways.channelServer();
    TestChannel other = gateways.channelServer();
    GatewayProcess gateway = gateways.process(name);
    String one =
        """
          - id: sg-gone
            match: { receiver: SG }
            kind: http
            on-unknown: hold
            parameters: { url: "%s" }
        """
            .formatted(gone.url());
    // what becomes of them afterwards is not the matter here
    String another =
        """
          - id: sg-other
            match: { receiver: SG }
            kind: http
            on-unknown: hold
            concurrency: 64
            poll: { first-after: 1h }
            parameters: { url: "%s" }
        """
            .formatted(other.url());
    gateway.database(POSTGRES.create(name)).channels("channels:\n" + one + another).start();
    call(gateway, "/channels/sg-gone/pause");
    call(gateway, "/channels/sg-other/pause");
    POSTGRES.execute(
        name,
        "INSERT INTO intergov.delivery_outbox (sender, sender_ref, receiver, subject, obj,"
            + " predicate, channel_id)"
            + " SELECT 'AU', 'gone-' || i, 'SG', 'AU.gone-' || i, 'Qm',"
            + " 'UN.CEFACT.Trade.created', 'sg-gone' FROM generate_series(1, ?) i",
        count);

    gateway.channels("channels:\n" + another);
    await("it has begun to route them anew")
        .pollInterval(Duration.ofMillis(5))
        .until(() -> lanes(name).getOrDefault("sg-other", 0L) > 0);
    gateway.kill9();
    assertThat(lanes(name)).as("and has not come to their end").containsKey("sg-gone");
    gateway.start();
    awaitWithoutOneHeld(name, "all have another channel")
        .untilAsserted(() -> assertThat(lanes(name)).isEqualTo(Map.of("sg-other", (long) count)));

    call(gateway, "/channels/sg-other/resume");
    awaitWithoutOneHeld(name, "the other channel takes them")
        .until(() -> statuses(name).getOrDefault("accepted", 0L) >= taken);
    assertThat(other.posts()).hasSizeGreaterThanOrEqualTo(taken).hasSizeLessThanOrEqualTo(count);
    assertThat(other.repeated()).isEmpty();
    assertThat(gone.posts()).isEmpty();
    assertThat(statuses(name)).doesNotContainKeys("held", "rejected");
    assertThat(POSTGRES.journal(name))
        .containsKeys("submitted", "posted")
        .doesNotContainKeys("held", "unknown", "possible_duplicate", "lease_lost", "rejected");
  }

  private static ConditionFactory awaitWithoutOneHeld(String name, String what) {
    return await(what)
        .atMost(Duration.ofMinutes(10))
        .pollInterval(Duration.ofMillis(500))
        .failFast(() -> assertThat(statuses(name)).as("was never sent").doesNotContainKey("held"));
  }

  private static void call(GatewayProcess gateway, String path) {
    assertThat(gateway.api().call("POST", path, null, null).status()).isEqualTo(200);
  }

  private static Map<String, Long> lanes(String name) {
    return POSTGRES.counts(
        name, "SELECT channel_id, count(*) FROM intergov.delivery_outbox GROUP BY 1");
  }

  private static Map<String, Long> statuses(String name) {
    return POSTGRES.counts(
        name, "SELECT status, count(*) FROM intergov.delivery_outbox GROUP BY 1");
  }
}
