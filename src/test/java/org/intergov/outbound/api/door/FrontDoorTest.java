package org.intergov.outbound.api.door;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The door is there before what it leads to. */
class FrontDoorTest {
  private final Vertx vertx = Vertx.vertx();
  private final FrontDoor door = new FrontDoor(ApiAccess.open(), 1, 1_000, caller -> {});
  private HttpServer server;

  @BeforeEach
  void listen() {
    server =
        door.before(vertx)
            .createHttpServer()
            .requestHandler(request -> request.response().setStatusCode(204).end());
    server.listen(0, "127.0.0.1").toCompletionStage().toCompletableFuture().join();
  }

  @AfterEach
  void close() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  private HttpResponse<String> get() throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + server.actualPort() + "/messages");
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void whoever_comes_before_the_routes_are_there_is_told_to_come_back() throws Exception {
    HttpResponse<String> answer = get();

    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.headers().firstValue("Retry-After")).contains("1");
    assertThat(answer.body()).contains("starting or stopping");
  }

  @Test
  void requests_are_let_in_between_opening_and_shutting() throws Exception {
    door.open();
    assertThat(get().statusCode()).isEqualTo(204);

    door.shut();
    assertThat(get().statusCode()).isEqualTo(503);
  }
}
