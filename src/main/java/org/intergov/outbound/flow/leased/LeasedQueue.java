package org.intergov.outbound.flow.leased;

import org.apache.camel.Exchange;

/**
 * Rows that are worked on under a lease. A route gets them by {@code from: leased:<name>}, where
 * the queue is bound in Camel's registry under that name.
 *
 * <p>The endpoint calls {@link #claim} from one thread and {@link #record} from another; the ends
 * of exchanges come on any.
 */
public interface LeasedQueue {
  /**
   * Told the route before the first {@link #claim}, and again whenever it is started again.
   *
   * @param route what is claimed is handed to it
   */
  void open(LeasedRoute route);

  /** Raised when something may be due. */
  WakeUp due();

  /**
   * Claims what is due and hands it to the route; returns when nothing more is due or nothing more
   * can be taken now. What it throws is reported, and it is called again later.
   */
  void claim();

  /**
   * The route takes nothing more until it is {@linkplain #open opened} again: what is claimed and
   * not handed over should go back. Ends still come, and are recorded.
   */
  default void closed() {}

  /** Raised when ends wait to be recorded; null: {@link #claim} records them itself. */
  default WakeUp ended() {
    return null;
  }

  /**
   * Records what became of the exchanges that have ended. An exchange that has ended and said
   * nothing ({@link Exchange#getException} included) is one whose outcome is unknown.
   */
  default void record() {}
}
