package org.intergov.outbound.flow;

import org.intergov.outbound.delivery.CircuitState;

/** Is told of each change of a lane's circuit, on the thread that brought it about. */
@FunctionalInterface
public interface CircuitListener {

  /**
   * @param state how it stands since the change; must not block
   */
  void changed(String channelId, CircuitState state);
}
