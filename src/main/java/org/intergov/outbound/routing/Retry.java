package org.intergov.outbound.routing;

import java.time.Duration;

/**
 * How often and how soon a channel that is unavailable is tried again.
 *
 * @param attempts how many attempts before the next channel, at least 1
 * @param firstDelay before the second attempt
 * @param factor each delay is so many times the one before, at least 1
 * @param maxDelay no delay is longer
 */
public record Retry(int attempts, Duration firstDelay, double factor, Duration maxDelay) {}
