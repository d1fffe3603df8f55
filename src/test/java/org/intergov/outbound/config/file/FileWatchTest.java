package org.intergov.outbound.config.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Edits are noticed however they are made. */
class FileWatchTest {
  private static final Duration EVERY = Duration.ofMillis(100);
  private static final Duration QUIET = Duration.ofMillis(200);

  @TempDir Path folder;
  private Path file;
  private volatile String known;
  private final List<String> read = new CopyOnWriteArrayList<>();
  private FileWatch watch;

  @BeforeEach
  void write() throws IOException {
    file = Files.writeString(folder.resolve("channels.yaml"), "one");
  }

  @AfterEach
  void close() {
    if (watch != null) {
      watch.close();
    }
  }

  private void watch(Path watched) {
    known = Fingerprint.of(watched);
    watch =
        new FileWatch(
                WatchedFiles.only(watched),
                EVERY,
                QUIET,
                () -> known,
                () -> {
                  known = Fingerprint.of(watched);
                  read.add(known);
                })
            .start();
  }

  private void awaitRead(Path content) {
    await()
        .pollInterval(Duration.ofMillis(10))
        .untilAsserted(() -> assertThat(read).endsWith(Fingerprint.of(content)));
  }

  @Test
  void a_file_that_is_written_over() throws IOException {
    watch(file);
    Files.writeString(file, "two");
    awaitRead(file);
  }

  @Test
  void a_file_that_is_renamed_over_even_with_the_same_length_and_time() throws IOException {
    watch(file);
    Path other = Files.writeString(folder.resolve("other"), "two");
    Files.setLastModifiedTime(other, Files.getLastModifiedTime(file));
    Files.move(other, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    awaitRead(file);
  }

  @Test
  void a_file_that_goes_away_and_comes_back() throws IOException {
    watch(file);
    Files.delete(file);
    awaitRead(file);
    Files.writeString(file, "two");
    awaitRead(file);
    assertThat(read).hasSize(2);
  }

  /** As Kubernetes does it: channels.yaml → ..data/channels.yaml, ..data → a directory. */
  @Test
  void a_link_on_the_way_that_now_leads_elsewhere() throws IOException {
    Path first = Files.createDirectory(folder.resolve("..first"));
    Path second = Files.createDirectory(folder.resolve("..second"));
    Files.writeString(first.resolve("channels.yaml"), "one");
    Files.writeString(second.resolve("channels.yaml"), "two");
    Path data = Files.createSymbolicLink(folder.resolve("..data"), first.getFileName());
    Path link = folder.resolve("link.yaml");
    Files.createSymbolicLink(link, Path.of("..data", "channels.yaml"));
    watch(link);
    Path swap = Files.createSymbolicLink(folder.resolve("..swap"), second.getFileName());
    Files.move(swap, data, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    awaitRead(second.resolve("channels.yaml"));
  }

  @Test
  void a_file_in_another_directory_which_has_no_events_here() throws IOException {
    Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
    Path real = Files.writeString(elsewhere.resolve("real.yaml"), "one");
    Path link = Files.createSymbolicLink(folder.resolve("link.yaml"), real);
    watch(link);
    Files.writeString(real, "two");
    awaitRead(real);
  }

  @Test
  void a_file_that_is_being_written_is_read_when_it_is_done() throws IOException {
    watch(file);
    StringBuilder text = new StringBuilder();
    long end = System.nanoTime() + 2 * QUIET.toNanos();
    while (System.nanoTime() < end) {
      Files.writeString(file, text.append("more\n"));
    }
    awaitRead(file);
    assertThat(read).hasSize(1);
  }

  @Test
  void a_touch_is_no_change() throws IOException {
    watch(file);
    Files.writeString(file, "one");
    Files.writeString(file, "two");
    Files.writeString(file, "one");
    Files.writeString(folder.resolve("neighbour"), "x");
    Files.writeString(file, "three");
    awaitRead(file);
    assertThat(read).hasSize(1);
  }

  @Test
  void what_somebody_else_has_read_already_is_not_told_again() throws IOException {
    watch(file);
    known = Fingerprint.of(Files.writeString(folder.resolve("copy"), "two"));
    Files.writeString(file, "two");
    Files.writeString(file, "three");
    awaitRead(file);
    assertThat(read).hasSize(1);
  }
}
