package org.intergov.outbound.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;

/**
 * The channel of the benches: a process of its own, one thread, a fixed cost for each request. It
 * speaks the Channel API under a prefix that says how it behaves:
 *
 * <ul>
 *   <li>{@code /received/…} takes a message; {@code /confirmed/…} takes and confirms it at once;
 *   <li>{@code /slow/…} does the same 250 ms later; {@code /hole/…} never answers;
 *   <li>{@code /busy/…} answers every twentieth post 503 with {@code Retry-After: 1}; {@code
 *       /third/…} answers the first post of a third of all messages 500;
 *   <li>a status is {@code received} until {@code PUT /status/confirmed}.
 * </ul>
 *
 * {@code GET /stats} gives the number of posts and of status checks; {@code GET /latencies}, of the
 * first two kinds, what passed between the making of a message, whose reference begins with {@code
 * t<nanoTime>-}, and its arrival here, and forgets it. Both clocks are the machine's monotonic one.
 */
public final class SinkServer {
  private static final long SLOW_NANOS = 250_000_000L;
  private static final byte[] KEY = "idempotency-key: au:t".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] ANY_KEY = "idempotency-key: ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] LENGTH = "content-length: ".getBytes(StandardCharsets.US_ASCII);

  private final Selector selector;
  private final ServerSocketChannel server;
  private final Deque<Late> late = new ArrayDeque<>();
  private final Set<String> failed = new HashSet<>();
  private long posts;
  private long checks;
  private long lastPostAt;
  private boolean confirmed;
  private long[] latencies = new long[1 << 16];
  private int measured;

  private record Late(long at, Connection connection, byte[] answer) {}

  private static final class Connection {
    final SocketChannel channel;
    final ByteBuffer in = ByteBuffer.allocate(16_384);

    Connection(SocketChannel channel) {
      this.channel = channel;
    }
  }

  private SinkServer(int port) throws IOException {
    selector = Selector.open();
    server = ServerSocketChannel.open();
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_024);
    server.configureBlocking(false);
    server.register(selector, SelectionKey.OP_ACCEPT);
  }

  /** Listens on the port given, or on a free one; prints it. Ends when standard input does. */
  public static void main(String[] args) throws IOException {
    SinkServer sink = new SinkServer(args.length == 0 ? 0 : Integer.parseInt(args[0]));
    System.out.println(sink.server.socket().getLocalPort());
    Thread input =
        new Thread(
            () -> {
              try {
                while (System.in.read() >= 0) {
                  // only its end counts
                }
              } catch (IOException e) {
                // as good as its end
              }
              System.exit(0);
            });
    input.setDaemon(true);
    input.start();
    sink.serve();
  }

  private void serve() throws IOException {
    while (true) {
      answerLate();
      selector.select(late.isEmpty() ? 0 : 5);
      var keys = selector.selectedKeys().iterator();
      while (keys.hasNext()) {
        SelectionKey key = keys.next();
        keys.remove();
        if (key.isValid() && key.isAcceptable()) {
          accept();
        } else if (key.isValid()) {
          Connection connection = (Connection) key.attachment();
          try {
            receive(connection);
          } catch (IOException e) {
            connection.channel.close();
          }
        }
      }
    }
  }

  private void accept() throws IOException {
    SocketChannel channel = server.accept();
    channel.configureBlocking(false);
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    channel.register(selector, SelectionKey.OP_READ, new Connection(channel));
  }

  private void answerLate() throws IOException {
    while (!late.isEmpty() && late.peek().at() <= System.nanoTime()) {
      Late next = late.remove();
      if (next.connection().channel.isOpen()) {
        write(next.connection(), next.answer());
      }
    }
  }

  private void receive(Connection connection) throws IOException {
    if (connection.channel.read(connection.in) < 0) {
      connection.channel.close();
      return;
    }
    byte[] bytes = connection.in.array();
    int from = 0;
    int end;
    while ((end = requestEnd(bytes, from, connection.in.position())) > 0) {
      answer(connection, bytes, from, end);
      from = end;
    }
    int rest = connection.in.position() - from;
    System.arraycopy(bytes, from, bytes, 0, rest);
    connection.in.position(rest);
  }

  /** Where the request that starts at {@code from} ends; 0: not all of it is there. */
  private static int requestEnd(byte[] bytes, int from, int to) {
    for (int i = from + 3; i < to; i++) {
      if (bytes[i] == '\n' && bytes[i - 2] == '\n') {
        int end = i + 1 + number(bytes, find(bytes, from, i, LENGTH));
        return end <= to ? end : 0;
      }
    }
    return 0;
  }

  private static int number(byte[] bytes, int at) {
    int value = 0;
    for (int i = at; i > 0 && bytes[i] >= '0' && bytes[i] <= '9'; i++) {
      value = value * 10 + bytes[i] - '0';
    }
    return value;
  }

  /** The position after {@code word}, which is in lower case; 0: it is not there. */
  private static int find(byte[] bytes, int from, int to, byte[] word) {
    for (int i = from; i + word.length < to; i++) {
      int n = 0;
      while (n < word.length && lower(bytes[i + n]) == word[n]) {
        n++;
      }
      if (n == word.length) {
        return i + n;
      }
    }
    return 0;
  }

  private static int lower(byte b) {
    return b >= 'A' && b <= 'Z' ? b + 32 : b;
  }

  private void answer(Connection connection, byte[] bytes, int from, int end) throws IOException {
    boolean post = bytes[from] == 'P' && bytes[from + 1] == 'O';
    int path = from + (post ? 6 : 5); // behind the first slash
    byte kind = bytes[path];
    if (post) {
      posts++;
      lastPostAt = System.nanoTime();
      if (kind == 'c' || kind == 'r') {
        measure(bytes, from, end);
      }
      String id = "{\"id\":\"" + posts + (kind == 'c' ? "\",\"status\":\"confirmed\"}" : "\"}");
      if (kind == 'b' && posts % 20 == 0) {
        write(connection, http("503 Service Unavailable\r\nRetry-After: 1", "{}"));
      } else if (kind == 't' && failsAtFirst(bytes, from, end)) {
        write(connection, http("500 Internal Server Error", "{}"));
      } else if (kind == 's') {
        late.add(new Late(lastPostAt + SLOW_NANOS, connection, http("201 Created", id)));
      } else if (kind != 'h') {
        write(connection, http("201 Created", id));
      }
      return;
    }
    String target =
        new String(bytes, path - 1, Math.min(40, end - path), StandardCharsets.US_ASCII);
    write(connection, http("200 OK", control(target)));
  }

  /** A third of all messages, each once. */
  private boolean failsAtFirst(byte[] bytes, int from, int end) {
    int at = find(bytes, from, end, ANY_KEY);
    int to = at;
    while (bytes[to] != '\r') {
      to++;
    }
    String key = new String(bytes, at, to - at, StandardCharsets.US_ASCII);
    return Math.floorMod(key.hashCode(), 3) == 0 && failed.add(key);
  }

  private String control(String target) {
    if (target.startsWith("/stats")) {
      return "{\"posts\":%d,\"checks\":%d,\"lastPostAt\":%d}".formatted(posts, checks, lastPostAt);
    } else if (target.startsWith("/latencies")) {
      return latencies();
    } else if (target.startsWith("/status/")) {
      confirmed = target.startsWith("/status/confirmed");
      return "{}";
    }
    checks++;
    return confirmed ? "{\"status\":\"confirmed\"}" : "{\"status\":\"received\"}";
  }

  private void measure(byte[] bytes, int from, int end) {
    int at = find(bytes, from, end, KEY);
    if (at == 0) {
      return;
    }
    long made = 0;
    for (int i = at; bytes[i] >= '0' && bytes[i] <= '9'; i++) {
      made = made * 10 + bytes[i] - '0';
    }
    if (measured == latencies.length) {
      latencies = Arrays.copyOf(latencies, 2 * measured);
    }
    latencies[measured++] = lastPostAt - made;
  }

  private String latencies() {
    long[] sorted = Arrays.copyOf(latencies, measured);
    Arrays.sort(sorted);
    int n = measured;
    measured = 0;
    return n == 0
        ? "{\"count\":0}"
        : "{\"count\":%d,\"p50\":%d,\"p99\":%d,\"max\":%d}"
            .formatted(n, sorted[n / 2], sorted[(int) (n * 0.99)], sorted[n - 1]);
  }

  private static byte[] http(String status, String body) {
    return ("HTTP/1.1 "
            + status
            + "\r\nContent-Type: application/json\r\nContent-Length: "
            + body.length()
            + "\r\n\r\n"
            + body)
        .getBytes(StandardCharsets.US_ASCII);
  }

  private static void write(Connection connection, byte[] answer) throws IOException {
    ByteBuffer out = ByteBuffer.wrap(answer);
    while (out.hasRemaining()) {
      connection.channel.write(out); // an answer is far smaller than a socket's buffer
    }
  }
}
