package org.intergov.outbound.monitoring;

import io.vertx.core.Context;
import io.vertx.core.Vertx;

/**
 * Who calls an operation of an MBean: over HTTP the holder of the token, who is kept in the context
 * of the request; otherwise somebody at this machine. Thread-safe.
 */
public final class JmxCaller {
  private static final String KEY = JmxCaller.class.getName();

  private JmxCaller() {}

  /** The request that is being handled was made by this one. */
  public static void is(String name) {
    Context request = Vertx.currentContext();
    if (request != null) {
      request.putLocal(KEY, name);
    }
  }

  /** For the journal. */
  public static String name() {
    Context request = Vertx.currentContext();
    String name = request == null ? null : request.getLocal(KEY);
    return name == null ? "jmx" : name;
  }
}
