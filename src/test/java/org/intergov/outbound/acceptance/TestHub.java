package org.intergov.outbound.acceptance;

import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;

/**
 * The hub of a channel: verifies a subscription before it answers to it, as the public channels do,
 * and tells of changes.
 */
final class TestHub implements Consumer<HttpServerRequest> {
  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
  private final Collection<Map<String, String>> forms = new ConcurrentLinkedQueue<>();
  private final Collection<HttpResponse<String>> verifications = new ConcurrentLinkedQueue<>();

  @Override
  public void accept(HttpServerRequest request) {
    request.bodyHandler(
        body -> {
          Map<String, String> form = new HashMap<>();
          for (String field : body.toString().split("&")) {
            String[] parts = field.split("=", 2);
            form.put(parts[0], URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
          }
          form.put("type", request.getHeader("Content-Type"));
          form.put("method", request.method().name());
          ask(form.get("hub.callback"), form.get("hub.topic"))
              .thenAccept(
                  answer -> {
                    verifications.add(answer);
                    boolean verified =
                        answer.statusCode() == 200 && answer.body().equals("ch al/lenge");
                    if (verified) {
                      forms.add(form);
                    }
                    request.response().setStatusCode(verified ? 202 : 400).end();
                  });
        });
  }

  private CompletableFuture<HttpResponse<String>> ask(String callback, String topic) {
    String query =
        "?hub.mode=subscribe&hub.challenge=ch%20al%2Flenge&hub.lease_seconds=3600&hub.topic="
            + URLEncoder.encode(topic, StandardCharsets.UTF_8);
    return http.sendAsync(
        HttpRequest.newBuilder(URI.create(callback + query)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  /** Asks whether the subscription is wanted; completes with the status of the answer. */
  CompletableFuture<Integer> verify(String callback, String topic) {
    return ask(callback, topic).thenApply(HttpResponse::statusCode);
  }

  /** The forms of verified subscriptions to this id, in order. */
  List<Map<String, String>> subscriptions(String topic) {
    return forms.stream().filter(f -> f.get("hub.topic").equals(topic)).toList();
  }

  List<HttpResponse<String>> verifications() {
    return List.copyOf(verifications);
  }

  /** Tells that the delivery with this id has changed; returns the status of the answer. */
  int tell(String topic) {
    return post(subscriptions(topic).get(0).get("hub.callback"), "{\"id\": " + topic + "}");
  }

  int post(String callback, String body) {
    try {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(callback))
              .timeout(Duration.ofSeconds(30))
              .header("Content-Type", "application/json")
              .POST(HttpRequest.BodyPublishers.ofString(body))
              .build();
      return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
