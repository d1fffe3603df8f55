package org.intergov.outbound.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.intergov.outbound.delivery.Delivery;
import org.intergov.outbound.store.Submissions.Result;
import org.intergov.outbound.store.database.Database;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/** Intake beside a lake in another database that is away, in every way there is. */
@Timeout(180)
class LakeLookupTest {
  private static final int TURNS = 5;
  private static final int CLIENTS = 20;
  private static final int EACH = 20;

  private static TestStore store;
  private static WayToLake way;

  private final AtomicInteger questions = new AtomicInteger();
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private Database ownConnections;
  private LakeLookup lookup;
  private BoundedSubmissions intake;

  /** How a lake can be away. */
  enum Away {
    REFUSED,
    SWALLOWED,
    FROZEN
  }

  @BeforeAll
  static void start() throws IOException {
    store = TestStore.startWithLakeServer();
    way = new WayToLake(store.lakePort());
  }

  @AfterAll
  static void stop() throws IOException {
    way.close();
    store.close();
  }

  @BeforeEach
  void connect() {
    store.clear();
    String url = store.lakeUrl.replace(":" + store.lakePort(), ":" + way.port());
    ownConnections =
        Database.connect(
            "lake-lookup", LakeLookup.limited(url), store.username(), store.lakePassword(), TURNS);
    MessageLake lake = new MessageLake(ownConnections);
    lookup =
        new LakeLookup(
            references -> {
              if (!references.isEmpty()) {
                questions.incrementAndGet();
              }
              return lake.find(references);
            },
            TURNS,
            ownConnections);
    Submissions submissions =
        new Submissions(store.outboxDatabase, store.outbox, lookup, Duration.ofDays(7));
    Backlog backlog = new Backlog(1_000_000, most -> 0, System::nanoTime);
    intake = new BoundedSubmissions(submissions, backlog, TURNS, Duration.ofSeconds(3));
    log.start();
    logger().addAppender(log);
  }

  @AfterEach
  void disconnect() throws IOException {
    logger().detachAppender(log);
    way.mend();
    lookup.close();
  }

  private static Logger logger() {
    return (Logger) LoggerFactory.getLogger(LakeLookup.class);
  }

  @ParameterizedTest
  @EnumSource(Away.class)
  void intake_goes_on_and_nobody_asks_a_lake_that_is_away(Away how) throws Exception {
    onlyTheLakeRemembers("old");
    assertThat(submit("old")).isEqualTo(Result.EXISTS);
    begin(how);
    int before = questions.get();
    try {
      List<Callable<List<Result>>> clients = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        String prefix = how + "-" + i + "-";
        clients.add(() -> submitOneByOne(prefix));
      }
      TestStore.atOnce(clients)
          .forEach(results -> assertThat(results).hasSize(EACH).containsOnly(Result.CREATED));

      assertThat(questions.get() - before)
          .as("those who had a turn before the first has learned it")
          .isBetween(1, TURNS);
      assertThat(submit("old")).as("what is not looked up is taken").isEqualTo(Result.CREATED);
    } finally {
      end(how);
    }

    await("it is asked again")
        .until(
            () -> {
              store.run("DELETE FROM delivery_outbox WHERE sender_ref = 'old'");
              return submit("old") == Result.EXISTS;
            });
    assertThat(log.list.stream().map(e -> e.getLevel() + " " + e.getFormattedMessage()))
        .filteredOn(line -> !line.startsWith("DEBUG"))
        .as("a line when it goes and one when it comes")
        .satisfiesExactly(
            gone -> assertThat(gone).startsWith("WARN the lake is unavailable: "),
            back -> assertThat(back).startsWith("INFO the lake is back"));
  }

  @Test
  void what_is_sent_again_while_the_lake_is_away_goes_under_its_key_and_the_lake_keeps_one_entry()
      throws IOException {
    onlyTheLakeRemembers("old");
    String first = store.lake("old", "message_id");
    way.refuse();
    assertThat(submit("old")).isEqualTo(Result.CREATED);
    way.mend();

    Delivery d = store.claim("a", 1).get(0);
    store.settlements.deliveries(List.of(TestStore.posted(d, "second", true)));
    store.applyUpdates();

    assertThat(d.idempotencyKey()).isEqualTo("AU:old");
    assertThat(store.lake("old", "message_id || ' ' || status || ' ' || channel_txn_id"))
        .isEqualTo(first + " accepted second");
    assertThat(store.ask("SELECT seq FROM message_updates")).isEmpty();
  }

  private List<Result> submitOneByOne(String prefix) {
    List<Result> results = new ArrayList<>();
    for (int i = 0; i < EACH; i++) {
      results.add(submit(prefix + i));
    }
    return results;
  }

  private Result submit(String reference) {
    return intake
        .store(List.of(new Submissions.Submission(TestStore.message(reference), "a")))
        .get(0);
  }

  /** Its outbox row has left by retention. */
  private static void onlyTheLakeRemembers(String reference) {
    store.submit("a", reference);
    store.applyUpdates();
    store.run("DELETE FROM delivery_outbox WHERE sender_ref = '" + reference + "'");
    store.run("DELETE FROM message_updates");
  }

  private static void begin(Away how) throws IOException {
    switch (how) {
      case REFUSED -> way.refuse();
      case SWALLOWED -> way.swallow();
      case FROZEN -> store.freezeLake();
    }
  }

  private static void end(Away how) throws IOException {
    if (how == Away.FROZEN) {
      store.thawLake();
    } else {
      way.mend();
    }
  }
}
