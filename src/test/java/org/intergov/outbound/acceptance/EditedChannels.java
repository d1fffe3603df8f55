package org.intergov.outbound.acceptance;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Channels at {@code /<channel>/<edit>}: each post tells through which channel it came, and by
 * which edit that channel had its address. They take and confirm everything.
 */
final class EditedChannels implements AutoCloseable {
  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
  private final int port = Ports.free();
  private final HttpServer server;
  private final AtomicLong ids = new AtomicLong();
  private final Collection<Post> posts = new ConcurrentLinkedQueue<>();

  record Post(long atNanos, String channel, int edit, String subject) {}

  EditedChannels() {
    server = vertx.createHttpServer().requestHandler(this::take);
    server.listen(port, "127.0.0.1").toCompletionStage().toCompletableFuture().join();
  }

  String url() {
    return "http://127.0.0.1:" + port;
  }

  private void take(HttpServerRequest request) {
    String[] path = request.path().substring(1).split("/");
    if (request.method().name().equals("GET")) {
      request.response().end("{\"status\": \"confirmed\"}");
      return;
    }
    request.bodyHandler(
        body -> {
          String subject = new JsonObject(body).getString("subject");
          posts.add(new Post(System.nanoTime(), path[0], Integer.parseInt(path[1]), subject));
          request.response().setStatusCode(201).end("{\"id\": " + ids.incrementAndGet() + "}");
        });
  }

  List<Post> posts() {
    return List.copyOf(posts);
  }

  @Override
  public void close() {
    server.close().toCompletionStage().toCompletableFuture().join();
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }
}
