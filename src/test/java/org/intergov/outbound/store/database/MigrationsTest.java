package org.intergov.outbound.store.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.intergov.outbound.store.TestStore;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Bringing databases to the schema of this version. */
class MigrationsTest {
  private static final String HISTORY =
      "SELECT version || ' ' || success FROM intergov.schema_history"
          + " WHERE version IS NOT NULL ORDER BY installed_rank";

  private static TestStore store;

  @BeforeAll
  static void start() {
    store = TestStore.start();
  }

  @AfterAll
  static void stop() {
    store.close();
  }

  /** Every version there is, in order, applied. */
  private static List<String> all() {
    return Stream.of(Migrations.LAKE_FILES, Migrations.OUTBOX_FILES)
        .flatMap(List::stream)
        .distinct()
        .map(file -> Integer.valueOf(file.replaceAll(".*/V([0-9]+)__.*", "$1")))
        .sorted()
        .map(version -> version + " true")
        .toList();
  }

  @Test
  void migrating_again_changes_nothing() {
    List<String> before = store.ask(HISTORY);

    Migrations.migrate(store.outboxDatabase, store.outboxDatabase);

    assertThat(store.ask(HISTORY)).isEqualTo(before).containsExactlyElementsOf(all());
  }

  @Test
  void every_migration_is_in_the_list_that_the_stamp_is_made_of() throws Exception {
    assertThat(Migrations.LAKE_FILES).containsExactlyElementsOf(files("lake", "both"));
    assertThat(Migrations.OUTBOX_FILES).containsExactlyElementsOf(files("outbox", "both"));
  }

  private static List<String> files(String folder, String other) throws Exception {
    return Stream.of(folder, other).flatMap(f -> files(f).stream()).toList();
  }

  private static List<String> files(String folder) {
    String path = "db/migration/" + folder;
    try (Stream<Path> files = Files.list(Path.of("src/main/resources", path))) {
      return files
          .map(f -> path + "/" + f.getFileName())
          .sorted(Comparator.comparing(MigrationsTest::version))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int version(String file) {
    return Integer.parseInt(file.replaceAll(".*/V([0-9]+)__.*", "$1"));
  }

  @Test
  void a_database_that_a_newer_version_has_migrated_is_looked_at_closely() {
    try (Database newer = fresh("newer")) {
      Migrations.migrate(newer, newer);
      SchemaStamp stamp =
          new SchemaStamp(
              newer,
              Stream.of(Migrations.LAKE_FILES, Migrations.OUTBOX_FILES)
                  .flatMap(List::stream)
                  .distinct()
                  .toList());
      assertThat(stamp.fits()).isTrue();
      assertThat(new SchemaStamp(newer, Migrations.OUTBOX_FILES).fits()).isFalse();
      TestStore.run(
          newer,
          "INSERT INTO intergov.schema_history SELECT 900, '900', 'later', type, 'V900__later.sql',"
              + " 1, installed_by, now(), 1, true FROM intergov.schema_history LIMIT 1");
      assertThat(stamp.fits()).isFalse();
      Migrations.migrate(
          newer, newer); // it starts all the same: see "Upgrade" in docs/DEPLOYING.md
      assertThat(TestStore.ask(newer, HISTORY)).last().isEqualTo("900 true");
    }
  }

  @Test
  void replicas_that_start_together_on_a_new_database_take_turns() throws Exception {
    try (Database fresh = fresh("together")) {
      Callable<Boolean> replica =
          () -> {
            Migrations.migrate(fresh, fresh);
            return true;
          };

      assertThat(TestStore.atOnce(Collections.nCopies(4, replica))).containsOnly(true);
      assertThat(TestStore.ask(fresh, HISTORY)).containsExactlyElementsOf(all());
    }
  }

  @Test
  void a_lake_of_its_own_has_the_lake_alone_and_the_outbox_everything_else() {
    try (Database outbox = fresh("own_outbox");
        Database lake = fresh("own_lake")) {
      Migrations.migrate(outbox, lake);
      Migrations.migrate(outbox, lake);

      assertThat(tables(lake))
          .containsExactly("commit_marker", "message_lake", "schema_history", "server_history");
      assertThat(tables(outbox))
          .contains("delivery_outbox", "delivery_status", "message_updates", "channel_pending")
          .doesNotContain("message_lake");
    }
  }

  @Test
  void a_schema_changed_by_hand_is_refused() {
    try (Database changed = fresh("changed")) {
      Migrations.migrate(changed, changed);
      TestStore.run(changed, "UPDATE intergov.schema_history SET checksum = 1 WHERE version = '2'");

      assertThatThrownBy(() -> Migrations.migrate(changed, changed))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("checksum");
    }
  }

  @Test
  void a_database_that_does_not_exist_is_named() {
    try (Database none = store.connect("outbox", url("none"))) {
      assertThatThrownBy(() -> Migrations.migrate(none, none))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("database outbox")
          .hasMessageContaining("\"none\" does not exist");
    }
  }

  @Test
  void a_password_that_is_wrong_is_said_without_trying_for_a_minute() {
    try (Database refused =
        Database.connect("outbox", store.url(), store.username(), "a guess", 2)) {
      assertThatThrownBy(() -> Migrations.migrate(refused, refused))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("password authentication failed")
          .hasMessageNotContaining("a guess");
    }
  }

  private static List<String> tables(Database database) {
    return TestStore.ask(
        database,
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'intergov'"
            + " ORDER BY table_name");
  }

  private static Database fresh(String name) {
    store.run("CREATE DATABASE " + name);
    return store.connect("outbox", url(name));
  }

  private static String url(String name) {
    return store.url().replaceAll("/[a-z]+$", "/" + name);
  }
}
