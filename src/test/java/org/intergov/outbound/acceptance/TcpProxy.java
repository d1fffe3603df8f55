package org.intergov.outbound.acceptance;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Passes TCP on to a port that may change, and can be cut: every connection is closed and new ones
 * are refused until it is mended. It can also be a bad line: {@link #behave}.
 */
public final class TcpProxy implements AutoCloseable {
  private final int port = Ports.free();
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private volatile int target;
  private volatile Line line = Line.GOOD;
  private ServerSocket server;

  /** What becomes of bytes on their way. */
  public enum Line {
    GOOD,
    /** Each piece takes a tenth of a second longer. */
    SLOW,
    /** Nothing arrives on either side; what was under way comes once the line is better. */
    BLACK_HOLE,
    /** The other side gets everything, and its answers are lost. */
    DEAF,
    /** The other side gets everything, and its answers come as nonsense. */
    GARBLED
  }

  public TcpProxy(int target) {
    mend(target);
  }

  private TcpProxy() {}

  /** One that has a port, and refuses connections until it is mended for the first time. */
  public static TcpProxy unused() {
    return new TcpProxy();
  }

  public int port() {
    return port;
  }

  public void behave(Line how) {
    line = how;
  }

  /** Listens, and passes on to this port from now on. */
  public synchronized void mend(int newTarget) {
    target = newTarget;
    server = listen();
    ServerSocket listening = server;
    daemon("accept", () -> accept(listening));
  }

  /** The port is free again only once the thread that waited for a connection has let it go. */
  private ServerSocket listen() {
    long until = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (true) {
      try {
        ServerSocket listening = new ServerSocket();
        listening.setReuseAddress(true);
        listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return listening;
      } catch (BindException e) {
        if (System.nanoTime() > until) {
          throw new UncheckedIOException(e);
        }
        LockSupport.parkNanos(1_000_000);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Listens again, and passes on to where it did before. */
  public void mendAsBefore() {
    mend(target);
  }

  public synchronized void cut() {
    if (server == null) {
      return; // never used
    }
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    sockets.forEach(TcpProxy::closeQuietly);
    sockets.clear();
  }

  private void accept(ServerSocket listening) {
    while (!listening.isClosed()) {
      try {
        connect(listening.accept());
      } catch (IOException e) {
        // cut
      }
    }
  }

  private void connect(Socket near) throws IOException {
    sockets.add(near);
    Socket far;
    try {
      far = new Socket(InetAddress.getLoopbackAddress(), target);
    } catch (IOException e) {
      closeQuietly(near); // nothing listens behind
      return;
    }
    sockets.add(far);
    near.setTcpNoDelay(true);
    far.setTcpNoDelay(true);
    daemon("there", () -> pump(near, far, false));
    daemon("back", () -> pump(far, near, true));
    synchronized (this) {
      if (server.isClosed()) {
        closeQuietly(near);
        closeQuietly(far);
      }
    }
  }

  private void pump(Socket from, Socket to, boolean back) {
    byte[] buffer = new byte[16_384];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      int read;
      while ((read = in.read(buffer)) >= 0) {
        delay(from);
        if (back && line == Line.GARBLED) {
          Arrays.fill(buffer, 0, read, (byte) 'x');
        }
        if (!back || line != Line.DEAF) {
          out.write(buffer, 0, read);
        }
      }
    } catch (IOException e) {
      // one side has gone; the other one follows
    } finally {
      closeQuietly(from);
      closeQuietly(to);
      sockets.remove(from);
      sockets.remove(to);
    }
  }

  private void delay(Socket from) throws IOException {
    try {
      if (line == Line.SLOW) {
        Thread.sleep(100);
      }
      while (line == Line.BLACK_HOLE && !from.isClosed()) {
        Thread.sleep(20);
      }
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  private void daemon(String what, Runnable work) {
    Thread thread = new Thread(work, "proxy-" + port + "-" + what);
    thread.setDaemon(true);
    thread.start();
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // it is gone
    }
  }

  @Override
  public void close() {
    cut();
  }
}
