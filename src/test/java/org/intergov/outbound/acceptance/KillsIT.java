package org.intergov.outbound.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * The gateway is killed at the worst moments. Leases hold for twice the channel's timeout and 10 s,
 * so what a killed gateway held comes back after 12 to 14 s.
 */
@Execution(ExecutionMode.CONCURRENT)
class KillsIT {
  private static final PostgresServer POSTGRES = PostgresServer.shared();

  @RegisterExtension final GatewayExtension gateways = GatewayExtension.onDemand();

  @Test
  void a_message_whose_gateway_died_between_post_and_settle_is_sent_again_under_the_same_key() {
    TestChannel channel = gateways.channelServer();
    GatewayProcess gateway = gateways.process("killed-between");
    gateway
        .database(POSTGRES.create("killed_between"))
        .channels(
            """
            channels:
              - id: sg-shared-db
                match: { receiver: SG }
                kind: http
                timeout: 2s
                parameters: { url: "%s" }
                retry: { first-delay: 100ms }
                poll: { first-after: 100ms, every: 500ms }
              - id: sg-second
                match: { receiver: SG }
                kind: http
                parameters: { url: "http://127.0.0.1:%d" }
            """
                .formatted(channel.url(), Ports.free()))
        .start();
    Sent message = Sent.to("SG", "killed-between");
    channel.on(message, Reply.storeThenSilence());
    gateway.api().submit(message);
    await().pollInterval(Duration.ofMillis(5)).until(() -> channel.has(message));
    gateway.kill9();
    gateway.start();
    gateway.api().awaitEvent(message, "accepted");

    assertThat(gateway.api().events(message))
        .containsExactly(
            "submitted",
            "unknown",
            "possible_duplicate",
            "retry_scheduled",
            "posted",
            "confirmed",
            "accepted");
    assertThat(channel.keys(message)).containsExactly(message.reference(), message.reference());
    assertThat(channel.taken()).isEqualTo(1);
    assertThat(gateway.api().status(message)).isEqualTo("accepted");
  }

  @Test
  @Tag("long")
  void five_kills_among_faults_of_every_kind_lose_nothing_and_reject_nothing_by_themselves() {
    int count = 2_000;
    TestChannel first = gateways.channelServer();
    TestChannel second = gateways.channelServer();
    GatewayProcess gateway = gateways.process("five-kills");
    Set<String> seen = new HashSet<>();
    first.otherwise(post -> fault(post, seen.add(post.key())));
    second.otherwise(post -> number(post) % 100 == 2 ? Reply.status(422) : Reply.accept());
    gateway
        .database(POSTGRES.create("five_kills"))
        .channels(
            """
            defaults:
              timeout: 1s
              retry: { attempts: 12, first-delay: 100ms, factor: 2, max-delay: 1s }
              circuit: off
              poll: { first-after: 100ms, every: 1s }
            channels:
              - id: sg-first
                match: { receiver: SG }
                kind: http
                idempotent: true
                parameters: { url: "%s" }
              - id: sg-second
                match: { receiver: SG }
                kind: http
                idempotent: true
                parameters: { url: "%s" }
            """
                .formatted(first.url(), second.url()))
        .start();
    List<Sent> messages = gateway.api().submit(Sent.many("SG", "kills", count));
    for (int kill = 1; kill <= 5; kill++) {
      int posts = 150 * kill;
      await("posts before kill " + kill)
          .pollInterval(Duration.ofMillis(5))
          .until(() -> first.posts().size() >= posts);
      gateway.kill9();
      gateway.start();
    }
    await("every message has ended")
        .pollInterval(Duration.ofMillis(500))
        .untilAsserted(
            () ->
                assertThat(POSTGRES.lake("five_kills"))
                    .isEqualTo(Map.of("accepted", count - 20L, "rejected", 20L)));

    assertThat(first.duplicates()).isEmpty();
    assertThat(second.duplicates()).isEmpty();
    // the second channel saw exactly those that the first one refused, whatever else happened
    Set<String> atSecond =
        second.posts().stream().map(TestChannel.Post::key).collect(Collectors.toSet());
    Set<String> refused =
        messages.stream()
            .filter(m -> number(m.ref()) % 10 == 2)
            .map(Sent::reference)
            .collect(Collectors.toSet());
    assertThat(atSecond).isEqualTo(refused);
    // every message is at one channel, and only the twice refused ones at none
    for (Sent message : messages) {
      boolean twiceRefused = number(message.ref()) % 100 == 2;
      assertThat((first.has(message) ? 1 : 0) + (second.has(message) ? 1 : 0))
          .as(message.reference())
          .isEqualTo(twiceRefused ? 0 : 1);
    }
    // with the lake in the same database, what it shows has been journaled with it
    Map<String, Long> events = POSTGRES.journal("five_kills");
    assertThat(events)
        .containsEntry("submitted", (long) count)
        .containsEntry("posted", count - 20L)
        .containsEntry("confirmed", count - 20L)
        .containsEntry("accepted", count - 20L)
        .containsEntry("rejected", 20L)
        .doesNotContainKeys("held", "expired", "gave_up", "lease_lost");
  }

  /** Each kind of fault on the first post of a tenth of the messages; refusals are for good. */
  private static Reply fault(TestChannel.Post post, boolean isFirst) {
    int kind = number(post) % 10;
    if (kind == 2) {
      return Reply.status(400);
    }
    if (!isFirst) {
      return Reply.accept();
    }
    return switch (kind) {
      case 0 -> Reply.status(500);
      case 1 -> Reply.status(503);
      case 3 -> Reply.store(201, "{\"state\": \"created\"}");
      case 4 -> Reply.reset();
      case 5 -> Reply.after(Duration.ofMillis(2_500), Reply.accept());
      case 6 -> Reply.storeThenReset();
      default -> Reply.accept();
    };
  }

  private static int number(TestChannel.Post post) {
    return number(post.subject());
  }

  private static int number(String name) {
    return Integer.parseInt(name.substring(name.lastIndexOf('-') + 1));
  }
}
