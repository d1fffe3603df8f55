package org.intergov.outbound.acceptance;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiPredicate;

/** A token endpoint that knows one client, and an OpenID issuer that tells where it is. */
public final class TokenServer implements AutoCloseable {
  private static final Vertx VERTX =
      Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setUseDaemonThread(true));

  private final int port = Ports.free();
  private final BiPredicate<String, String> known;
  private final Collection<String> asked = new ConcurrentLinkedQueue<>();
  private final AtomicInteger given = new AtomicInteger();
  private volatile int life = 3_600;
  private HttpServer server;

  /**
   * @param authorization the header of the one client
   */
  public TokenServer(String authorization) {
    this((header, form) -> authorization.equals(header));
  }

  private TokenServer(BiPredicate<String, String> known) {
    this.known = known;
  }

  /** One whose client gives its secret in the form. */
  static TokenServer ofForm(String field) {
    return new TokenServer(
        (header, form) -> header == null && List.of(form.split("&")).contains(field));
  }

  public String url() {
    return "http://127.0.0.1:" + port;
  }

  /** Listens; before, and after {@link #close}, connections are refused. */
  public TokenServer open() {
    server =
        VERTX
            .createHttpServer(
                new HttpServerOptions().setHost("127.0.0.1").setPort(port).setReuseAddress(true))
            .requestHandler(this::answer);
    server.listen().toCompletionStage().toCompletableFuture().join();
    return this;
  }

  /** How many seconds the tokens live that are given from now on. */
  void life(int seconds) {
    life = seconds;
  }

  private void answer(HttpServerRequest request) {
    if (request.path().equals("/.well-known/openid-configuration")) {
      request
          .response()
          .end("{\"issuer\":\"%1$s\",\"token_endpoint\":\"%1$s/token\"}".formatted(url()));
      return;
    }
    request.bodyHandler(
        body -> {
          asked.add(body.toString());
          boolean known = this.known.test(request.getHeader("Authorization"), body.toString());
          String token =
              "{\"access_token\":\"%s\",\"token_type\":\"bearer\",\"expires_in\":%d}"
                  .formatted("token-" + given.incrementAndGet(), life);
          request
              .response()
              .setStatusCode(known ? 200 : 401)
              .end(known ? token : "{\"error\":\"invalid_client\"}");
        });
  }

  /** The form of each request, in order. */
  List<String> asked() {
    return new ArrayList<>(asked);
  }

  /** The token given last. */
  String newest() {
    return "token-" + given.get();
  }

  @Override
  public void close() {
    if (server != null) {
      server.close().toCompletionStage().toCompletableFuture().join();
      server = null;
    }
  }
}
