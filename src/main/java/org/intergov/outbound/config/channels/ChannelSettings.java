package org.intergov.outbound.config.channels;

import java.time.Duration;
import org.intergov.outbound.routing.OnRevoked;
import org.intergov.outbound.routing.OnUnknown;
import org.intergov.outbound.routing.Poll;
import org.intergov.outbound.routing.Protection;
import org.intergov.outbound.routing.Refusals;
import org.intergov.outbound.routing.Retry;

/** What {@code defaults} may hold and a channel may override. */
record ChannelSettings(
    int concurrency,
    Retry retry,
    Poll poll,
    OnUnknown onUnknown,
    OnRevoked onRevoked,
    Refusals refusals,
    Duration timeout,
    Protection protection) {

  static final ChannelSettings BUILT_IN =
      new ChannelSettings(
          16,
          new Retry(5, Duration.ofSeconds(1), 2, Duration.ofMinutes(5)),
          new Poll(
              Duration.ofSeconds(1),
              Duration.ofSeconds(30),
              Duration.ofDays(7),
              Duration.ofHours(1)),
          OnUnknown.RETRY,
          OnRevoked.RESEND,
          Refusals.BUILT_IN,
          Duration.ofSeconds(15),
          Protection.BUILT_IN);
}
