package org.intergov.outbound.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A channel that nobody can connect to for longer than all attempts at it take. */
@Execution(ExecutionMode.CONCURRENT)
class ChannelDownIT {
  private static final PostgresServer POSTGRES = PostgresServer.shared();

  /** Five attempts take fifteen seconds. */
  private static final Duration DOWN = Duration.ofSeconds(25);

  private final TestChannel down = new TestChannel();
  private final TestChannel healthy = new TestChannel();

  @RegisterExtension
  final GatewayExtension gateway =
      GatewayExtension.named("channel-down")
          .with(down, healthy)
          .channels(
              """
              defaults:
                retry: { attempts: 5, first-delay: 1s, factor: 2, max-delay: 10s }
                poll: { first-after: 100ms, every: 1s }
              channels:
                - id: sg-down
                  match: { receiver: SG }
                  kind: http
                  parameters: { url: "%s" }
                - id: nz-healthy
                  match: { receiver: NZ }
                  kind: http
                  parameters: { url: "%s" }
              """
                  .formatted(down.url(), healthy.url()));

  @Test
  void a_channel_that_is_down_loses_none_of_400_messages_and_others_do_not_wait_for_them() {
    Sent before = gateway.api().submit(Sent.to("SG", "before"));
    gateway.api().awaitStatus(before, "accepted");
    down.refuseConnections();
    Instant since = Instant.now();
    List<Sent> waiting = gateway.api().submit(Sent.many("SG", "waiting", 400));
    int round = 0;
    long flowed = 0;
    while (Duration.between(since, Instant.now()).compareTo(DOWN) < 0) {
      List<Sent> others = gateway.api().submit(Sent.many("NZ", "healthy-" + ++round, 20));
      flowed += others.size();
      long all = flowed + 1;
      await("the healthy lane flows")
          .pollInterval(Duration.ofMillis(500))
          .untilAsserted(
              () ->
                  assertThat(POSTGRES.lake("channel_down"))
                      .isEqualTo(Map.of("accepted", all, "pending", 400L)));
    }
    assertThat(POSTGRES.journal("channel_down")).doesNotContainKeys("rejected", "held");
    down.open();
    long all = flowed + 401;
    await("all are accepted once the channel is back")
        .pollInterval(Duration.ofMillis(200))
        .untilAsserted(
            () -> assertThat(POSTGRES.lake("channel_down")).isEqualTo(Map.of("accepted", all)));
    assertThat(down.repeated()).isEmpty();
    assertThat(down.taken()).isEqualTo(waiting.size() + 1);
    assertThat(POSTGRES.journal("channel_down"))
        .containsEntry("posted", all)
        .doesNotContainKeys("rejected", "held", "unknown", "possible_duplicate");
  }
}
