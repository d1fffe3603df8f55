package org.intergov.outbound.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** Calls a simulated channel over HTTP, as a gateway would. */
final class ChannelCaller {
  private static final ObjectMapper JSON = new ObjectMapper();
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final ChannelSimulator channel;

  ChannelCaller(ChannelSimulator channel) {
    this.channel = channel;
  }

  static String message(String subject) {
    return """
    {"sender": "AU", "receiver": "SG", "subject": "%s", "obj": "cid", "predicate": "UN.CEFACT.x"}\
    """
        .formatted(subject);
  }

  HttpResponse<String> post(String key, String body) throws IOException {
    return send(request("/messages", key).POST(BodyPublishers.ofString(body)));
  }

  HttpResponse<String> postFor(Duration patience, String key, String body) throws IOException {
    return send(request("/messages", key).timeout(patience).POST(BodyPublishers.ofString(body)));
  }

  String postedId(String key, String subject) throws IOException {
    HttpResponse<String> response = post(key, message(subject));
    if (response.statusCode() != 201) {
      throw new AssertionError(response + " " + response.body());
    }
    return json(response).path("id").textValue();
  }

  HttpResponse<String> get(String path) throws IOException {
    return send(request(path, null).GET());
  }

  String status(String id) throws IOException {
    return json(get("/messages/" + id + "?fields=status")).path("status").textValue();
  }

  static JsonNode json(HttpResponse<String> response) throws IOException {
    return JSON.readTree(response.body());
  }

  private HttpRequest.Builder request(String path, String key) {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(channel.url() + path));
    return key == null ? request : request.header("Idempotency-Key", key);
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws IOException {
    try {
      return http.send(request.build(), BodyHandlers.ofString());
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
