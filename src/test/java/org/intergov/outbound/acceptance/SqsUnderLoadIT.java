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
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.intergov.outbound.channel.sqs.ElasticMq;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.sqs.model.Message;

/** Two replicas take messages from a queue, post them to two others and follow receipts. */
@Tag("long")
class SqsUnderLoadIT {
  private static final String DATABASE = "sqs_load";
  private static final List<String> OUTBOUND = List.of("load-gb", "load-fr.fifo");
  private static final List<String> OTHERS =
      List.of("load-intake", "load-dead", "load-receipts-gb", "load-receipts-fr");
  private static final int PER_SECOND = 100;
  private static final PostgresServer POSTGRES = PostgresServer.shared();

  private final ElasticMq mq = ElasticMq.start(Ports.free());

  @RegisterExtension
  final GatewayExtension gateways =
      GatewayExtension.named("sqs-load")
          .replicas("a", "b")
          .with(mq)
          .before(() -> Stream.of(OTHERS, OUTBOUND).flatMap(List::stream).forEach(mq::create))
          .setting("AWS_ACCESS_KEY_ID", "id")
          .setting("AWS_SECRET_ACCESS_KEY", "secret")
          .setting("INTERGOV_INTAKE_SQS_QUEUE", "load-intake")
          .setting("INTERGOV_INTAKE_SQS_DEAD_LETTER_QUEUE", "load-dead")
          .setting("INTERGOV_INTAKE_SQS_ENDPOINT", mq.url())
          .channels(
              """
              defaults:
                timeout: 5s
                retry: { attempts: 100, first-delay: 100ms, max-delay: 1s }
              channels:
                - id: gb-queue
                  match: { receiver: GB }
                  kind: sqs
                  parameters: { queue: load-gb, receipts-queue: load-receipts-gb, endpoint: "%1$s" }
                - id: fr-queue
                  match: { receiver: FR }
                  kind: sqs
                  parameters:
                    queue: load-fr.fifo
                    receipts-queue: load-receipts-fr
                    endpoint: "%1$s"
              """
                  .formatted(mq.url()));

  @Test
  void ten_restarts_of_the_server_lose_nothing_and_confirm_everything_once() {
    try (OtherSide other = new OtherSide(mq)) {
      int count = restart(mq, 10);
      await("all are accepted")
          .pollInterval(Duration.ofMillis(500))
          .untilAsserted(
              () ->
                  assertThat(POSTGRES.lake(DATABASE)).isEqualTo(Map.of("accepted", (long) count)));
      await("every queue is empty")
          .pollInterval(Duration.ofMillis(500))
          .until(
              () ->
                  mq.size("load-intake")
                          + mq.size("load-receipts-gb")
                          + mq.size("load-receipts-fr")
                          + mq.size("load-gb")
                          + mq.size("load-fr.fifo")
                      == 0);
      assertThat(mq.size("load-dead")).isZero();
      assertNothingLostAndDuplicatesOnlyWhereTheJournalSaysSo(other, count);
    }
  }

  /** Under load, each time when some more have come through; how many were sent. */
  private static int restart(ElasticMq mq, int times) {
    try (SteadyLoad load =
        new SteadyLoad(
            "load",
            List.of("GB", "FR"),
            PER_SECOND,
            m -> mq.send("load-intake", m.stream().map(Sent::json).toList()))) {
      for (int i = 0; i < times; i++) {
        long before = accepted();
        await("more are accepted")
            .pollInterval(Duration.ofMillis(100))
            .until(() -> accepted() >= before + 2 * PER_SECOND);
        mq.stopServer();
        mq.startServer();
      }
      return load.stop();
    }
  }

  /** Takes what is in the outbound queues, and answers each message with a receipt. */
  private static final class OtherSide implements AutoCloseable {
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
    private final ElasticMq mq;

    /** Ids of the messages of each queue and key. */
    private final Map<String, Map<String, Set<String>>> seen = new TreeMap<>();

    OtherSide(ElasticMq mq) {
      this.mq = mq;
      OUTBOUND.forEach(queue -> seen.put(queue, new TreeMap<>()));
      thread.scheduleWithFixedDelay(this::answer, 0, 50, TimeUnit.MILLISECONDS);
    }

    private void answer() {
      try {
        answer("load-gb", "load-receipts-gb");
        answer("load-fr.fifo", "load-receipts-fr");
      } catch (SdkException e) {
        // the server is away; what was taken and not deleted comes again
      }
    }

    private void answer(String queue, String receiptsQueue) {
      for (List<Message> some = mq.take(queue); !some.isEmpty(); some = mq.take(queue)) {
        List<String> receipts = new ArrayList<>();
        for (Message m : some) {
          Map<String, String> attributes = ElasticMq.attributes(m);
          synchronized (seen) {
            seen.get(queue)
                .computeIfAbsent(attributes.get("idempotency-key"), key -> new HashSet<>())
                .add(m.messageId());
          }
          boolean byId = m.messageId().hashCode() % 2 == 0;
          receipts.add(
              byId
                  ? "{\"id\":\"%s\",\"status\":\"confirmed\"}".formatted(m.messageId())
                  : "{\"reference\":\"%s\",\"status\":\"confirmed\"}"
                      .formatted(attributes.get("reference")));
        }
        mq.send(receiptsQueue, receipts);
        mq.remove(queue, some);
      }
    }

    /** How many keys a queue had. */
    int keys(String queue) {
      synchronized (seen) {
        return seen.get(queue).size();
      }
    }

    /** Keys of which it had more than one message. */
    Set<String> twice(String queue) {
      synchronized (seen) {
        return seen.get(queue).entrySet().stream()
            .filter(e -> e.getValue().size() > 1)
            .map(Map.Entry::getKey)
            .collect(Collectors.toSet());
      }
    }

    @Override
    public void close() {
      thread.shutdownNow();
    }
  }

  private static long accepted() {
    return POSTGRES.lake(DATABASE).getOrDefault("accepted", 0L);
  }

  private static void assertNothingLostAndDuplicatesOnlyWhereTheJournalSaysSo(
      OtherSide other, int count) {
    assertThat(other.keys("load-gb")).isEqualTo(count / 2);
    assertThat(other.keys("load-fr.fifo")).isEqualTo(count / 2);
    assertThat(other.twice("load-fr.fifo")).as("a FIFO queue drops a repeat").isEmpty();
    String sql =
        "SELECT DISTINCT sender || ':' || sender_ref, 1 FROM intergov.delivery_status"
            + " WHERE event = 'possible_duplicate'";
    assertThat(POSTGRES.counts(DATABASE, sql).keySet()).containsAll(other.twice("load-gb"));
    assertThat(POSTGRES.journal(DATABASE))
        .containsEntry("submitted", (long) count)
        .containsEntry("posted", (long) count)
        .containsEntry("confirmed", (long) count)
        .containsEntry("accepted", (long) count)
        .containsKey("unavailable")
        .doesNotContainKeys("held", "rejected", "undeliverable");
    System.out.printf(
        "sqs_load: %d messages, %d of them twice in the standard queue; %s%n",
        count, other.twice("load-gb").size(), POSTGRES.journal(DATABASE));
  }
}
