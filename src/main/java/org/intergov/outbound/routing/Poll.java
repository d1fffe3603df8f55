package org.intergov.outbound.routing;

import java.time.Duration;

/**
 * How a channel is asked what became of a message it took.
 *
 * @param firstAfter from the post to the first check
 * @param every between checks
 * @param giveUpAfter from the post, when nothing was confirmed until then
 * @param finality how long a confirmed delivery is watched before it counts as final; may be zero
 */
public record Poll(Duration firstAfter, Duration every, Duration giveUpAfter, Duration finality) {}
