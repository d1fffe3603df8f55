package org.intergov.outbound.channel;

import java.util.Set;
import org.apache.camel.Component;
import org.apache.camel.support.DefaultComponent;
import org.apache.camel.support.LifecycleStrategySupport;

/**
 * Camel gives a component that is made the one bean of a fitting type that it sees. The client of a
 * channel, with its credentials, is for that channel and nobody else: a route of an operator that
 * names no client must not get it.
 */
final class OwnClients extends LifecycleStrategySupport {
  private static final Set<String> COMPONENTS = Set.of("aws2-sqs", "kafka");

  @Override
  public void onComponentAdd(String name, Component component) {
    if (COMPONENTS.contains(name) && component instanceof DefaultComponent known) {
      known.setAutowiredEnabled(false);
    }
  }
}
