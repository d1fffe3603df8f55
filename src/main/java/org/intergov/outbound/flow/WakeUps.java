package org.intergov.outbound.flow;

import org.apache.camel.CamelContext;

/**
 * The stages' wake-ups. Each stage wakes the next one in this process; timers are the fallback, and
 * the way other replicas notice.
 */
public record WakeUps(
    WakeUp router,
    WakeUp settler,
    WakeUp poller,
    WakeUp statusSettler,
    WakeUp updater,
    WakeUp rejecter) {

  public static WakeUps of(CamelContext camel) {
    return new WakeUps(
        new WakeUp(camel, "multichannel-router"),
        new WakeUp(camel, "settle-deliveries"),
        new WakeUp(camel, "channel-poller"),
        new WakeUp(camel, "settle-statuses"),
        new WakeUp(camel, "message-updater"),
        new WakeUp(camel, "rejected-message-processor"));
  }
}
