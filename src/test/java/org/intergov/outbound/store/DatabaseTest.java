package org.intergov.outbound.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import org.intergov.outbound.store.CuttingProxy.Cut;
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
    "53300, true",
    "57P01, true",
    "25P03, true",
    "40001, true",
    "58030, true",
    "23505, false",
    "22021, false",
    "54001, false",
    "42P01, true",
    "28P01, true"
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
