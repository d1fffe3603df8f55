package org.intergov.outbound.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.apache.camel.Exchange;
import org.apache.camel.component.aws2.sqs.Sqs2Constants;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.intergov.outbound.api.QueuedMessages;
import org.intergov.outbound.api.SqsIntake;
import org.intergov.outbound.message.MessageReader;
import org.intergov.outbound.message.MessageRules;
import org.intergov.outbound.store.Submissions.Submission;
import org.intergov.outbound.store.views.QueueStates;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Messages of an intake queue that come again: a real database. */
class QueueIntakeTest {
  private static final String NAMELESS =
      "{\"sender\":\"AU\",\"receiver\":\"SG\",\"subject\":\"AU.abn1.x\",\"obj\":\"QmHash\","
          + "\"predicate\":\"UN.CEFACT.Trade.created\"}";

  private static TestStore store;
  private static DefaultCamelContext camel;

  @BeforeAll
  static void start() {
    store = TestStore.start();
    camel = new DefaultCamelContext();
  }

  @AfterAll
  static void stop() throws IOException {
    camel.close();
    store.close();
  }

  @BeforeEach
  void clear() {
    store.clear();
  }

  /** A gateway that was started anew, or another replica. */
  private static SqsIntake intake(String queue) {
    Backlog backlog =
        new Backlog(1_000, new QueueStates(store.outboxDatabase)::waiting, System::nanoTime);
    QueuedMessages messages =
        new QueuedMessages(
            new MessageReader(new MessageRules("AU"), 65_536),
            new BoundedSubmissions(store.submissions, backlog, 2, Duration.ofSeconds(5)),
            m -> new Submission(m, "a"),
            () -> {});
    SqsIntake intake = new SqsIntake(queue, messages);
    intake.setCamelContext(camel);
    return intake;
  }

  /** Stores what comes with these ids, all at once; what is wrong with each, null: nothing. */
  private static List<Object> store(String queue, Map<String, String> bodiesById) {
    SqsIntake intake = intake(queue);
    List<Exchange> exchanges = new ArrayList<>();
    List<CompletableFuture<Void>> stored = new ArrayList<>();
    bodiesById.forEach(
        (id, body) -> {
          Exchange exchange = new DefaultExchange(camel);
          exchange.getMessage().setHeader(Sqs2Constants.MESSAGE_ID, id);
          exchange.getMessage().setBody(body);
          exchanges.add(exchange);
          stored.add(intake.store(exchange).toCompletableFuture());
        });
    stored.forEach(CompletableFuture::join);
    return exchanges.stream().map(e -> e.getMessage().getHeader("error")).toList();
  }

  private static List<String> references() {
    return store.ask("SELECT sender_ref FROM delivery_outbox ORDER BY id");
  }

  @Test
  void a_message_without_reference_is_stored_once_however_often_it_comes() {
    for (int i = 0; i < 3; i++) {
      Map<String, String> some = new TreeMap<>(Map.of("id-1", NAMELESS, "id-2", "no message"));
      assertThat(store("in", some))
          .satisfiesExactly(
              first -> assertThat(first).isNull(),
              second -> assertThat(second).asString().contains("not JSON"));
    }

    assertThat(references()).singleElement().satisfies(UUID::fromString);
    assertThat(store.ask("SELECT event FROM delivery_status")).containsExactly("submitted");
  }

  @Test
  void messages_that_are_alike_are_as_many_as_the_queues_say() {
    Map<String, String> some = Map.of("id-1", NAMELESS, "id-2", NAMELESS);
    store("in", some);
    store("in", some);
    assertThat(store("another", some)).containsOnlyNulls();

    assertThat(references()).hasSize(4).doesNotHaveDuplicates();
  }
}
