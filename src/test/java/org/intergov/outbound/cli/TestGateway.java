package org.intergov.outbound.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;

/**
 * A real HTTP server that takes messages as the gateway does: invalid without a receiver, 200 for a
 * reference it has. Before that, it answers what {@link #first} lined up. Other paths give what
 * {@link #on} says.
 */
final class TestGateway implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** An answer; status 0 takes the messages, then closes the connection without one. */
  record Canned(int status, String retryAfter, String body) {}

  private final HttpServer server;
  private final Queue<Canned> first = new ArrayDeque<>();
  private final Map<String, Canned> paths = new HashMap<>();
  private final Map<String, JsonNode> stored = new HashMap<>();
  private final List<Integer> batches = new ArrayList<>();
  private final List<String> requests = new ArrayList<>();
  private String busyOnceFor;
  private Canned always;

  TestGateway() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  synchronized void first(int status, String retryAfter, String body) {
    first.add(new Canned(status, retryAfter, body));
  }

  synchronized void on(String methodAndPath, int status, String body) {
    paths.put(methodAndPath, new Canned(status, null, body));
  }

  /** Whatever is asked. */
  synchronized void always(int status, String body) {
    always = new Canned(status, null, body);
  }

  /** The message with this subject gets 503 in its result line, once. */
  synchronized void busyOnceFor(String subject) {
    busyOnceFor = subject;
  }

  synchronized Map<String, JsonNode> stored() {
    return Map.copyOf(stored);
  }

  /** How many lines each request had. */
  synchronized List<Integer> batches() {
    return List.copyOf(batches);
  }

  /** Method, raw path and query, and Authorization of each request. */
  synchronized List<String> requests() {
    return List.copyOf(requests);
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private synchronized void answer(HttpExchange exchange) throws IOException {
    String call = exchange.getRequestMethod() + " " + exchange.getRequestURI();
    String token = exchange.getRequestHeaders().getFirst("Authorization");
    requests.add(token == null ? call : call + " " + token);
    byte[] body = exchange.getRequestBody().readAllBytes();
    Canned canned = always;
    if (canned == null) {
      canned = call.equals("POST /messages") ? first.poll() : paths.get(call);
    }
    if (canned == null && call.equals("POST /messages")) {
      canned = new Canned(200, null, take(body));
    } else if (canned == null) {
      canned = new Canned(404, null, "{\"title\":\"not found\",\"detail\":\"no such message\"}");
    } else if (canned.status() == 0) {
      take(body);
      exchange.close();
      return;
    }
    if (canned.retryAfter() != null) {
      exchange.getResponseHeaders().set("Retry-After", canned.retryAfter());
    }
    byte[] reply = canned.body().getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(canned.status(), reply.length == 0 ? -1 : reply.length);
    exchange.getResponseBody().write(reply);
    exchange.close();
  }

  private String take(byte[] body) throws JsonProcessingException {
    List<String> lines = new String(body, StandardCharsets.UTF_8).lines().toList();
    batches.add(lines.size());
    StringBuilder results = new StringBuilder();
    for (int i = 0; i < lines.size(); i++) {
      results.append("{\"line\":").append(i + 1).append(result(JSON.readTree(lines.get(i))));
    }
    return results.toString();
  }

  private String result(JsonNode message) {
    if (message.path("subject").asText().equals(busyOnceFor)) {
      busyOnceFor = null;
      return ",\"status\":503}\n";
    }
    if (!message.has("receiver")) {
      return ",\"status\":400,\"errors\":[{\"field\":\"receiver\",\"rule\":\"required\","
          + "\"detail\":\"a message has a receiver\"}]}\n";
    }
    String reference = "AU:" + message.path("sender_ref").textValue();
    int status = stored.put(reference, message) == null ? 201 : 200;
    return ",\"status\":" + status + ",\"reference\":\"" + reference + "\"}\n";
  }
}
