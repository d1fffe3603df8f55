package org.intergov.outbound.store.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.time.Duration;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.intergov.outbound.postgres.EmbeddedDatabase;
import org.intergov.outbound.postgres.PostgresProcesses;
import org.intergov.outbound.store.TestStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a transaction says of itself when the server crashes in the middle of its commit. What the
 * server had in memory alone is gone then, and its transaction ids are given out again: to ask for
 * the fate of an id is to be told that of another transaction.
 */
class DatabaseCrashTest {
  private static final int WRITERS = 12;
  private static final int CRASHES = 15;
  private static final int BETWEEN = 60;

  @TempDir Path dataDir;

  @Test
  void what_is_said_to_be_committed_is_there_after_crashes_of_the_server() throws Exception {
    Queue<String> committed = new ConcurrentLinkedQueue<>();
    AtomicBoolean enough = new AtomicBoolean();
    ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
    try (EmbeddedDatabase server = EmbeddedDatabase.start(dataDir, TestStore.BINARIES);
        Database database =
            Database.connect(
                "crashed", server.jdbcUrl(), server.username(), server.password(), WRITERS)) {
      Migrations.migrate(database, database);
      TestStore.run(database, "CREATE TABLE notes (note text PRIMARY KEY)");
      for (int i = 0; i < WRITERS; i++) {
        String writer = "writer-" + i + "-";
        threads.execute(() -> write(database, writer, committed, enough));
      }
      PostgresProcesses processes = PostgresProcesses.of(server);
      for (int crash = 0; crash < CRASHES; crash++) {
        int before = committed.size();
        await("writers go on")
            .pollInterval(Duration.ofMillis(2))
            .until(() -> committed.size() >= before + BETWEEN);
        // on a busy machine it may only now be falling to the crash before
        await("a session to kill").pollInterval(Duration.ofMillis(2)).until(processes::killSession);
      }
      enough.set(true);
      threads.shutdown();
      assertThat(threads.awaitTermination(60, TimeUnit.SECONDS)).isTrue();

      Set<String> missing = new TreeSet<>(committed);
      missing.removeAll(new HashSet<>(TestStore.ask(database, "SELECT note FROM notes")));
      assertThat(missing).as("of %d said to be committed", committed.size()).isEmpty();
      assertThat(committed).doesNotHaveDuplicates();
    } finally {
      threads.shutdownNow();
    }
  }

  private static void write(
      Database database, String writer, Queue<String> committed, AtomicBoolean enough) {
    for (int n = 0; !enough.get(); n++) {
      String note = writer + n;
      try {
        database.<Void>transaction(
            connection -> {
              try (PreparedStatement s =
                  connection.prepareStatement("INSERT INTO notes (note) VALUES (?)")) {
                s.setString(1, note);
                s.executeUpdate();
                return null;
              }
            });
        committed.add(note);
      } catch (StoreUnavailableException e) {
        // as it should; whether this one is there is of no interest
      }
    }
  }
}
