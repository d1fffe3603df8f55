package org.intergov.outbound.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * A replica freezes in the middle of a claim from a lane with an order, and holds the lane's lock.
 * A transaction of the test stands for it: to the others it is the same.
 */
@Execution(ExecutionMode.CONCURRENT)
class OrderedFreezeIT {
  private static final PostgresServer POSTGRES = PostgresServer.shared();
  private static final String NAME = "ordered_freeze";
  private static final int SUBJECTS = 10;
  private static final int EACH = 5;

  /** As the lanes take it: the word {@code orde}, and the channel. */
  private static final String LOCK =
      "SELECT pg_advisory_xact_lock(" + 0x6f726465 + ", hashtext(?))"; // no hex before version 16

  private final TestChannel ordered = new TestChannel();
  private final TestChannel free = new TestChannel();

  @RegisterExtension
  final GatewayExtension gateway =
      GatewayExtension.named("ordered-freeze")
          .with(ordered, free)
          .channels(
              """
              defaults:
                timeout: 10s
                poll: { first-after: 100ms, every: 1s }
              channels:
                - id: sg-ordered
                  match: { receiver: SG }
                  kind: http
                  ordering: subject
                  parameters: { url: "%s" }
                - id: nz-free
                  match: { receiver: NZ }
                  kind: http
                  parameters: { url: "%s" }
              """
                  .formatted(ordered.url(), free.url()));

  @Test
  void the_other_lanes_are_settled_meanwhile_and_the_lane_itself_goes_on_in_order_afterwards()
      throws SQLException {
    // the first of each subject are answered when the lock is held, neither before nor much later
    Queue<Runnable> answers = new ConcurrentLinkedQueue<>();
    AtomicBoolean held = new AtomicBoolean();
    ordered.otherwise(
        post -> held.get() ? Reply.accept() : call -> answers.add(() -> Reply.accept().to(call)));
    List<Sent> inOrder = gateway.api().submit(messages());
    await("the first of each subject are under way")
        .pollInterval(Duration.ofMillis(5))
        .until(() -> answers.size() == SUBJECTS);
    try (Connection frozen = POSTGRES.connect(NAME);
        PreparedStatement lock = frozen.prepareStatement(LOCK)) {
      frozen.setAutoCommit(false);
      lock.setString(1, "sg-ordered");
      lock.execute();
      held.set(true);
      answers.forEach(Runnable::run);
      await("they are answered, and their outcomes want to be written")
          .until(() -> ordered.taken() == SUBJECTS);
      for (int wave = 1; wave <= 4; wave++) {
        List<Sent> others = gateway.api().submit(Sent.many("NZ", "wave-" + wave, 25));
        gateway.api().awaitStatus(others, "accepted");
      }
      assertThat(ordered.posts()).as("nothing is claimed past the lock").hasSize(SUBJECTS);
      frozen.rollback();
    }
    inOrder.forEach(m -> gateway.api().awaitEvent(m, "accepted"));

    Map<String, List<Integer>> order = new TreeMap<>();
    ordered
        .posts()
        .forEach(p -> order.computeIfAbsent(p.subject(), s -> new ArrayList<>()).add(number(p)));
    assertThat(order).hasSize(SUBJECTS);
    assertThat(order.values()).allSatisfy(n -> assertThat(n).containsExactly(0, 1, 2, 3, 4));
    assertThat(POSTGRES.stories(NAME))
        .isEqualTo(Map.of("submitted, posted, confirmed, accepted", SUBJECTS * EACH + 4 * 25L));
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
}
