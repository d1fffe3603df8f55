package org.intergov.outbound.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.intergov.outbound.api.QueuedMessages;
import org.intergov.outbound.api.SqsIntake;
import org.intergov.outbound.channel.ParameterMap;
import org.intergov.outbound.channel.sqs.ElasticMq;
import org.intergov.outbound.channel.sqs.SqsBatch;
import org.intergov.outbound.channel.sqs.SqsBatch.Received;
import org.intergov.outbound.channel.sqs.SqsConnection;
import org.intergov.outbound.channel.sqs.SqsDeadLetters;
import org.intergov.outbound.message.MessageReader;
import org.intergov.outbound.message.MessageRules;
import org.intergov.outbound.store.Submissions.Submission;
import org.intergov.outbound.store.views.QueueStates;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Batches of an intake queue that are read again: a real database, a real ElasticMQ. */
class QueueIntakeTest {
  private static final String NAMELESS =
      "{\"sender\":\"AU\",\"receiver\":\"SG\",\"subject\":\"AU.abn1.x\",\"obj\":\"QmHash\","
          + "\"predicate\":\"UN.CEFACT.Trade.created\"}";

  private static TestStore store;
  private static ElasticMq mq;

  @BeforeAll
  static void start() throws IOException {
    store = TestStore.start();
    mq = ElasticMq.start(freePort());
  }

  private static int freePort() throws IOException {
    try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return probe.getLocalPort();
    }
  }

  @AfterAll
  static void stop() {
    mq.close();
    store.close();
  }

  @BeforeEach
  void clear() {
    store.clear();
  }

  private static SqsDeadLetters deadLetters(String queue) {
    ParameterMap keys =
        new ParameterMap("intake", Map.of("access-key-id", "id", "secret-access-key", "secret"));
    return new SqsDeadLetters(new SqsConnection(queue, "", mq.url(), "", keys));
  }

  /** A gateway that was started anew, or another replica. */
  private static SqsIntake intake(String queue, SqsDeadLetters deadLetters) {
    Backlog backlog =
        new Backlog(1_000, new QueueStates(store.outboxDatabase)::waiting, System::nanoTime);
    QueuedMessages messages =
        new QueuedMessages(
            new MessageReader(new MessageRules("AU"), 65_536),
            new BoundedSubmissions(store.submissions, backlog, 2, Duration.ofSeconds(5)),
            m -> new Submission(m, "a"),
            () -> {});
    return new SqsIntake(queue, messages, deadLetters);
  }

  private static Received received(String id, String body) {
    return new Received(id, body);
  }

  private static List<String> references() {
    return store.ask("SELECT sender_ref FROM delivery_outbox ORDER BY id");
  }

  @Test
  void a_message_without_reference_is_stored_once_however_often_its_batch_is_tried() {
    SqsBatch batch =
        new SqsBatch(List.of(received("id-1", NAMELESS), received("id-2", "no message")));
    try (SqsDeadLetters deadLetters = deadLetters("not-made-yet")) {
      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(() -> intake("in", deadLetters).store(batch))
            .isInstanceOf(SqsDeadLetters.NotSentException.class);
      }
      assertThat(references()).hasSize(1);
      mq.create("not-made-yet");

      intake("in", deadLetters).store(batch);
    }

    assertThat(references()).singleElement().satisfies(UUID::fromString);
    assertThat(store.ask("SELECT event FROM delivery_status")).containsExactly("submitted");
    assertThat(mq.drain("not-made-yet"))
        .singleElement()
        .matches(m -> m.body().equals("no message"));
  }

  @Test
  void messages_that_are_alike_are_as_many_as_the_queues_say() {
    mq.create("dead");
    try (SqsDeadLetters deadLetters = deadLetters("dead")) {
      SqsBatch batch =
          new SqsBatch(List.of(received("id-1", NAMELESS), received("id-2", NAMELESS)));
      intake("in", deadLetters).store(batch);
      intake("in", deadLetters).store(batch);
      intake("another", deadLetters).store(batch);
    }

    assertThat(references()).hasSize(4).doesNotHaveDuplicates();
    assertThat(mq.drain("dead")).isEmpty();
  }
}
