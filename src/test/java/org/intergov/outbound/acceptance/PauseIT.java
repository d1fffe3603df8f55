package org.intergov.outbound.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A lane that an operator has paused, on two replicas and over a restart. */
@Tag("thorough")
@Execution(ExecutionMode.CONCURRENT)
class PauseIT {
  private static final PostgresServer POSTGRES = PostgresServer.shared();

  private final TestChannel channel = new TestChannel();

  @RegisterExtension
  final GatewayExtension gateways =
      GatewayExtension.named("pause")
          .replicas("a", "b")
          .with(channel)
          .channels(
              """
              defaults: { timeout: 5m, poll: { first-after: 100ms, every: 1s } }
              channels:
                - { id: sg, match: { receiver: SG }, kind: http, parameters: { url: "%1$s" } }
                - { id: gb, match: { receiver: GB }, kind: http, parameters: { url: "%1$s" } }
              """
                  .formatted(channel.url()));

  @Test
  void a_pause_holds_on_every_replica_and_over_a_restart_until_somebody_ends_it() {
    GatewayProcess a = gateways.process("a");
    GatewayProcess b = gateways.process("b");
    call(a, "/channels/sg/pause?reason=their%20migration");
    JsonNode paused = lane(a);
    assertThat(paused.path("state").asText()).isEqualTo("paused");
    assertThat(paused.path("paused_reason").asText()).isEqualTo("their migration");
    assertThat(lane(b).path("paused_at")).isEqualTo(paused.path("paused_at"));
    a.api().submit(Sent.many("SG", "waits-a", 5));
    b.api().submit(Sent.many("SG", "waits-b", 5));
    othersFlow(a, "one");
    othersFlow(b, "two");

    assertThat(a.terminate()).isZero();
    b.kill9();
    a.start();
    othersFlow(a, "three");
    b.start();
    othersFlow(b, "four");
    assertThat(lane(b)).isEqualTo(lane(a));
    assertThat(lane(a).path("paused_at")).isEqualTo(paused.path("paused_at"));
    assertThat(lane(a).path("waiting").asInt()).isEqualTo(10);
    assertThat(channel.taken()).as("the others alone").isEqualTo(4);

    call(b, "/channels/sg/resume");
    for (String name : List.of("waits-a", "waits-b")) {
      a.api().awaitStatus(Sent.many("SG", name, 5), "accepted");
    }
    assertThat(lane(a).path("state").asText()).isEqualTo("open");
    assertThat(channel.repeated()).isEmpty();
  }

  /** So this replica has claimed since. */
  private static void othersFlow(GatewayProcess gateway, String name) {
    gateway.api().awaitStatus(gateway.api().submit(Sent.to("GB", name)), "accepted");
  }

  private static void call(GatewayProcess gateway, String path) {
    assertThat(gateway.api().call("POST", path, null, null).status()).isEqualTo(200);
  }

  private static JsonNode lane(GatewayProcess gateway) {
    JsonNode lane = gateway.api().get("/channels").json().get(0);
    // what differs from replica to replica, and from moment to moment
    ((com.fasterxml.jackson.databind.node.ObjectNode) lane)
        .remove(List.of("circuit_since", "oldest_seconds"));
    return lane;
  }
}
