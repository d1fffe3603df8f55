package org.intergov.outbound.acceptance;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/**
 * Free ports of 127.0.0.1, none given twice to this JVM. They lie below those from which systems
 * take the ports of connections that go out: one of these could otherwise sit on the port of a
 * server that is just being restarted, or a client that looks for that server find itself.
 */
public final class Ports {
  private static final int LOWEST = 10_000;

  /** Each JVM has so many of its own, so that those that run at the same time rarely meet. */
  private static final int SLICE = 500;

  private static final int SLICES = 45;
  private static final int FIRST = LOWEST + SLICE * (int) (ProcessHandle.current().pid() % SLICES);
  private static int given;

  private Ports() {}

  public static synchronized int free() {
    for (int tried = 0; tried < SLICE * SLICES; tried++) {
      int port = LOWEST + (FIRST - LOWEST + given++) % (SLICE * SLICES);
      try (ServerSocket probe = new ServerSocket()) {
        probe.setReuseAddress(true);
        probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return port;
      } catch (IOException e) {
        // somebody has it
      }
    }
    throw new IllegalStateException("no port is free");
  }
}
