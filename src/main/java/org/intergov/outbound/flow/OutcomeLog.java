package org.intergov.outbound.flow;

import org.intergov.outbound.delivery.Delivery;
import org.intergov.outbound.delivery.OutboxStatus;
import org.intergov.outbound.delivery.Outcome;
import org.intergov.outbound.delivery.Settlement;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** One line in the log for each post that has failed, and for each message that is held. */
final class OutcomeLog {
  private static final Logger LOG = LoggerFactory.getLogger(OutcomeLog.class);

  private OutcomeLog() {}

  static void say(Delivery d, Outcome outcome, Settlement settlement) {
    if (settlement.status() == OutboxStatus.HELD) {
      say(Level.WARN, d, "held, an operator must decide: " + outcome.detail());
    } else if (outcome instanceof Outcome.Unknown) {
      say(Level.WARN, d, "unknown whether it arrived: " + outcome.detail());
    } else if (outcome instanceof Outcome.Refused) {
      say(Level.INFO, d, "refused: " + outcome.detail());
    } else if (outcome instanceof Outcome.Unavailable) {
      say(Level.INFO, d, "unavailable: " + outcome.detail());
    }
  }

  private static void say(Level level, Delivery d, String what) {
    LOG.atLevel(level)
        .addKeyValue("reference", d.message().reference())
        .addKeyValue("channel", d.channelId())
        .addKeyValue("attempt", d.attempts() + 1)
        .log(
            "{} channel {} attempt {}: {}",
            d.message().reference(),
            d.channelId(),
            d.attempts() + 1,
            what);
  }
}
