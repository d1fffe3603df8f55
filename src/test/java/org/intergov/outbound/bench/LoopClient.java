package org.intergov.outbound.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;

/**
 * The loop's posts: one thread, plain sockets, one request at a time on each connection. It reads
 * of an answer what the loop needs and expects no trouble: whatever goes wrong ends the bench.
 */
final class LoopClient implements Runnable {
  private final Selector selector;
  private final Queue<LoopMessage> waiting = new ConcurrentLinkedQueue<>();
  private final Deque<Connection> idle = new ArrayDeque<>();
  private final String head;
  private final Consumer<LoopMessage> posted;

  private static final class Connection {
    final SocketChannel channel;
    final ByteBuffer in = ByteBuffer.allocate(8_192);
    LoopMessage message;

    Connection(SocketChannel channel) {
      this.channel = channel;
    }
  }

  /**
   * @param path where to post to, such as {@code /received/messages}
   * @param posted told of each message once its id is known, on the client's thread
   */
  LoopClient(int port, String path, int connections, Consumer<LoopMessage> posted)
      throws IOException {
    this.selector = Selector.open();
    this.posted = posted;
    this.head =
        "POST "
            + path
            + " HTTP/1.1\r\nhost: 127.0.0.1:"
            + port
            + "\r\nAccept: application/json\r\nContent-Type: application/json\r\nIdempotency-Key: ";
    for (int i = 0; i < connections; i++) {
      SocketChannel channel =
          SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.configureBlocking(false);
      Connection connection = new Connection(channel);
      channel.register(selector, SelectionKey.OP_READ, connection);
      idle.add(connection);
    }
  }

  /** Takes messages to be posted, from any thread. */
  void post(Iterable<LoopMessage> messages) {
    messages.forEach(waiting::add);
    selector.wakeup();
  }

  @Override
  public void run() {
    try {
      while (true) {
        LoopMessage next;
        while (!idle.isEmpty() && (next = waiting.poll()) != null) {
          send(idle.remove(), next);
        }
        selector.select();
        var keys = selector.selectedKeys();
        for (SelectionKey key : keys) {
          receive((Connection) key.attachment());
        }
        keys.clear();
      }
    } catch (IOException | RuntimeException e) {
      LoopMain.fail(e);
    }
  }

  private void send(Connection connection, LoopMessage message) throws IOException {
    connection.message = message;
    String body = message.channelJson();
    String request =
        head + "AU:" + message.senderRef() + "\r\ncontent-length: " + body.length() + "\r\n\r\n";
    ByteBuffer out = ByteBuffer.wrap((request + body).getBytes(StandardCharsets.ISO_8859_1));
    while (out.hasRemaining()) {
      connection.channel.write(out);
    }
  }

  private void receive(Connection connection) throws IOException {
    if (connection.channel.read(connection.in) < 0) {
      throw new IOException("the sink closed a connection");
    }
    String answer =
        new String(connection.in.array(), 0, connection.in.position(), StandardCharsets.ISO_8859_1);
    int body = answer.indexOf("\r\n\r\n") + 4;
    int length = answer.indexOf("Content-Length: ") + 16;
    if (body < 4
        || answer.length()
            < body + Integer.parseInt(answer, length, answer.indexOf('\r', length), 10)) {
      return;
    }
    if (!answer.startsWith("HTTP/1.1 201")) {
      throw new IOException("the sink answered " + answer);
    }
    int id = answer.indexOf("\"id\":\"", body) + 6;
    LoopMessage message = connection.message;
    message.posted(
        answer.substring(id, answer.indexOf('"', id)), answer.indexOf("confirmed", body) > 0);
    connection.in.clear();
    LoopMessage next = waiting.poll();
    if (next == null) {
      idle.add(connection);
    } else {
      send(connection, next);
    }
    posted.accept(message);
  }
}
