package org.intergov.outbound.flow;

import java.time.Duration;
import java.util.Locale;
import org.intergov.outbound.delivery.CircuitState;
import org.intergov.outbound.delivery.CircuitState.Phase;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One line in the log for each change of one lane's circuit. A channel that asks again and again to
 * be left alone for a moment is told of at level debug.
 */
final class CircuitLog {
  private static final Logger LOG = LoggerFactory.getLogger(CircuitLog.class);
  private static final Duration A_MOMENT = Duration.ofSeconds(10);

  private boolean quiet;

  synchronized void changed(String channelId, CircuitState state) {
    if (state.phase() == Phase.OPEN) {
      quiet = state.asked() && state.nextProbe().compareTo(A_MOMENT) < 0;
    }
    switch (state.phase()) {
      case OPEN -> {
        String next = seconds(state.nextProbe());
        if (quiet) {
          LOG.debug("channel {}: {}; nothing is sent for {}", channelId, state.cause(), next);
        } else {
          LOG.warn("channel {}: circuit open: {}; next try in {}", channelId, state.cause(), next);
        }
      }
      case HALF_OPEN ->
          say("channel {}: circuit half open, some messages try the channel", channelId);
      default -> say("channel {}: circuit closed, the channel takes messages again", channelId);
    }
  }

  private void say(String what, String channelId) {
    if (quiet) {
      LOG.debug(what, channelId);
    } else {
      LOG.info(what, channelId);
    }
  }

  private static String seconds(Duration d) {
    return String.format(Locale.ROOT, "%.1f s", d.toMillis() / 1000.0);
  }
}
