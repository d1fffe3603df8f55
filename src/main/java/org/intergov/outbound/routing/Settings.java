package org.intergov.outbound.routing;

import java.time.Duration;

/** What {@code defaults} may hold and a channel may override. */
record Settings(
    int concurrency,
    Retry retry,
    Poll poll,
    OnUnknown onUnknown,
    OnRevoked onRevoked,
    Refusals refusals,
    Duration timeout,
    Protection protection) {

  static final Settings BUILT_IN =
      new Settings(
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
