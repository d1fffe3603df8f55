package org.intergov.outbound.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;

/** The channel of the benches, as {@link SinkServer} runs it in its own process. */
final class Sink implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Child process = Child.start(SinkServer.class, List.of(), Map.of());
  private final int port = Integer.parseInt(process.hear());

  int port() {
    return port;
  }

  long pid() {
    return process.pid();
  }

  /** A channel's {@code url}; see {@link SinkServer} for the kinds. */
  String url(String kind) {
    return "http://127.0.0.1:" + port + "/" + kind;
  }

  long posts() {
    return get("/stats").path("posts").asLong();
  }

  long checks() {
    return get("/stats").path("checks").asLong();
  }

  /** {@code System.nanoTime()} of the last post; the clock is the machine's. */
  long lastPostAt() {
    return get("/stats").path("lastPostAt").asLong();
  }

  /** count, p50, p99 and max in nanoseconds since the last call. */
  JsonNode latencies() {
    return get("/latencies");
  }

  /** What status checks are answered from now on. */
  void status(String word) {
    get("/status/" + word);
  }

  private JsonNode get(String path) {
    try {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build();
      return JSON.readTree(http.send(request, HttpResponse.BodyHandlers.ofString()).body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    process.close();
  }
}
