package org.intergov.outbound.channel;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.RouteDefinition;
import org.intergov.outbound.config.Cause;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Adds, stops and removes routes while Camel runs. Camel's list of route definitions is a plain
 * list, so whoever reads or changes it does so here. Thread-safe.
 */
final class RunningRoutes {
  static final Duration STOP_WITHIN = Duration.ofSeconds(10);

  private static final Logger LOG = LoggerFactory.getLogger(RunningRoutes.class);

  private final ModelCamelContext camel;

  RunningRoutes(ModelCamelContext camel) {
    this.camel = camel;
  }

  /** Adds routes to Camel. */
  @FunctionalInterface
  interface Adding<E extends Exception> {
    void add() throws E;
  }

  synchronized <E extends Exception> void add(Adding<E> adding) throws E {
    adding.add();
  }

  /** Stops a route, if it is there; one that does not stop as it should is told in the log. */
  void stop(String id) {
    try {
      if (camel.getRoute(id) != null) {
        camel.getRouteController().stopRoute(id, STOP_WITHIN.toSeconds(), TimeUnit.SECONDS);
      }
    } catch (Exception e) {
      LOG.warn("route {} did not stop as it should: {}", id, Cause.of(e));
    }
  }

  /** Stops a route and takes it away; one that cannot be is told in the log. */
  void remove(String id) {
    stop(id);
    try {
      synchronized (this) {
        RouteDefinition definition = camel.getRouteDefinition(id);
        if (definition != null) {
          camel.removeRouteDefinition(definition);
        }
      }
    } catch (Exception e) {
      LOG.warn("route {} could not be removed: {}", id, Cause.of(e));
    }
  }
}
