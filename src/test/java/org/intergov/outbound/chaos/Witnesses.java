package org.intergov.outbound.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Notes what the gateways say of themselves at the end: figures, and lines of their logs. */
final class Witnesses {
  private final Estate estate;
  private final History history;
  private final Path folder;

  Witnesses(Estate estate, History history, Path folder) {
    this.estate = estate;
    this.history = history;
    this.folder = folder;
  }

  void hear() {
    figures();
    logs();
    journal();
  }

  private void journal() {
    history.entries().stream()
        .filter(e -> e.kind() == Kind.JOURNAL && e.get("detail").contains(Estate.SECRET))
        .forEach(e -> history.line("no-secret", "the journal", e.json()));
  }

  /** What each gateway's metrics say, beside what is in the outbox. */
  private void figures() {
    try (Connection c = estate.database()) {
      long held =
          Collector.number(
              c, "SELECT count(*) FROM intergov.delivery_outbox WHERE status = 'held'");
      for (Estate.Replica replica : estate.replicas()) {
        String metrics = replica.process().metrics();
        figure("messages held", sum(metrics, "intergov_channel_held"), held);
        figure("messages waiting", sum(metrics, "intergov_channel_waiting"), 0);
        figure("messages listed as held", replica.process().api().list("status=held").size(), held);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private void figure(String name, long is, long should) {
    history.note(Kind.FIGURE, "", "name", name, "is", is, "should", should);
  }

  private static long sum(String metrics, String name) {
    return metrics
        .lines()
        .filter(l -> l.startsWith(name + "{"))
        .mapToLong(l -> (long) Double.parseDouble(l.substring(l.lastIndexOf(' ') + 1)))
        .sum();
  }

  /** What a gateway may log at ERROR while such things are done to it. */
  private static final List<Pattern> EXPECTED =
      List.of(
          Pattern.compile("channels\\.yaml"),
          Pattern.compile(Pattern.quote(RouteFiles.NAME)),
          // of a gateway that reads its table again while route files are broken
          Pattern.compile("LiveTable .*/routes: found a mistake"),
          // of a gateway that gets no processor: the call has a limit, and the lease is longer
          Pattern.compile("IllegalStateException: no outcome within its lease"),
          Pattern.compile("database", Pattern.CASE_INSENSITIVE));

  /** The logs, which it also keeps. */
  private void logs() {
    Path kept = folder.resolve("logs");
    try {
      Files.createDirectories(kept);
      for (Estate.Replica replica : estate.replicas()) {
        Path log = replica.process().logFile();
        Files.copy(log, kept.resolve(log.getFileName()), StandardCopyOption.REPLACE_EXISTING);
        try (Stream<String> lines = Files.lines(log)) {
          lines.forEach(line -> line(log.getFileName().toString(), line));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void line(String who, String line) {
    if (line.contains(Estate.SECRET)) {
      history.line("no-secret", who, line);
    }
    boolean error = line.contains(" ERROR ") || line.startsWith("\tat ");
    if (error && EXPECTED.stream().noneMatch(p -> p.matcher(line).find())) {
      history.line("no-strange-error", who, line);
    }
  }
}
