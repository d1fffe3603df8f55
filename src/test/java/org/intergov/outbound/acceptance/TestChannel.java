package org.intergov.outbound.acceptance;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A Channel API server of the tests' own: takes exactly the five fields, answers {@code 201 {"id":
 * 17}} with a number, and reports statuses at {@code GET /messages/17?fields=status}. The same
 * Idempotency-Key gets the same id. What it does with a message is scripted by the message's
 * subject; what is not scripted is taken, and confirmed.
 */
final class TestChannel implements AutoCloseable {
  private static final Set<String> FIELDS =
      Set.of("sender", "receiver", "subject", "obj", "predicate");
  private static final Vertx VERTX =
      Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2).setUseDaemonThread(true));

  private final int port = Ports.free();
  private final Collection<Post> posts = new ConcurrentLinkedQueue<>();
  private final Collection<Check> checks = new ConcurrentLinkedQueue<>();
  private final Collection<String> complaints = new ConcurrentLinkedQueue<>();
  private final Map<String, Long> idsByKey = new ConcurrentHashMap<>();
  private final Map<Long, String> subjects = new ConcurrentHashMap<>();
  private final Map<String, Deque<Reply>> replies = new ConcurrentHashMap<>();
  private final Map<String, Deque<StatusReply>> statuses = new ConcurrentHashMap<>();
  private volatile Function<Post, Reply> otherwise = post -> Reply.accept();
  private volatile StatusReply statusOtherwise = StatusReply.says("confirmed");
  private volatile Consumer<HttpServerRequest> subscriptions;
  private volatile Consumer<HttpServerRequest> listing;
  private long lastId = 16;
  private final HttpServerOptions tls;
  private HttpServer server;

  /** A post as it arrived. */
  record Post(Instant at, String key, JsonNode body, Map<String, String> headers) {
    String subject() {
      return body.path("subject").asText();
    }
  }

  /** A status check as it arrived. */
  record Check(Instant at, long id, String subject) {}

  TestChannel() {
    this(null);
  }

  /** One that speaks TLS as these options say. */
  TestChannel(HttpServerOptions tls) {
    this.tls = tls;
    open();
  }

  String url() {
    return (tls == null ? "http" : "https") + "://127.0.0.1:" + port;
  }

  /**
   * A routing table with this channel alone, for what goes to Singapore.
   *
   * @param settings of the channel, each a line
   */
  String table(String... settings) {
    StringBuilder yaml =
        new StringBuilder(
            """
            channels:
              - id: sg-shared-db
                match: { receiver: SG }
                kind: http
                parameters: { url: "%s" }
            """
                .formatted(url()));
    for (String setting : settings) {
      yaml.append("    ").append(setting).append('\n');
    }
    return yaml.toString();
  }

  int port() {
    return port;
  }

  /** Listens; on the same port again after {@link #refuseConnections}. */
  void open() {
    HttpServerOptions options =
        (tls == null ? new HttpServerOptions() : new HttpServerOptions(tls))
            .setHost("127.0.0.1")
            .setPort(port)
            .setReuseAddress(true)
            .setSoLinger(0)
            .setAcceptBacklog(1_024);
    server = VERTX.createHttpServer(options).requestHandler(this::take);
    server.listen().toCompletionStage().toCompletableFuture().join();
  }

  /** Stops listening and drops every connection. */
  void refuseConnections() {
    server.close().toCompletionStage().toCompletableFuture().join();
  }

  /** What it does with the posts of a subject, one after the other; then it takes them. */
  TestChannel on(Sent message, Reply... inOrder) {
    replies.put(message.subject(), new ArrayDeque<>(List.of(inOrder)));
    return this;
  }

  /** What it does with every post of a subject. */
  TestChannel always(Sent message, Reply reply) {
    replies.put(message.subject(), new Always(reply));
    return this;
  }

  /** What it does with a post that is not scripted. */
  TestChannel otherwise(Function<Post, Reply> reply) {
    otherwise = reply;
    return this;
  }

  /** What it says of a subject, check after check; the last one is said from then on. */
  TestChannel says(Sent message, StatusReply... inOrder) {
    statuses.put(message.subject(), new ArrayDeque<>(List.of(inOrder)));
    return this;
  }

  TestChannel statusOtherwise(StatusReply reply) {
    statusOtherwise = reply;
    return this;
  }

  /** Who answers requests for callbacks; without one they are 404, and a complaint. */
  TestChannel subscriptions(Consumer<HttpServerRequest> hub) {
    subscriptions = hub;
    return this;
  }

  /** Who answers {@code GET /messages?…}. */
  TestChannel listing(Consumer<HttpServerRequest> answer) {
    listing = answer;
    return this;
  }

  /** The channel's id of a message that it has taken. */
  String id(Sent message) {
    return subjects.entrySet().stream()
        .filter(e -> e.getValue().equals(message.subject()))
        .map(e -> String.valueOf(e.getKey()))
        .findFirst()
        .orElse(null);
  }

  private void take(HttpServerRequest request) {
    String path = request.path();
    if (request.method().name().equals("POST") && path.equals("/messages")) {
      request.bodyHandler(body -> takePost(request, body));
    } else if (request.method().name().equals("GET") && path.matches("/messages/[0-9]+")) {
      takeCheck(request, Long.parseLong(path.substring("/messages/".length())));
    } else if (listing != null
        && request.method().name().equals("GET")
        && path.equals("/messages")) {
      listing.accept(request);
    } else if (subscriptions != null && path.equals("/messages/subscriptions/by_id")) {
      subscriptions.accept(request);
    } else {
      complaints.add(request.method() + " " + request.uri());
      request.response().setStatusCode(404).end();
    }
  }

  private void takePost(HttpServerRequest request, Buffer body) {
    Map<String, String> headers = new LinkedHashMap<>();
    request.headers().forEach(h -> headers.put(h.getKey().toLowerCase(Locale.ROOT), h.getValue()));
    JsonNode json;
    try {
      json = Api.JSON.readTree(new String(body.getBytes(), StandardCharsets.UTF_8));
    } catch (JsonProcessingException e) {
      complaints.add("not JSON: " + body);
      request.response().setStatusCode(400).end();
      return;
    }
    Set<String> fields = new HashSet<>();
    json.fieldNames().forEachRemaining(fields::add);
    if (!fields.equals(FIELDS)) {
      complaints.add("fields " + fields);
      request.response().setStatusCode(400).end();
      return;
    }
    Post post = new Post(Instant.now(), headers.get("idempotency-key"), json, headers);
    posts.add(post);
    Deque<Reply> scripted = replies.get(post.subject());
    Reply reply = scripted == null ? null : next(scripted);
    (reply == null ? otherwise.apply(post) : reply).to(new Call(request, post));
  }

  private static Reply next(Deque<Reply> scripted) {
    synchronized (scripted) {
      return scripted.poll();
    }
  }

  private void takeCheck(HttpServerRequest request, long id) {
    String subject = subjects.get(id);
    checks.add(new Check(Instant.now(), id, subject));
    if (subject == null || !"fields=status".equals(request.query())) {
      complaints.add("check " + request.uri());
      request.response().setStatusCode(404).end();
      return;
    }
    Deque<StatusReply> scripted = statuses.get(subject);
    StatusReply reply = statusOtherwise;
    if (scripted != null) {
      synchronized (scripted) {
        reply = scripted.size() > 1 ? scripted.poll() : scripted.peek();
      }
    }
    StatusReply said = reply;
    if (said.delay().isZero()) {
      answer(request, said);
    } else {
      VERTX.setTimer(said.delay().toMillis(), timer -> answer(request, said));
    }
  }

  private static void answer(HttpServerRequest request, StatusReply reply) {
    if (!request.response().closed()) {
      request
          .response()
          .setStatusCode(reply.status())
          .putHeader("Content-Type", "application/json")
          .end(reply.body());
    }
  }

  /** A post under way. */
  final class Call {
    private final HttpServerRequest request;
    private final Post post;

    Call(HttpServerRequest request, Post post) {
      this.request = request;
      this.post = post;
    }

    HttpServerResponse response() {
      return request.response();
    }

    /** Takes the message; a key that was seen before has its id already. */
    long store() {
      synchronized (TestChannel.this) {
        Long before = idsByKey.get(post.key());
        if (before != null) {
          return before;
        }
        lastId++;
        idsByKey.put(post.key(), lastId);
        subjects.put(lastId, post.subject());
        return lastId;
      }
    }

    void answer(int status, String body) {
      if (!response().closed()) {
        response().setStatusCode(status).putHeader("Content-Type", "application/json").end(body);
      }
    }

    void reset() {
      request.connection().close();
    }

    void later(Duration delay, Runnable then) {
      VERTX.setTimer(delay.toMillis(), id -> then.run());
    }
  }

  List<Post> posts() {
    return List.copyOf(posts);
  }

  List<Post> posts(Sent message) {
    return posts.stream().filter(p -> p.subject().equals(message.subject())).toList();
  }

  List<String> keys(Sent message) {
    return posts(message).stream().map(Post::key).toList();
  }

  List<Check> checks(Sent message) {
    return checks.stream().filter(c -> message.subject().equals(c.subject())).toList();
  }

  /** Whether it has taken the message. */
  boolean has(Sent message) {
    return subjects.containsValue(message.subject());
  }

  /** Messages it has taken, each id once. */
  int taken() {
    return subjects.size();
  }

  /** Messages it has taken under more than one id: what an idempotency key must prevent. */
  List<String> duplicates() {
    Map<String, Integer> times = new HashMap<>();
    subjects.values().forEach(s -> times.merge(s, 1, Integer::sum));
    return times.entrySet().stream().filter(e -> e.getValue() > 1).map(Map.Entry::getKey).toList();
  }

  /** Messages that were posted more often than once, duplicates or not. */
  List<String> repeated() {
    Map<String, Integer> times = new HashMap<>();
    posts.forEach(p -> times.merge(p.subject(), 1, Integer::sum));
    return times.entrySet().stream().filter(e -> e.getValue() > 1).map(Map.Entry::getKey).toList();
  }

  /** How often each key was posted. */
  Map<String, Long> postsByKey() {
    Map<String, Long> times = new HashMap<>();
    posts.forEach(p -> times.merge(p.key(), 1L, Long::sum));
    return times;
  }

  /** Every header name that came with a post. */
  Set<String> headerNames() {
    Set<String> names = new TreeSet<>();
    posts.forEach(p -> names.addAll(p.headers().keySet()));
    return names;
  }

  /** What no channel should ever be sent. */
  List<String> complaints() {
    return new ArrayList<>(complaints);
  }

  @Override
  public void close() {
    refuseConnections();
  }

  /** A script that never ends. */
  private static final class Always extends ArrayDeque<Reply> {
    private static final long serialVersionUID = 1L;
    private final transient Reply reply;

    Always(Reply reply) {
      this.reply = reply;
    }

    @Override
    public Reply poll() {
      return reply;
    }
  }
}
