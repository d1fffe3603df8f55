package org.intergov.outbound.store.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.intergov.outbound.postgres.PostgresBinaries;
import org.intergov.outbound.store.TestStore;
import org.intergov.outbound.store.database.ServerFitness.UnfitServerException;
import org.intergov.outbound.store.views.QueueStates;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Servers that will never do, and servers that take no writes now. */
class ServerFitnessTest {
  private static TestStore store;

  @BeforeAll
  static void start() {
    store = TestStore.start();
  }

  @AfterAll
  static void stop() {
    store.close();
  }

  @Test
  void a_server_is_new_enough_and_its_database_is_utf_8() {
    assertThatCode(() -> ServerFitness.check(14, "UTF8")).doesNotThrowAnyException();
    assertThatCode(() -> ServerFitness.check(18, null)).doesNotThrowAnyException();
    assertThatThrownBy(() -> ServerFitness.check(13, "UTF8"))
        .hasMessage("the server is PostgreSQL 13, expected 14 or later");
    assertThatThrownBy(() -> ServerFitness.check(17, "SQL_ASCII"))
        .hasMessageContaining("is SQL_ASCII, expected UTF8");
  }

  @Test
  void a_database_of_another_encoding_is_refused_at_once() {
    store.run(
        "CREATE DATABASE latin ENCODING 'LATIN1' "
            + (PostgresBinaries.isAtLeast(15) ? "LOCALE_PROVIDER libc " : "")
            + "LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
    String url = store.url().replaceAll("/[^/]+$", "/latin");
    try (Database latin = store.connect("latin", url)) {
      assertThatThrownBy(latin::checkLogin)
          .isInstanceOf(StoreException.class)
          .hasMessageStartingWith("database latin: the encoding of the database is LATIN1");
    }
  }

  @Test
  void each_connection_is_a_session_of_its_own() throws SQLException {
    try (Database database = store.connect("own", store.url());
        Connection one = database.dataSource().getConnection();
        Connection other = database.dataSource().getConnection()) {
      ServerFitness.checkSessions(one, other);

      // what a pooler does that lends sessions by the transaction
      assertThatThrownBy(() -> ServerFitness.checkSessions(one, one))
          .isInstanceOf(UnfitServerException.class)
          .hasMessageContaining("pool_mode=session");
    }
  }

  @Test
  void a_database_that_is_read_only_says_so() {
    String of = store.url().replaceAll(".*/([^/?]+).*", "$1");
    store.run("ALTER DATABASE " + of + " SET default_transaction_read_only = on");
    try (Database readOnly = store.connect("read-only", store.url())) {
      assertThat(new QueueStates(readOnly).trouble()).contains("the database is read-only");
      assertThatThrownBy(
              () ->
                  readOnly.transaction(
                      c -> c.createStatement().executeUpdate("DELETE FROM intergov.message_lake")))
          .isInstanceOfSatisfying(
              StoreUnavailableException.class,
              e -> assertThat(e.words()).isEqualTo("the database is read-only"));
    } finally {
      store.run("SET default_transaction_read_only = off");
      store.run("ALTER DATABASE " + of + " RESET default_transaction_read_only");
    }
    try (Database database = store.connect("writable", store.url())) {
      assertThat(new QueueStates(database).trouble()).isEmpty();
    }
  }

  @Test
  void a_full_disk_is_known_from_what_failed_until_something_is_written_or_nothing_fails() {
    long[] now = {0};
    WriteTrouble trouble = new WriteTrouble(() -> now[0]);
    trouble.failed(new SQLException("duplicate key", "23505"));
    assertThat(trouble.now()).isEmpty();

    trouble.failed(new SQLException("could not extend file: No space left on device", "53100"));
    assertThat(trouble.now()).contains("the disk of the database is full");
    trouble.over();
    assertThat(trouble.now()).isEmpty();

    trouble.failed(new SQLException("could not write: No space left on device", "58030"));
    now[0] += Duration.ofSeconds(9).toNanos();
    assertThat(trouble.now()).isPresent();
    now[0] += Duration.ofSeconds(1).toNanos();
    assertThat(trouble.now()).isEmpty();
  }
}
