package org.intergov.outbound.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.intergov.outbound.store.TestStore.message;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.intergov.outbound.message.Message;
import org.intergov.outbound.store.Submissions.Result;
import org.intergov.outbound.store.Submissions.Submission;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Storing submitted messages once, however often and from wherever they come. */
class SubmissionsTest {
  private static TestStore store;

  @BeforeAll
  static void start() {
    store = TestStore.start();
  }

  @AfterAll
  static void stop() {
    store.close();
  }

  @BeforeEach
  void clear() {
    store.clear();
  }

  @Test
  void a_new_message_gets_its_row_its_lake_entry_and_its_first_event() {
    assertThat(store(message("1"))).containsExactly(Result.CREATED);

    assertThat(store.outbox("1", "status")).isEqualTo("pending");
    assertThat(store.lake("1", "status")).isEqualTo("pending");
    assertThat(store.lake("1", "message_id")).isEqualTo(store.outbox("1", "id"));
    assertThat(store.events("1")).containsExactly("submitted");
  }

  @Test
  void the_same_again_is_there_already_and_another_content_is_a_conflict() {
    store(message("1"));

    assertThat(store(message("1"), message("1", "another"), message("2")))
        .containsExactly(Result.EXISTS, Result.CONFLICT, Result.CREATED);
    assertThat(store.lake("1", "subject")).isEqualTo("AU.abn1.x");
    assertThat(store.events("1")).containsExactly("submitted");
  }

  @Test
  void within_one_batch_the_first_of_a_reference_counts() {
    assertThat(store(message("1"), message("1"), message("1", "another")))
        .containsExactly(Result.CREATED, Result.EXISTS, Result.CONFLICT);
    assertThat(store.lake("1", "subject")).isEqualTo("AU.abn1.x");
  }

  @Test
  void a_finished_message_whose_row_is_gone_still_counts() {
    store(message("1"));
    store.run("DELETE FROM delivery_outbox");

    assertThat(store(message("1"))).containsExactly(Result.EXISTS);
    assertThat(store(message("1", "another"))).containsExactly(Result.CONFLICT);
    assertThat(store.ask("SELECT id FROM delivery_outbox")).isEmpty();
  }

  @Test
  void a_row_of_another_system_that_the_router_has_not_seen_counts() {
    store.run(
        "INSERT INTO delivery_outbox (sender, sender_ref, receiver, subject, obj, predicate)"
            + " VALUES ('AU', '1', 'SG', 's', 'o', 'p')");

    assertThat(store(message("1"))).containsExactly(Result.CONFLICT);
    assertThat(store.claim("", 1)).hasSize(1);
    assertThat(store.lake("1", "subject")).isEqualTo("s");
  }

  @Test
  void the_order_of_a_batch_is_the_order_of_sending() {
    List<Message> batch = IntStream.range(0, 200).mapToObj(i -> message("m" + i)).toList();
    store(batch.toArray(Message[]::new));

    assertThat(store.ask("SELECT sender_ref FROM delivery_outbox ORDER BY due_at, id"))
        .containsExactlyElementsOf(batch.stream().map(Message::senderRef).toList());
  }

  @Test
  void any_text_that_the_rules_allow_survives() {
    String wild = "quote ' backslash \\ brace {a,\"b\"} NULL 𝄞 ü $1 %s";
    store(new Message("AU", wild, "SG", wild, wild, wild));

    assertThat(store.ask("SELECT sender_ref || subject FROM message_lake"))
        .containsExactly(wild + wild);
    assertThat(store.claim("", 1).get(0).message().obj()).isEqualTo(wild);
    assertThat(store(new Message("AU", wild, "SG", wild, wild, wild)))
        .containsExactly(Result.EXISTS);
  }

  @Test
  void one_that_the_table_refuses_keeps_none_of_the_others_back() {
    Message bad = new Message("AU", "2", "sg", "s", "o", "p");

    assertThat(store(message("1"), bad, message("3"), bad, message("1")))
        .containsExactly(
            Result.CREATED, Result.REFUSED, Result.CREATED, Result.REFUSED, Result.EXISTS);
    assertThat(store.ask("SELECT sender_ref FROM delivery_outbox ORDER BY id"))
        .containsExactly("1", "3");
    assertThat(store.ask("SELECT count(*) FROM message_lake")).containsExactly("2");
    assertThat(store.ask("SELECT count(*) FROM delivery_status")).containsExactly("2");
  }

  @Test
  void twenty_clients_with_one_reference_make_one_message() throws Exception {
    Callable<List<Result>> client = () -> store(message("1"));

    List<Result> results = new ArrayList<>();
    TestStore.atOnce(Collections.nCopies(20, client)).forEach(results::addAll);

    assertThat(results).filteredOn(r -> r == Result.CREATED).hasSize(1);
    assertThat(results).filteredOn(r -> r == Result.EXISTS).hasSize(19);
    assertThat(store.events("1")).containsExactly("submitted");
  }

  @Test
  void twenty_clients_with_one_reference_and_two_contents_make_one_message() throws Exception {
    List<Callable<List<Result>>> clients = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      String subject = "content " + i % 2;
      clients.add(() -> store(message("1", subject)));
    }

    List<Result> results = new ArrayList<>();
    TestStore.atOnce(clients).forEach(results::addAll);

    assertThat(results).filteredOn(r -> r == Result.CREATED).hasSize(1);
    assertThat(results).filteredOn(r -> r == Result.EXISTS).hasSize(9);
    assertThat(results).filteredOn(r -> r == Result.CONFLICT).hasSize(10);
  }

  @Test
  void overlapping_batches_in_every_order_do_not_fail_each_other() throws Exception {
    // slow enough that every batch meets every other one half way
    store.run(
        """
        CREATE OR REPLACE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN PERFORM pg_sleep(0.002); RETURN new; END $$;
        CREATE OR REPLACE TRIGGER slowly BEFORE INSERT ON delivery_outbox
          FOR EACH ROW EXECUTE FUNCTION slowly();
        """);
    try {
      storeOverlappingBatches();
    } finally {
      store.run("DROP TRIGGER slowly ON delivery_outbox");
    }
  }

  private static void storeOverlappingBatches() throws Exception {
    List<Callable<List<Result>>> clients = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      int seed = i;
      clients.add(
          () -> {
            List<Integer> order = new ArrayList<>(IntStream.range(0, 100).boxed().toList());
            Collections.shuffle(order, new Random(seed));
            return store(order.stream().map(n -> message("m" + n)).toArray(Message[]::new));
          });
    }

    List<Result> results = new ArrayList<>();
    TestStore.atOnce(clients).forEach(results::addAll);

    assertThat(results).filteredOn(r -> r == Result.CREATED).hasSize(100);
    assertThat(results).filteredOn(r -> r == Result.EXISTS).hasSize(1_900);
    assertThat(store.ask("SELECT count(*) FROM delivery_status")).containsExactly("100");
  }

  private static List<Result> store(Message... messages) {
    List<Submission> all = new ArrayList<>();
    for (Message m : messages) {
      all.add(new Submission(m, null));
    }
    return store.submissions.store(all);
  }
}
