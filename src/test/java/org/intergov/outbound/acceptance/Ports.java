package org.intergov.outbound.acceptance;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Free ports of 127.0.0.1, none given twice to this JVM, and none given to two JVMs: each takes
 * them from slices that it has locked for as long as it lives. They lie below those from which
 * systems take the ports of connections that go out: one of these could otherwise sit on the port
 * of a server that is just being restarted, or a client that looks for that server find itself.
 */
public final class Ports {
  private static final int LOWEST = 10_000;
  private static final int SLICE = 100;
  private static final int SLICES = 225;

  private static final Path LOCKS =
      Path.of(
          System.getProperty("java.io.tmpdir"),
          "intergov-outbound-ports-" + System.getProperty("user.name"));

  /** By slice; never closed, since that would let go of its lock. */
  private static final Map<Integer, FileChannel> HELD = new HashMap<>();

  private static int slice = (int) (ProcessHandle.current().pid() % SLICES);
  private static int next;
  private static int end;

  private Ports() {}

  public static synchronized int free() {
    while (true) {
      if (next == end) {
        takeSlice();
      }
      int port = next++;
      try (ServerSocket probe = new ServerSocket()) {
        probe.setReuseAddress(true);
        probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return port;
      } catch (IOException e) {
        // somebody has it who knows nothing of slices
      }
    }
  }

  private static void takeSlice() {
    for (int tried = 0; tried < SLICES; tried++) {
      slice = (slice + 1) % SLICES;
      if (!HELD.containsKey(slice) && lock(slice)) {
        next = LOWEST + slice * SLICE;
        end = next + SLICE;
        return;
      }
    }
    throw new IllegalStateException("no ports are left; other builds have locked them in " + LOCKS);
  }

  /** The lock ends with this JVM, however that ends. */
  private static boolean lock(int number) {
    try {
      Files.createDirectories(LOCKS);
      FileChannel file = FileChannel.open(LOCKS.resolve(number + ".lock"), CREATE, WRITE);
      if (file.tryLock() != null) {
        HELD.put(number, file);
        return true;
      }
      file.close();
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException("locking ports in " + LOCKS, e);
    }
  }
}
