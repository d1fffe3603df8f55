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
    Instant most = lastOfOnce(now).plus(LONGEST);
    Instant end = now;
    Optional<Instant> later = anEnd(now);
    while (later.isPresent() && !end.isAfter(most)) {
      end = later.get();
      later = anEnd(end);
    }
    return end.equals(now) ? Optional.empty() : Optional.of(end);
  }

  /** Of one of the windows that this moment is in; those that are longer go on from there. */
  private Optional<Instant> anEnd(Instant now) {
    return windows.stream().flatMap(window -> window.endAt(now).stream()).findFirst();
  }

  /** From when on there are only windows of every week. */
  private Instant lastOfOnce(Instant now) {
    Instant last = now;
    for (Window window : windows) {
      if (window instanceof Window.Once once && once.until().isAfter(last)) {
        last = once.until();
      }
    }
    return last;
  }

  /** Whether the weekly windows alone leave no time between them. */
  public boolean isEndless(Instant now) {
    List<Window> weekly = windows.stream().filter(Window.Weekly.class::isInstance).toList();
    return new Maintenance(weekly).endAt(now).filter(now.plus(LONGEST)::isBefore).isPresent();
  }
}
