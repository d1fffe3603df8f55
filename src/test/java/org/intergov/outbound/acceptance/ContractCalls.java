package org.intergov.outbound.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.intergov.outbound.docs.ApiDescription;

/** Calls of the API whose every answer must be as docs/openapi.yaml describes it. */
final class ContractCalls {
  private final ApiDescription description;
  private final String base;
  private final Map<String, String> tokens;
  private final HttpClient http = HttpClient.newHttpClient();
  private final Map<String, Set<Integer>> seen = new TreeMap<>();

  /**
   * @param tokens a token for each role
   */
  ContractCalls(ApiDescription description, String base, Map<String, String> tokens) {
    this.description = description;
    this.base = base;
    this.tokens = tokens;
  }

  /** The statuses that an operation has answered so far. */
  Set<Integer> seen(String operation) {
    return seen.getOrDefault(operation, Set.of());
  }

  /**
   * @param role or a token that nobody has, or null for none
   */
  Api.Answer call(String role, String operation, String path, String type, String body) {
    String method = operation.substring(0, operation.indexOf(' '));
    return described(operation, role, sent(method, path, role, type, body));
  }

  /** A call that the description knows nothing of. */
  Api.Answer sent(String method, String path, String role, String type, String body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(base + path))
            .timeout(Duration.ofSeconds(30))
            .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    if (type != null) {
      request.header("Content-Type", type);
    }
    if (role != null) {
      request.header("Authorization", "Bearer " + tokens.getOrDefault(role, role));
    }
    try {
      HttpResponse<String> r = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
      return new Api.Answer(r.statusCode(), r.headers(), r.body());
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(method + " " + path + ": " + e, e);
    }
  }

  /** A path with an escape that is none, which a java.net.http.HttpClient does not send. */
  void expectBadEscape(String operation, String path) {
    try {
      HttpURLConnection connection = (HttpURLConnection) new URL(base + path).openConnection();
      connection.setRequestMethod(operation.substring(0, operation.indexOf(' ')));
      connection.setRequestProperty("Authorization", "Bearer " + tokens.get("operate"));
      int status = connection.getResponseCode();
      Map<String, List<String>> headers = new TreeMap<>();
      connection
          .getHeaderFields()
          .forEach((name, values) -> headers.put(name == null ? "status" : name, values));
      String body = new String(connection.getErrorStream().readAllBytes(), UTF_8);
      HttpHeaders all = HttpHeaders.of(headers, (name, value) -> true);
      described(operation, "operate", new Api.Answer(status, all, body));
      assertThat(status).as("%s: %s", path, body).isEqualTo(400);
    } catch (IOException e) {
      throw new AssertionError(operation + ": " + e, e);
    }
  }

  private Api.Answer described(String operation, String role, Api.Answer answer) {
    assertThat(description.faults(operation, answer.status(), answer::header, answer.body()))
        .as("%s as %s, compared with docs/openapi.yaml: %s", operation, role, answer)
        .isEmpty();
    seen.computeIfAbsent(operation, o -> new TreeSet<>()).add(answer.status());
    return answer;
  }
}
