package org.intergov.outbound.store;

import java.time.Duration;
import org.intergov.outbound.delivery.Reason;

/**
 * Is told what became of messages, once that is committed; whoever rolls back has told nothing.
 * Called on threads of the flow: must be thread-safe and must not block.
 */
public interface FlowListener {
  /** Listens to nothing. */
  FlowListener NONE =
      new FlowListener() {
        @Override
        public void written(Settlements.Written written) {}

        @Override
        public void accepted(Duration age) {}

        @Override
        public void rejected(Reason reason) {}
      };

  /** Outcomes were written. */
  void written(Settlements.Written written);

  /**
   * The lake shows a message as accepted from now on.
   *
   * @param age since the lake has its entry
   */
  void accepted(Duration age);

  /** A message was rejected by something else than an outcome: by an operator. */
  void rejected(Reason reason);
}
