package org.intergov.outbound.store.database;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;

/** Stands between the gateway and PostgreSQL, and cuts the connection at the next commit. */
public final class CuttingProxy implements Closeable {

  /** When the connection is cut. */
  public enum Cut {
    /** The server never hears of the commit. */
    BEFORE_THE_COMMIT,
    /** The server commits, the gateway never hears of it. */
    AFTER_THE_COMMIT
  }

  private final ServerSocket listening;
  private final int target;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final AtomicReference<Cut> next = new AtomicReference<>();
  private volatile String word = "COMMIT";
  private final Set<Socket> clients = ConcurrentHashMap.newKeySet();
  private volatile boolean refusesAfterCut;
  private volatile boolean refuses;

  public CuttingProxy(int target) throws IOException {
    this.target = target;
    this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    threads.submit(this::accept);
  }

  public int port() {
    return listening.getLocalPort();
  }

  /** The next commit on any connection is cut; those after it are not. */
  void cutNext(Cut cut) {
    cutNext("COMMIT", cut);
  }

  /** As {@link #cutNext(Cut)}; after that nobody gets through, until {@link #acceptAgain}. */
  void cutNextAndRefuse(Cut cut) {
    refusesAfterCut = true;
    cutNext(cut);
  }

  /** Lets everybody through, and cuts nobody. */
  void acceptAgain() {
    next.set(null);
    refusesAfterCut = false;
    refuses = false;
  }

  /** The next request that has this in it is cut, as a commit would be. */
  public void cutNext(String request, Cut cut) {
    word = request;
    next.set(cut);
  }

  /** Whether a connection was cut since it was asked for last. */
  public boolean hasCut() {
    return next.get() == null;
  }

  private Void accept() throws IOException {
    while (!listening.isClosed()) {
      Socket client = listening.accept();
      if (refuses) {
        client.close();
        continue;
      }
      Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
      clients.add(client);
      if (refuses) { // since it was accepted, and closed all that were there
        client.close();
        server.close();
        continue;
      }
      threads.submit(() -> requests(client, server));
      threads.submit(() -> answers(server, client));
    }
    return null;
  }

  private void closeAllBut(Socket one) throws IOException {
    for (Socket client : clients) {
      if (client != one) {
        client.close();
      }
    }
  }

  private Void requests(Socket client, Socket server) throws IOException {
    byte[] buffer = new byte[65_536];
    try (client;
        server) {
      InputStream in = client.getInputStream();
      OutputStream out = server.getOutputStream();
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        boolean commits = new String(buffer, 0, n, StandardCharsets.ISO_8859_1).contains(word);
        Cut cut = commits ? next.getAndSet(null) : null;
        if (cut != null && refusesAfterCut) {
          refuses = true;
          closeAllBut(client);
        }
        if (cut == Cut.AFTER_THE_COMMIT) {
          client.close();
        }
        if (cut != Cut.BEFORE_THE_COMMIT) {
          out.write(buffer, 0, n);
          out.flush();
        }
        if (cut != null) {
          return null;
        }
      }
    }
    return null;
  }

  private Void answers(Socket server, Socket client) throws IOException {
    try (client;
        server) {
      server.getInputStream().transferTo(client.getOutputStream());
    }
    return null;
  }

  @Override
  public void close() throws IOException {
    listening.close();
    threads.shutdownNow();
  }
}
