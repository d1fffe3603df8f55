package org.intergov.outbound.store;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Stands between the gateway and the lake's PostgreSQL, and fails as a network does. */
final class WayToLake implements Closeable {
  private final int target;
  private final int port;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private volatile boolean swallows;
  private ServerSocket listening;

  WayToLake(int target) throws IOException {
    this.target = target;
    open(0);
    this.port = listening.getLocalPort();
  }

  int port() {
    return port;
  }

  private void open(int at) throws IOException {
    ServerSocket socket = new ServerSocket();
    socket.setReuseAddress(true);
    socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), at));
    listening = socket;
    threads.submit(() -> accept(socket));
  }

  /** Connections end, new ones are refused; so is one that is just being made. */
  synchronized void refuse() throws IOException {
    listening.close();
    for (Socket socket : sockets) {
      socket.close();
    }
    sockets.clear();
  }

  /** Connections stay and new ones are made, but nothing comes through. */
  void swallow() {
    swallows = true;
  }

  /** All is well again; what was swallowed stays lost. */
  void mend() throws IOException {
    swallows = false;
    if (listening.isClosed()) {
      open(port);
    }
  }

  private Void accept(ServerSocket socket) throws IOException {
    while (true) {
      take(socket, socket.accept());
    }
  }

  private synchronized void take(ServerSocket by, Socket near) throws IOException {
    if (by.isClosed()) {
      near.close();
      return;
    }
    Socket far = new Socket(InetAddress.getLoopbackAddress(), target);
    sockets.add(near);
    sockets.add(far);
    threads.submit(() -> pump(near, far));
    threads.submit(() -> pump(far, near));
  }

  private Void pump(Socket from, Socket to) throws IOException {
    byte[] buffer = new byte[65_536];
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      boolean lost = false;
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        lost |= swallows;
        if (!lost) {
          out.write(buffer, 0, n);
        }
      }
    } finally {
      sockets.remove(from);
      sockets.remove(to);
    }
    return null;
  }

  @Override
  public void close() throws IOException {
    refuse();
    threads.shutdownNow();
  }
}
