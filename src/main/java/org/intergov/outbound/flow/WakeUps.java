package org.intergov.outbound.flow;

import org.intergov.outbound.flow.leased.WakeUp;

/**
 * The stages' wake-ups. Each stage wakes the next one in this process; periods are the fallback,
 * and the way other replicas notice.
 */
public record WakeUps(
    WakeUp router,
    WakeUp settler,
    WakeUp poller,
    WakeUp statusSettler,
    WakeUp updater,
    WakeUp rejecter) {

  /** Those of one gateway. */
  public static WakeUps create() {
    return new WakeUps(
        new WakeUp(), new WakeUp(), new WakeUp(), new WakeUp(), new WakeUp(), new WakeUp());
  }

  /**
   * Other channels are there: messages that waited for one may go, deliveries may be asked about.
   */
  public void tableChanged() {
    router.signal();
    poller.signal();
  }
}
