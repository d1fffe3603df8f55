package org.intergov.outbound.chaos;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.intergov.outbound.acceptance.Ports;
import org.intergov.outbound.acceptance.TcpProxy;

/**
 * A Channel API server that notes all that it sees and does. What it does with a message is drawn
 * from the seed and the message; what it does beside that, from its mood.
 */
final class ChaosChannel implements AutoCloseable {
  private static final Vertx VERTX =
      Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2).setUseDaemonThread(true));

  /** All that a bad mood knows. */
  static final List<String> MOODS =
      List.of(
          "503",
          "503-wait",
          "429",
          "404",
          "401",
          "500",
          "500-stored",
          "reset",
          "reset-stored",
          "silence",
          "silence-stored",
          "no-id",
          "html",
          "interim",
          "slow",
          "cut",
          "302");

  private final String id;
  private final History history;
  private final Manners manners;
  private final long seed;
  private final int port = Ports.free();
  private final TcpProxy line;
  private final AtomicLong posts = new AtomicLong();
  private final Map<String, Item> byKey = new HashMap<>();
  private final Map<String, Item> byId = new HashMap<>();
  private final Random random;
  private volatile double trouble = 0.01;
  private volatile List<String> moods = MOODS;
  private HttpServer server;
  private long lastId;

  /**
   * What a channel promises.
   *
   * @param honours the idempotency key
   * @param flaps takes back what it has said, now and then
   * @param refuses so many of a hundred messages
   */
  record Manners(boolean honours, boolean flaps, int refuses) {}

  /** What it has taken. Guarded by the channel. */
  private static final class Item {
    private final String id;
    private final String ref;
    private final List<String> script;
    private int next;
    private String said;

    Item(String id, String ref, List<String> script) {
      this.id = id;
      this.ref = ref;
      this.script = script;
    }
  }

  ChaosChannel(String id, Manners manners, long seed, History history) {
    this.id = id;
    this.manners = manners;
    this.seed = seed;
    this.history = history;
    this.random = new Random(seed ^ id.hashCode());
    open();
    line = new TcpProxy(port);
  }

  String id() {
    return id;
  }

  String url() {
    return "http://127.0.0.1:" + line.port();
  }

  TcpProxy line() {
    return line;
  }

  /** From now on so many of its answers, from 0 to 1, are of these moods. */
  void mood(double share, List<String> kinds) {
    moods = kinds;
    trouble = share;
  }

  /** A little trouble of every kind. */
  void usualMood() {
    mood(0.01, MOODS);
  }

  void goodMood() {
    trouble = 0;
  }

  /** Whether it has taken a message. */
  synchronized boolean has(String ref) {
    return byId.values().stream().anyMatch(i -> i.ref.equals(ref));
  }

  private void open() {
    server =
        VERTX
            .createHttpServer(
                new HttpServerOptions()
                    .setHost("127.0.0.1")
                    .setPort(port)
                    .setReuseAddress(true)
                    .setAcceptBacklog(1_024))
            .requestHandler(this::take);
    server.listen().toCompletionStage().toCompletableFuture().join();
  }

  /** Stops listening and drops every connection. */
  private void refuse() {
    server.close().toCompletionStage().toCompletableFuture().join();
  }

  private void take(HttpServerRequest request) {
    String path = request.path();
    if (request.method().name().equals("POST") && path.equals("/messages")) {
      request.bodyHandler(body -> post(request, body));
    } else if (request.method().name().equals("GET") && path.startsWith("/messages/")) {
      check(request, path.substring("/messages/".length()));
    } else {
      history.line("no-strange-error", id, "was asked for " + request.uri());
      request.response().setStatusCode(404).end();
    }
  }

  private void post(HttpServerRequest request, Buffer body) {
    String key = String.valueOf(request.getHeader("Idempotency-Key"));
    String ref = Story.refOf(key);
    long n = posts.incrementAndGet();
    String content = Content.ofJson(body.toString());
    synchronized (this) {
      history.note(Kind.POST, ref, "channel", id, "key", key, "n", n, "content", content);
      new Answering(request, ref, key, n).answer(pick(ref, key));
    }
  }

  /** What to do with a post. */
  private String pick(String ref, String key) {
    boolean before = manners.honours() && byKey.containsKey(key);
    if (random.nextDouble() < trouble) {
      return moods.get(random.nextInt(moods.size()));
    }
    boolean refused = Math.floorMod((ref + id + seed).hashCode(), 100) < manners.refuses();
    return refused && !before ? "refused" : "taken";
  }

  private Item store(String ref, String key) {
    Item before = manners.honours() ? byKey.get(key) : null;
    if (before != null) {
      return before;
    }
    lastId++;
    Item item = new Item(id + "-" + lastId, ref, script(ref, key));
    byKey.put(key, item);
    byId.put(item.id, item);
    return item;
  }

  /** What it says when asked the first, the second, … time; the last one from then on. */
  private List<String> script(String ref, String key) {
    int draw = Math.floorMod((key + id + seed).hashCode() * 31, 100);
    boolean first = key.equals("AU:" + ref);
    if (!manners.flaps() || !first || draw < 60) {
      return draw % 3 == 0 ? List.of("received", "confirmed") : List.of("confirmed");
    }
    if (draw < 72) {
      return List.of("confirmed", "confirmed", "revoked");
    }
    if (draw < 80) {
      return List.of("received", "undeliverable");
    }
    if (draw < 88) {
      return List.of("confirmed", "received", "confirmed");
    }
    return draw < 94 ? List.of("?404", "?500", "confirmed") : List.of("?html", "revoked");
  }

  private synchronized void check(HttpServerRequest request, String asked) {
    Item item = byId.get(asked);
    if (item == null) {
      history.line("no-strange-error", id, "was asked about " + asked);
      request.response().setStatusCode(404).end();
      return;
    }
    if (random.nextDouble() < trouble) {
      request.response().setStatusCode(500).end();
      return;
    }
    String word = item.script.get(Math.min(item.next, item.script.size() - 1));
    item.next++;
    if (word.startsWith("?")) {
      switch (word) {
        case "?html" -> request.response().end("<html>");
        default -> request.response().setStatusCode(Integer.parseInt(word.substring(1))).end();
      }
      return;
    }
    // of what is revoked later, the confirmation before it counts, too
    boolean counts = item.script.contains("revoked") && item.next <= item.script.size();
    if (counts || !word.equals(item.said)) {
      item.said = word;
      history.note(Kind.WORD, item.ref, "channel", id, "id", item.id, "word", word);
    }
    request
        .response()
        .putHeader("Content-Type", "application/json")
        .end("{\"status\":\"" + word + "\"}");
  }

  @Override
  public void close() {
    line.close();
    refuse();
  }

  /** One post, and how it is answered. */
  private final class Answering {
    private final HttpServerRequest request;
    private final String ref;
    private final String key;
    private final long n;

    Answering(HttpServerRequest request, String ref, String key, long n) {
      this.request = request;
      this.ref = ref;
      this.key = key;
      this.n = n;
    }

    void answer(String how) {
      switch (how) {
        case "taken" -> taken(0);
        case "slow" -> taken(200 + random.nextInt(2_600));
        case "interim" -> {
          request.response().writeContinue();
          taken(0);
        }
        case "refused" -> status(random.nextBoolean() ? 400 : 422, "refused");
        case "503", "429", "404", "401" -> status(Integer.parseInt(how), "unavailable");
        case "503-wait" -> {
          request.response().putHeader("Retry-After", "1");
          status(503, "unavailable");
        }
        case "500", "302" -> status(Integer.parseInt(how), "unclear");
        case "500-stored" -> stored(() -> request.response().setStatusCode(500).end(), how);
        case "reset" -> {
          note("reset", "unclear", null);
          request.connection().close();
        }
        case "reset-stored" -> stored(() -> request.connection().close(), how);
        case "silence" -> note("silence", "unclear", null);
        case "silence-stored" -> stored(() -> {}, how);
        case "no-id" ->
            stored(() -> request.response().setStatusCode(201).end("{\"ok\":true}"), how);
        case "html" -> stored(() -> request.response().setStatusCode(200).end("<html>"), how);
        case "cut" ->
            stored(
                () -> {
                  request.response().setChunked(true).setStatusCode(201).write("{\"id\": \"");
                  VERTX.setTimer(50, t -> request.connection().close());
                },
                how);
        default -> throw new IllegalArgumentException(how);
      }
    }

    private void taken(long delayMillis) {
      Item item = store(ref, key);
      note("201", "taken", item);
      Runnable send =
          () -> {
            if (!request.response().closed()) {
              request
                  .response()
                  .setStatusCode(201)
                  .putHeader("Content-Type", "application/json")
                  .end("{\"id\":\"" + item.id + "\"}");
            }
          };
      if (delayMillis == 0) {
        send.run();
      } else {
        VERTX.setTimer(delayMillis, t -> send.run());
      }
    }

    private void stored(Runnable answer, String how) {
      note(how, "unclear", store(ref, key));
      answer.run();
    }

    private void status(int status, String sort) {
      note(String.valueOf(status), sort, null);
      request.response().setStatusCode(status).end("{\"title\":\"as it is\"}");
    }

    private void note(String said, String sort, Item item) {
      history.note(
          Kind.REPLY,
          ref,
          "channel",
          id,
          "key",
          key,
          "n",
          n,
          "said",
          said,
          "sort",
          sort,
          "stored",
          item != null,
          "id",
          item == null ? null : item.id);
    }
  }
}
