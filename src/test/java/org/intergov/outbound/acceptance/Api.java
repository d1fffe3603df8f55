package org.intergov.outbound.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The gateway's REST interface, as its users call it. */
public final class Api {
  static final ObjectMapper JSON = new ObjectMapper();
  private final String base;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();

  Api(int port) {
    this.base = "http://127.0.0.1:" + port;
  }

  String base() {
    return base;
  }

  /** An answer; header names in any case. */
  public record Answer(int status, HttpHeaders headers, String body) {
    public JsonNode json() {
      try {
        return JSON.readTree(body);
      } catch (JsonProcessingException e) {
        throw new AssertionError("not JSON: " + this, e);
      }
    }

    String header(String name) {
      return headers.firstValue(name).orElse(null);
    }

    public List<JsonNode> lines() {
      return body.lines()
          .filter(line -> !line.isBlank())
          .map(
              line -> {
                try {
                  return JSON.readTree(line);
                } catch (JsonProcessingException e) {
                  throw new AssertionError("not JSON: " + line, e);
                }
              })
          .toList();
    }
  }

  public Answer call(String method, String path, String contentType, byte[] body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(base + path)).timeout(Duration.ofSeconds(60));
    if (contentType != null) {
      request.header("Content-Type", contentType);
    }
    request.method(
        method,
        body == null
            ? HttpRequest.BodyPublishers.noBody()
            : HttpRequest.BodyPublishers.ofByteArray(body));
    try {
      HttpResponse<String> r = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
      return new Answer(r.statusCode(), r.headers(), r.body());
    } catch (IOException e) {
      throw new UncheckedIOException(method + " " + path + ": " + e, e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  public Answer get(String path) {
    return call("GET", path, null, null);
  }

  public Answer post(String contentType, byte[] body) {
    return call("POST", "/messages", contentType, body);
  }

  public Answer post(String json) {
    return post("application/json", json.getBytes(StandardCharsets.UTF_8));
  }

  /** Submits a message that must be taken. */
  Sent submit(Sent message) {
    Answer answer = post(message.json());
    assertThat(answer.status()).as(answer.toString()).isEqualTo(201);
    assertThat(answer.header("Location")).isEqualTo("/messages/" + message.reference());
    return message;
  }

  Answer ndjson(String lines) {
    return post("application/x-ndjson", lines.getBytes(StandardCharsets.UTF_8));
  }

  static String lines(List<Sent> messages) {
    return messages.stream().map(m -> m.json() + "\n").collect(Collectors.joining());
  }

  /** Submits messages in one request; all must be taken. */
  List<Sent> submit(List<Sent> messages) {
    Answer answer = ndjson(lines(messages));
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    assertThat(answer.lines())
        .hasSize(messages.size())
        .allSatisfy(line -> assertThat(line.path("status").asInt()).isEqualTo(201));
    return messages;
  }

  private static String path(Sent message) {
    return "/messages/AU:" + URLEncoder.encode(message.ref(), StandardCharsets.UTF_8);
  }

  JsonNode message(Sent message) {
    Answer answer = get(path(message));
    assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
    return answer.json();
  }

  String status(Sent message) {
    return message(message).path("status").asText();
  }

  /** What the outbox says of it: pending, sending, accepted, rejected or held. */
  String delivery(Sent message) {
    return message(message).path("delivery").path("status").asText();
  }

  List<JsonNode> journal(Sent message) {
    Answer answer = get(path(message) + "/journal");
    assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
    List<JsonNode> events = new ArrayList<>();
    answer.json().forEach(events::add);
    return events;
  }

  /** The words of its journal, in order. */
  List<String> events(Sent message) {
    return journal(message).stream().map(e -> e.path("event").asText()).toList();
  }

  JsonNode event(Sent message, String word) {
    return journal(message).stream()
        .filter(e -> e.path("event").asText().equals(word))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + word + " in " + events(message)));
  }

  void awaitStatus(Sent message, String status) {
    awaitMessage(message, m -> m.path("status").asText().equals(status), "lake " + status);
  }

  /**
   * What {@code GET /messages} lists, page after page.
   *
   * @param query without limit and after
   */
  public List<JsonNode> list(String query) {
    List<JsonNode> all = new ArrayList<>();
    String next = "0";
    while (next != null) {
      Answer page =
          get("/messages?limit=1000&after=" + next + (query.isEmpty() ? "" : "&" + query));
      assertThat(page.status()).as(page.body()).isEqualTo(200);
      page.json().path("messages").forEach(all::add);
      next = page.json().path("next").asText(null);
    }
    return all;
  }

  /** All of them; what has come already costs one question for a page of them. */
  void awaitStatus(List<Sent> messages, String status) {
    Set<String> missing = new HashSet<>(messages.stream().map(Sent::reference).toList());
    await("all come to lake " + status)
        .untilAsserted(
            () -> {
              list("status=" + status).forEach(m -> missing.remove(m.path("reference").asText()));
              assertThat(missing).isEmpty();
            });
  }

  void awaitDelivery(Sent message, String status) {
    awaitMessage(
        message,
        m -> m.path("delivery").path("status").asText().equals(status),
        "outbox " + status);
  }

  void awaitEvent(Sent message, String word) {
    await(message.reference() + " journals " + word)
        .pollInterval(Duration.ofMillis(50))
        .untilAsserted(() -> assertThat(events(message)).contains(word));
  }

  private void awaitMessage(Sent message, Predicate<JsonNode> condition, String what) {
    await(message.reference() + " comes to " + what)
        .pollInterval(Duration.ofMillis(50))
        .untilAsserted(
            () -> {
              JsonNode now = message(message);
              assertThat(condition.test(now))
                  .as(() -> what + ": " + now + "; journal: " + events(message))
                  .isTrue();
            });
  }
}
