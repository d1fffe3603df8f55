package org.intergov.outbound.store.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.intergov.outbound.store.TestStore;
import org.intergov.outbound.store.database.CuttingProxy.Cut;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Transactions whose end is known, also when the connection dies in the middle of the commit. */
class DatabaseTest {
  private static TestStore store;
  private static CuttingProxy proxy;
  private static String url;

  private Database database;

  @BeforeAll
  static void start() throws IOException {
    store = TestStore.start();
    store.run("CREATE TABLE notes (note text PRIMARY KEY, n int NOT NULL DEFAULT 0)");
    int port = URI.create(store.url().substring("jdbc:".length())).getPort();
    proxy = new CuttingProxy(port);
    url = store.url().replace(":" + port, ":" + proxy.port());
  }

  @AfterAll
  static void stop() throws IOException {
    proxy.close();
    store.close();
  }

  /** A pool for each test: the driver soon prepares COMMIT, and then the proxy cannot see it. */
  @BeforeEach
  void connect() {
    database = store.connect("cut", url);
    store.run("TRUNCATE notes");
  }

  @AfterEach
  void disconnect() {
    proxy.acceptAgain();
    database.close();
  }

  @RepeatedTest(3)
  void a_commit_whose_answer_was_cut_off_counts_as_committed() {
    proxy.cutNext(Cut.AFTER_THE_COMMIT);

    assertThat(database.<String>transaction(c -> note(c, "kept"))).isEqualTo("kept");
    assertThat(store.ask("SELECT note FROM notes")).containsExactly("kept");
  }

  @RepeatedTest(3)
  void a_commit_that_never_reached_the_server_is_reported_and_nothing_is_recorded() {
    proxy.cutNext(Cut.BEFORE_THE_COMMIT);

    assertThatThrownBy(() -> database.<String>transaction(c -> note(c, "lost")))
        .isInstanceOf(StoreUnavailableException.class)
        .hasMessageContaining("database cut");
    assertThat(store.ask("SELECT note FROM notes")).isEmpty();
    assertThat(database.<String>transaction(c -> note(c, "next"))).isEqualTo("next");
  }

  @Test
  void a_commit_whose_fate_is_unknown_for_long_is_not_repeated_if_it_has_happened() {
    AtomicInteger runs = new AtomicInteger();
    Once<String> once = new Once<>();
    proxy.cutNextAndRefuse(Cut.AFTER_THE_COMMIT);
    try (Database impatient = impatient()) {
      assertThatThrownBy(() -> impatient.transaction(once, c -> counted(c, runs)))
          .isInstanceOf(CommitUnknownException.class)
          .hasMessageContaining("not known yet");

      proxy.acceptAgain();

      assertThat(impatient.transaction(once, c -> counted(c, runs))).isEqualTo("kept");
    }
    assertThat(runs).hasValue(1);
    assertThat(store.ask("SELECT note FROM notes")).containsExactly("kept");
  }

  @Test
  void a_commit_whose_fate_is_unknown_for_long_is_repeated_if_it_has_not_happened() {
    AtomicInteger runs = new AtomicInteger();
    Once<String> once = new Once<>();
    proxy.cutNextAndRefuse(Cut.BEFORE_THE_COMMIT);
    try (Database impatient = impatient()) {
      assertThatThrownBy(() -> impatient.transaction(once, c -> counted(c, runs)))
          .isInstanceOf(CommitUnknownException.class);

      proxy.acceptAgain();

      assertThat(impatient.transaction(once, c -> counted(c, runs))).isEqualTo("kept");
    }
    assertThat(runs).hasValue(2);
    assertThat(store.ask("SELECT note FROM notes")).containsExactly("kept");
  }

  private static Database impatient() {
    return Database.connect(
        "cut", url, store.username(), store.password(), 2, Duration.ofMillis(100));
  }

  private static String counted(java.sql.Connection connection, AtomicInteger runs)
      throws SQLException {
    runs.incrementAndGet();
    return note(connection, "kept");
  }

  @Test
  void a_transaction_that_is_still_under_way_elsewhere_is_waited_for() throws Exception {
    Thread[] asking = new Thread[1];
    boolean[] found = new boolean[1];
    store.outboxDatabase.transaction(
        c -> {
          note(c, "slow");
          CommitProof proof = CommitProof.leave(c);
          asking[0] = new Thread(() -> found[0] = store.outboxDatabase.statement(proof::isFound));
          asking[0].start();
          await()
              .until(
                  () ->
                      store
                          .ask(
                              "SELECT count(*) FROM pg_stat_activity"
                                  + " WHERE wait_event_type = 'Lock'"
                                  + " AND query LIKE '%commit_marker%'")
                          .equals(List.of("1")));
          return null;
        });
    asking[0].join();
    assertThat(found[0]).as("the transaction has left another proof since").isFalse();
  }

  @Test
  void each_session_is_as_the_gateway_needs_it_whatever_the_role_says() {
    store.run(
        "ALTER ROLE CURRENT_USER SET default_transaction_isolation = 'serializable';"
            + " ALTER ROLE CURRENT_USER SET synchronous_commit = off");
    try (Database fresh = store.connect("fresh", store.url())) {
      assertThat(
              TestStore.ask(
                  fresh,
                  "SELECT current_setting('transaction_isolation') || ' '"
                      + " || current_setting('synchronous_commit')"))
          .containsExactly("read committed on");
    } finally {
      store.run("ALTER ROLE CURRENT_USER RESET ALL");
    }
  }

  @Test
  void a_transaction_that_only_read_fails_plainly_when_it_is_cut() {
    proxy.cutNext(Cut.AFTER_THE_COMMIT);

    assertThatThrownBy(
            () ->
                database.transaction(
                    c -> {
                      try (PreparedStatement s = c.prepareStatement("SELECT 1")) {
                        return s.executeQuery().next();
                      }
                    }))
        .isInstanceOf(StoreUnavailableException.class);
  }

  @Test
  void a_value_that_the_server_refuses_rolls_everything_back() {
    assertThatThrownBy(
            () ->
                database.transaction(
                    c -> {
                      note(c, "first");
                      return note(c, null);
                    }))
        .isInstanceOf(StoreException.class);
    assertThat(store.ask("SELECT note FROM notes")).isEmpty();
  }

  @Test
  void a_failure_of_the_work_itself_rolls_everything_back() {
    assertThatThrownBy(
            () ->
                database.transaction(
                    c -> {
                      note(c, "first");
                      throw new IllegalStateException("changed my mind");
                    }))
        .isInstanceOf(IllegalStateException.class);
    assertThat(store.ask("SELECT note FROM notes")).isEmpty();
  }

  @Test
  void a_deadlock_is_tried_again_so_that_both_succeed() throws Exception {
    store.run("INSERT INTO notes (note) VALUES ('a'), ('b')");
    AtomicInteger tries = new AtomicInteger();

    TestStore.atOnce(
        java.util.List.of(() -> addToBoth("a", "b", tries), () -> addToBoth("b", "a", tries)));

    assertThat(store.ask("SELECT n FROM notes")).containsExactly("2", "2");
    assertThat(tries.get()).isGreaterThan(2);
  }

  private static Void addToBoth(String first, String second, AtomicInteger tries) {
    return store.outboxDatabase.transaction(
        c -> {
          tries.incrementAndGet();
          try (PreparedStatement s =
              c.prepareStatement("UPDATE notes SET n = n + 1 WHERE note = ?")) {
            s.setString(1, first);
            s.executeUpdate();
            try (PreparedStatement sleep = c.prepareStatement("SELECT pg_sleep(0.3)")) {
              sleep.execute();
            }
            s.setString(1, second);
            s.executeUpdate();
            return null;
          }
        });
  }

  @ParameterizedTest
  @CsvSource({
    "08006, true",
    "53100, true",
    "53300, true",
    "57P01, true",
    "57014, true",
    "25P03, true",
    "25006, true",
    "40001, true",
    "58030, true",
    "XX001, true",
    "42P01, true",
    "42501, true",
    "28P01, true",
    "55P03, true",
    "23505, false",
    "22021, false",
    "54001, false",
    "P0001, false",
    "P0004, false",
    "2F003, false",
    "38001, false",
    "42804, false",
    "44000, false",
    "45000, false"
  })
  void trouble_of_the_server_is_told_from_trouble_with_the_data(String state, boolean server) {
    assertThat(Outages.is(new SQLException("said", state))).isEqualTo(server);
  }

  @Test
  void what_never_reached_the_server_is_trouble_of_the_server() {
    assertThat(Outages.is(new SQLException("pool is empty"))).isTrue();
  }

  @Test
  void a_server_that_ends_every_session_is_unavailable_once_and_then_used_again() {
    assertThatThrownBy(
            () ->
                database.transaction(
                    c -> {
                      note(c, "first");
                      store.run(
                          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                              + " WHERE pid <> pg_backend_pid() AND datname = current_database()"
                              + " AND state LIKE 'idle in transaction%'");
                      return note(c, "second");
                    }))
        .isInstanceOf(StoreUnavailableException.class);
    assertThat(database.<String>transaction(c -> note(c, "third"))).isEqualTo("third");
    assertThat(store.ask("SELECT note FROM notes")).containsExactly("third");
  }

  @Test
  void the_pool_says_how_busy_it_is() {
    assertThat(database.poolState()).matches("total=\\d+, active=\\d+, waiting=0");
  }

  private static String note(java.sql.Connection connection, String note) throws SQLException {
    try (PreparedStatement s = connection.prepareStatement("INSERT INTO notes (note) VALUES (?)")) {
      s.setString(1, note);
      s.executeUpdate();
      return note;
    }
  }
}
