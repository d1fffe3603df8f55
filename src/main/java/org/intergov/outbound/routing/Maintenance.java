package org.intergov.outbound.routing;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * When a channel's lane claims nothing: its messages wait.
 *
 * @param windows may overlap and follow upon each other
 */
public record Maintenance(List<Window> windows) {

  /** Never. */
  public static final Maintenance NONE = new Maintenance(List.of());

  /** Windows of every week that leave no gap for so long leave none at all. */
  private static final Duration LONGEST = Duration.ofDays(8);

  public Maintenance {
    windows = List.copyOf(windows);
  }

  /** When the maintenance of this moment ends; empty if there is none at this moment. */
  public Optional<Instant> endAt(Instant now) {
    if (windows.isEmpty()) {
      return Optional.empty();
    }
    Instant end = now;
    Optional<Instant> later = latestEnd(now);
    while (later.isPresent()) {
      end = later.get();
      boolean endless = Duration.between(now, end).compareTo(LONGEST) > 0;
      later = endless ? Optional.empty() : latestEnd(end);
    }
    return end.equals(now) ? Optional.empty() : Optional.of(end);
  }

  private Optional<Instant> latestEnd(Instant now) {
    Optional<Instant> latest = Optional.empty();
    for (Window window : windows) {
      Optional<Instant> end = window.endAt(now);
      if (end.isPresent() && (latest.isEmpty() || end.get().isAfter(latest.get()))) {
        latest = end;
      }
    }
    return latest;
  }

  /** Whether the weekly windows alone leave no time between them. */
  boolean isEndless(Instant now) {
    List<Window> weekly = windows.stream().filter(Window.Weekly.class::isInstance).toList();
    return new Maintenance(weekly)
        .endAt(now)
        .filter(end -> Duration.between(now, end).compareTo(LONGEST) > 0)
        .isPresent();
  }
}
