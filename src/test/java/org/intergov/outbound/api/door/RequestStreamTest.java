package org.intergov.outbound.api.door;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Bodies of requests, read by another thread than the connection's. */
class RequestStreamTest {
  private final BlockingQueue<HttpServerRequest> requests = new LinkedBlockingQueue<>();
  private Vertx vertx;
  private int port;

  @BeforeEach
  void listen() throws Exception {
    vertx = Vertx.vertx();
    HttpServer server =
        vertx
            .createHttpServer()
            .requestHandler(
                request -> {
                  request.pause();
                  requests.add(request);
                });
    port =
        server
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .get(5, TimeUnit.MINUTES)
            .actualPort();
  }

  @AfterEach
  void stop() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(5, TimeUnit.MINUTES);
  }

  @Test
  void a_body_is_read_whole_however_it_is_cut() throws Exception {
    try (Socket client = post(10)) {
      RequestStream body = new RequestStream(next());
      send(client, "01234");
      assertThat(body.readNBytes(5)).asString().isEqualTo("01234");
      send(client, "56789");
      assertThat(body.readAllBytes()).asString().isEqualTo("56789");
    }
  }

  @Test
  void a_client_that_hangs_up_while_its_body_is_read_has_broken_off() throws Exception {
    RequestStream body;
    try (Socket client = post(10)) {
      send(client, "01234");
      body = new RequestStream(next());
      assertThat(body.readNBytes(5)).hasSize(5);
    }

    assertThatThrownBy(body::read).isInstanceOf(EOFException.class);
  }

  @Test
  void a_client_that_has_hung_up_before_its_body_is_read_is_not_waited_for() throws Exception {
    HttpServerRequest request;
    try (Socket client = post(10)) {
      send(client, "01234");
      request = next();
    }
    await().until(() -> request.response().closed());

    assertThatThrownBy(() -> new RequestStream(request).readAllBytes())
        .isInstanceOf(EOFException.class);
  }

  @Test
  void a_body_of_which_nothing_comes_is_given_up() throws Exception {
    try (Socket client = post(10)) {
      send(client, "01234");
      RequestStream body = new RequestStream(next(), 1);
      assertThat(body.readNBytes(5)).asString().isEqualTo("01234");

      assertThatThrownBy(body::read)
          .isInstanceOf(SocketTimeoutException.class)
          .hasMessageContaining("nothing came for 1 s");
    }
  }

  @Test
  void a_body_that_comes_byte_by_byte_is_given_up_too() throws Exception {
    ScheduledExecutorService drip = Executors.newSingleThreadScheduledExecutor();
    try (Socket client = post(1_000)) {
      RequestStream body = new RequestStream(next(), 1);
      drip.scheduleAtFixedRate(() -> sendOne(client), 0, 200, TimeUnit.MILLISECONDS);

      assertThatThrownBy(body::readAllBytes)
          .isInstanceOf(SocketTimeoutException.class)
          .hasMessageContaining("too slowly");
    } finally {
      drip.shutdownNow();
    }
  }

  private static void sendOne(Socket client) {
    try {
      send(client, "x");
    } catch (IOException e) {
      throw new UncheckedIOException(e); // it ends the dripping
    }
  }

  private Socket post(int length) throws IOException {
    Socket client = new Socket(InetAddress.getLoopbackAddress(), port);
    send(client, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + length + "\r\n\r\n");
    return client;
  }

  private static void send(Socket client, String text) throws IOException {
    client.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    client.getOutputStream().flush();
  }

  private HttpServerRequest next() throws InterruptedException {
    HttpServerRequest request = requests.poll(20, TimeUnit.SECONDS);
    assertThat(request).as("a request has come").isNotNull();
    return request;
  }
}
