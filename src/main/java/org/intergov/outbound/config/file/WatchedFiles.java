package org.intergov.outbound.config.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The routing table and the operator's route files, which count as one: an edit of any of them is
 * an edit of the table. Which route files there are is looked up each time. Thread-safe.
 */
public final class WatchedFiles {
  private final Path table;
  private final Supplier<Optional<Path>> folder;

  /**
   * @param folder where the route files are, asked each time; empty: there are none
   */
  public WatchedFiles(Path table, Supplier<Optional<Path>> folder) {
    this.table = table;
    this.folder = folder;
  }

  /** One file alone. */
  public static WatchedFiles only(Path file) {
    return new WatchedFiles(file, Optional::empty);
  }

  public Path table() {
    return table;
  }

  /** The folder of the route files, as it is now. */
  public Optional<Path> folder() {
    return folder.get();
  }

  /** What tells their content from another; of the table alone, if there are no route files. */
  public String fingerprint() {
    return Fingerprint.of(now());
  }

  List<Path> now() {
    List<Path> files = new ArrayList<>(List.of(table));
    folder.get().ifPresent(f -> files.addAll(list(f)));
    return files;
  }

  private static List<Path> list(Path folder) {
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(RoutesFolder::mayBeRoutes).sorted().toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  /** What shows without reading them that something may have changed. */
  List<Optional<FileStamp>> stamps() {
    return now().stream().map(FileStamp::of).toList();
  }

  /** Where something happens when one of them changes, comes or goes. */
  Set<Path> directories() {
    Set<Path> directories = new LinkedHashSet<>(List.of(table.toAbsolutePath().getParent()));
    folder.get().map(Path::toAbsolutePath).ifPresent(directories::add);
    return directories;
  }

  @Override
  public String toString() {
    return table.toString();
  }
}
