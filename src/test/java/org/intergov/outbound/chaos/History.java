package org.intergov.outbound.chaos;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Everything that was seen, in the order in which it was noted; also a file, a line each. Any
 * thread may note.
 */
final class History implements AutoCloseable {
  static final String FILE = "history.ndjson";

  private final List<Entry> entries = new ArrayList<>();
  private final BufferedWriter file;

  History(Path folder) {
    try {
      Files.createDirectories(folder);
      file = Files.newBufferedWriter(folder.resolve(FILE));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<Entry> read(Path folder) {
    try (Stream<String> lines = Files.lines(folder.resolve(FILE))) {
      return lines.map(Entry::read).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static long now() {
    return micros(Instant.now());
  }

  static long micros(Instant instant) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
  }

  /**
   * Notes what happens now.
   *
   * @param facts names and values in turn; those without a value are left out
   */
  void note(Kind kind, String ref, Object... facts) {
    noteAt(now(), kind, ref, facts);
  }

  /** What breaks a rule as it stands. */
  void line(String rule, String who, String text) {
    note(Kind.LINE, "", "rule", rule, "who", who, "text", text);
  }

  void noteAt(long at, Kind kind, String ref, Object... facts) {
    Map<String, String> map = new HashMap<>();
    for (int i = 0; i < facts.length; i += 2) {
      if (facts[i + 1] != null) {
        map.put((String) facts[i], String.valueOf(facts[i + 1]));
      }
    }
    Entry entry = new Entry(at, kind, ref == null ? "" : ref, Map.copyOf(map));
    synchronized (this) {
      entries.add(entry);
      try {
        file.write(entry.json());
        file.newLine();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  synchronized List<Entry> entries() {
    return List.copyOf(entries);
  }

  @Override
  public synchronized void close() {
    try {
      file.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
