package org.intergov.outbound.channel.http;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** A server that reads HTTP requests and answers with whatever bytes a test wants. */
final class RawServer implements Closeable {

  /** What is done after a request was read. */
  @FunctionalInterface
  interface Behaviour {
    /**
     * @return whether the connection stays open for another request
     */
    boolean answer(Socket client, OutputStream out) throws IOException;
  }

  private final ServerSocket listening;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final AtomicInteger connections = new AtomicInteger();
  private final List<Socket> open = new CopyOnWriteArrayList<>();

  RawServer(Behaviour behaviour) throws IOException {
    listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    threads.submit(
        () -> {
          while (!listening.isClosed()) {
            Socket client = listening.accept();
            connections.incrementAndGet();
            open.add(client);
            threads.submit(() -> serve(client, behaviour));
          }
          return null;
        });
  }

  private Void serve(Socket client, Behaviour behaviour) throws IOException {
    try (client) {
      InputStream in = new BufferedInputStream(client.getInputStream());
      OutputStream out = client.getOutputStream();
      for (String request = read(in); request != null; request = read(in)) {
        requests.add(request);
        if (!behaviour.answer(client, out)) {
          return null;
        }
      }
    }
    return null;
  }

  /** Head and body as one text; null at the end. */
  private static String read(InputStream in) throws IOException {
    StringBuilder request = new StringBuilder();
    while (request.indexOf("\r\n\r\n") < 0) {
      int octet = in.read();
      if (octet < 0) {
        return null;
      }
      request.append((char) octet);
    }
    int length = 0;
    for (String line : request.toString().split("\r\n")) {
      if (line.toLowerCase(java.util.Locale.ROOT).startsWith("content-length:")) {
        length = Integer.parseInt(line.substring(15).trim());
      }
    }
    return request + new String(in.readNBytes(length), StandardCharsets.UTF_8);
  }

  int port() {
    return listening.getLocalPort();
  }

  String url() {
    return "http://127.0.0.1:" + port();
  }

  List<String> requests() {
    return List.copyOf(requests);
  }

  int connections() {
    return connections.get();
  }

  @Override
  public void close() throws IOException {
    listening.close();
    for (Socket s : open) {
      s.close();
    }
    threads.shutdownNow();
  }

  static Behaviour answers(String status, String headers, String body) {
    return (client, out) -> {
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      out.write(
          ("HTTP/1.1 " + status + "\r\nContent-Length: " + bytes.length + "\r\n" + headers + "\r\n")
              .getBytes(StandardCharsets.UTF_8));
      out.write(bytes);
      out.flush();
      return true;
    };
  }

  static Behaviour created() {
    return answers("201 Created", "", "{\"id\": 17}");
  }

  /** Whether the other side has closed the first connection. */
  boolean isLeft() {
    return !open.isEmpty() && open.get(0).isClosed();
  }
}
