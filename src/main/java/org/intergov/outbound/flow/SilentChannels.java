package org.intergov.outbound.flow;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.intergov.outbound.delivery.PendingDelivery;
import org.intergov.outbound.delivery.StatusAnswer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says once that a channel cannot be asked about its deliveries, and once that it can again. The
 * deliveries' journals do not tell: nothing becomes of them by it. Thread-safe.
 */
final class SilentChannels {
  private static final Logger LOG = LoggerFactory.getLogger(SilentChannels.class);
  private final Set<String> silent = ConcurrentHashMap.newKeySet();

  void heard(PendingDelivery d, StatusAnswer answer) {
    String id = d.channelId();
    if (answer instanceof StatusAnswer.Unreachable no) {
      if (silent.add(id)) {
        LOG.warn(
            "channel {}: cannot be asked about {}: {}; trying again, repeats are not logged",
            id,
            d.message().reference(),
            no.detail());
      }
    } else if (!(answer instanceof StatusAnswer.NotAsked) && silent.remove(id)) {
      LOG.info("channel {}: can be asked about deliveries again", id);
    }
  }
}
