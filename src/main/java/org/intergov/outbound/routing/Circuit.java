package org.intergov.outbound.routing;

import java.time.Duration;
import java.util.Optional;

/**
 * When a channel counts as broken, so that it is left alone for a while.
 *
 * @param on false: it never does, whatever its posts come to
 * @param failureRate of 1; from so many failures on, of the posts in the window, it is broken
 * @param slowCall an answer that takes longer is slow; empty: four fifths of the timeout
 * @param slowRate of 1; from so many slow answers on it is broken
 * @param window how many of the newest posts are looked at
 * @param minimum with fewer posts than that nothing is said
 * @param firstWait how long it is left alone the first time; doubled each time that a probe fails
 * @param maxWait no wait is longer
 * @param failOverAfter from when on messages that wait for it move to the next channel; empty: as
 *     long as {@code retry.attempts} attempts would have taken
 */
public record Circuit(
    boolean on,
    double failureRate,
    Optional<Duration> slowCall,
    double slowRate,
    int window,
    int minimum,
    Duration firstWait,
    Duration maxWait,
    Optional<Duration> failOverAfter) {

  static final Circuit BUILT_IN =
      new Circuit(
          true,
          0.7,
          Optional.empty(),
          0.8,
          40,
          20,
          Duration.ofSeconds(1),
          Duration.ofMinutes(1),
          Optional.empty());

  /** The same, switched on or off. */
  public Circuit switched(boolean toOn) {
    return new Circuit(
        toOn, failureRate, slowCall, slowRate, window, minimum, firstWait, maxWait, failOverAfter);
  }
}
