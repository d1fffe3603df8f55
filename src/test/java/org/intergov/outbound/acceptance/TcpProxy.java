package org.intergov.outbound.acceptance;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Passes TCP on to a port that may change, and can be cut: every connection is closed and new ones
 * are refused until it is mended.
 */
final class TcpProxy implements AutoCloseable {
  private final int port = Ports.free();
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private volatile int target;
  private ServerSocket server;

  TcpProxy(int target) {
    mend(target);
  }

  private TcpProxy() {}

  /** One that has a port, and refuses connections until it is mended for the first time. */
  static TcpProxy unused() {
    return new TcpProxy();
  }

  int port() {
    return port;
  }

  /** Listens, and passes on to this port from now on. */
  synchronized void mend(int newTarget) {
    target = newTarget;
    try {
      ServerSocket listening = new ServerSocket();
      listening.setReuseAddress(true);
      listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      server = listening;
      daemon("accept", () -> accept(listening));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  synchronized void cut() {
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
    daemon("there", () -> pump(near, far));
    daemon("back", () -> pump(far, near));
    synchronized (this) {
      if (server.isClosed()) {
        closeQuietly(near);
        closeQuietly(far);
      }
    }
  }

  private void pump(Socket from, Socket to) {
    byte[] buffer = new byte[16_384];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      int read;
      while ((read = in.read(buffer)) >= 0) {
        out.write(buffer, 0, read);
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
