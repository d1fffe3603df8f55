package org.intergov.outbound.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A channel that is given the messages of each subject in order, whatever goes wrong. */
@Tag("thorough")
@Execution(ExecutionMode.CONCURRENT)
class OrderingIT {
  private static final PostgresServer POSTGRES = PostgresServer.shared();
  private static final int SUBJECTS = 20;
  private static final int EACH = 15;
  private static final long ALL = SUBJECTS * EACH;

  private final TestChannel channel = new TestChannel();

  @RegisterExtension
  final GatewayExtension gateways =
      GatewayExtension.named("ordering")
          .replicas("a", "b")
          .with(channel)
          .channels(
              """
              defaults:
                timeout: 1s
                retry: { attempts: 100, first-delay: 100ms, factor: 2, max-delay: 500ms }
                poll: { first-after: 100ms, every: 1s }
              channels:
                - id: sg
                  match: { receiver: SG }
                  kind: http
                  ordering: subject
                  circuit: off
                  parameters: { url: "%s" }
              """
                  .formatted(channel.url()));

  @Test
  void two_replicas_that_are_killed_in_turn_keep_the_order_of_each_subject_among_faults() {
    GatewayProcess a = gateways.process("a");
    GatewayProcess b = gateways.process("b");
    Set<String> seen = ConcurrentHashMap.newKeySet();
    channel.otherwise(post -> fault(post, seen.add(post.key())));
    a.api().submit(messages());
    for (GatewayProcess killed : List.of(a, b)) {
      int posts = killed == a ? 60 : 150;
      await(posts + " posts")
          .pollInterval(Duration.ofMillis(5))
          .until(() -> channel.posts().size() >= posts);
      killed.kill9();
      killed.launch();
    }
    await("all are accepted")
        .pollInterval(Duration.ofMillis(500))
        .untilAsserted(
            () -> assertThat(POSTGRES.lake("ordering")).isEqualTo(Map.of("accepted", ALL)));

    Map<String, List<Integer>> order = new TreeMap<>();
    for (TestChannel.Post post : channel.posts()) {
      order.computeIfAbsent(post.subject(), s -> new ArrayList<>()).add(number(post));
    }
    assertThat(order).hasSize(SUBJECTS);
    order.forEach(
        (subject, numbers) -> {
          assertThat(numbers).as(subject + ", attempts and all").isSorted();
          assertThat(new HashSet<>(numbers)).hasSize(EACH);
        });
    assertThat(POSTGRES.journal("ordering")).doesNotContainKeys("held", "rejected", "failed_over");
  }

  /** One of each subject in turn. */
  private static List<Sent> messages() {
    List<Sent> messages = new ArrayList<>();
    for (int n = 0; n < EACH; n++) {
      for (int s = 0; s < SUBJECTS; s++) {
        messages.add(
            new Sent(
                "m-" + s + "-" + n,
                "SG",
                "AU.subject-" + s,
                "https://trade.example/" + n,
                "UN.CEFACT.Trade.CertificateOfOrigin.created"));
      }
    }
    return messages;
  }

  private static int number(TestChannel.Post post) {
    String obj = post.body().path("obj").asText();
    return Integer.parseInt(obj.substring(obj.lastIndexOf('/') + 1));
  }

  /** On the first post of a third of the messages. */
  private static Reply fault(TestChannel.Post post, boolean isFirst) {
    int kind = isFirst ? (number(post) * 31 + post.subject().hashCode() & 0xff) % 12 : 12;
    return switch (kind) {
      case 0 -> Reply.status(500);
      case 1 -> Reply.status(503);
      case 2 -> Reply.reset();
      case 3 -> Reply.storeThenReset();
      default -> Reply.accept();
    };
  }
}
