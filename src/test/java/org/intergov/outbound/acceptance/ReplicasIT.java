package org.intergov.outbound.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Several gateways on one database. */
@Tag("thorough")
@Execution(ExecutionMode.CONCURRENT)
class ReplicasIT {
  private static final PostgresServer POSTGRES = PostgresServer.shared();

  @RegisterExtension final GatewayExtension gateways = GatewayExtension.onDemand();

  private static String channels(TestChannel channel, String timeout) {
    return """
        channels:
          - id: sg-shared-db
            match: { receiver: SG }
            kind: http
            timeout: %s
            parameters: { url: "%s" }
            retry: { first-delay: 100ms }
            poll: { first-after: 100ms, every: 1s }
        """
        .formatted(timeout, channel.url());
  }

  @Test
  void two_and_then_three_replicas_post_every_message_exactly_once() {
    PostgresServer.Login login = POSTGRES.createEmpty("replicas");
    TestChannel channel = gateways.channelServer();
    GatewayProcess a = gateways.process("replica-a");
    GatewayProcess b = gateways.process("replica-b");
    GatewayProcess c = gateways.process("replica-c");
    List<GatewayProcess> all = List.of(a, b, c);
    all.forEach(g -> g.database(login).channels(channels(channel, "10s")));
    a.launch();
    b.launch();
    a.awaitReady();
    b.awaitReady();
    a.api().submit(Sent.many("SG", "two-a", 300));
    b.api().submit(Sent.many("SG", "two-b", 300));
    awaitAccepted(600);
    c.start();
    for (GatewayProcess g : all) {
      g.api().submit(Sent.many("SG", "three-" + g.apiPort(), 200));
    }
    awaitAccepted(1_200);

    assertThat(channel.posts()).hasSize(1_200);
    assertThat(channel.repeated()).isEmpty();
    assertThat(POSTGRES.stories("replicas"))
        .isEqualTo(Map.of("submitted, posted, confirmed, accepted", 1_200L));
  }

  private static void awaitAccepted(long count) {
    await("all are accepted")
        .pollInterval(Duration.ofMillis(200))
        .untilAsserted(
            () -> assertThat(POSTGRES.lake("replicas")).isEqualTo(Map.of("accepted", count)));
  }

  @Test
  void a_replica_frozen_past_its_lease_writes_nothing_over_what_another_one_did_since() {
    PostgresServer.Login login = POSTGRES.create("frozen");
    TestChannel channel = gateways.channelServer();
    GatewayProcess frozen = gateways.process("replica-frozen");
    GatewayProcess other = gateways.process("replica-other");
    frozen.database(login).channels(channels(channel, "5s")).start();
    List<Sent> messages = Sent.many("SG", "frozen", 10);
    Queue<Runnable> answers = new ConcurrentLinkedQueue<>();
    Reply stored =
        call -> {
          call.store();
          answers.add(() -> Reply.accept().to(call));
        };
    messages.forEach(m -> channel.on(m, stored));
    frozen.api().submit(messages);
    await("all are posted, and none is answered")
        .pollInterval(Duration.ofMillis(5))
        .until(() -> answers.size() == messages.size());
    frozen.freeze();
    answers.forEach(Runnable::run);
    other.database(login).channels(channels(channel, "5s")).start();
    for (Sent message : messages) {
      other.api().awaitEvent(message, "accepted");
    }
    frozen.thaw();
    for (Sent message : messages) {
      other.api().awaitEvent(message, "lease_lost");
    }
    assertThat(channel.duplicates()).isEmpty();
    assertThat(channel.taken()).isEqualTo(messages.size());
    for (Sent message : messages) {
      assertThat(channel.keys(message)).containsExactly(message.reference(), message.reference());
      assertThat(other.api().events(message))
          .containsExactly(
              "submitted",
              "unknown",
              "possible_duplicate",
              "retry_scheduled",
              "posted",
              "confirmed",
              "accepted",
              "lease_lost");
      assertThat(other.api().status(message)).isEqualTo("accepted");
    }
    Sent next = frozen.api().submit(Sent.to("SG", "after-the-thaw"));
    frozen.api().awaitStatus(next, "accepted");
    assertThat(frozen.readyStatus()).isEqualTo(200);
  }
}
