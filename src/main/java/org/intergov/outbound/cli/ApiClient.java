package org.intergov.outbound.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.intergov.outbound.config.Cause;
import org.intergov.outbound.config.Problem;

/** The gateway's REST API, with errors in words for whoever typed the command. */
final class ApiClient {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration REPLY_TIMEOUT = Duration.ofSeconds(60);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final URI url;
  private final String token;
  private final HttpClient http;

  /**
   * Connects to nothing yet.
   *
   * @param url without a slash at its end
   * @param token the bearer token, null for none
   * @param tls whom to trust; empty: whom Java trusts
   */
  ApiClient(URI url, String token, Optional<SSLContext> tls) {
    this.url = url;
    this.token = token;
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_TIMEOUT);
    tls.ifPresent(builder::sslContext);
    this.http = builder.build();
  }

  /**
   * Gets a JSON answer.
   *
   * @throws CommandFailedException if the gateway cannot be reached or answers anything but 200
   */
  JsonNode get(String path) {
    return json(sendOrFail(request(path).GET().build()));
  }

  /** Posts without a body; the answer may be empty, which gives a missing node. */
  JsonNode post(String path) {
    return json(sendOrFail(request(path).POST(BodyPublishers.noBody()).build()));
  }

  /** Posts a JSON document. */
  JsonNode post(String path, JsonNode body) {
    return json(
        sendOrFail(
            request(path)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body.toString()))
                .build()));
  }

  /**
   * Posts lines of JSON once, without judging the answer.
   *
   * @throws IOException if no answer came; whether the gateway got the lines is then unknown
   */
  HttpResponse<String> postLines(String path, byte[] lines) throws IOException {
    return send(
        request(path)
            .header("Content-Type", "application/x-ndjson")
            .POST(BodyPublishers.ofByteArray(lines))
            .build());
  }

  /** Why no answer came, and what to do about it. */
  String unreachable(IOException e) {
    if (e instanceof HttpConnectTimeoutException) {
      return noGateway("no connection within " + CONNECT_TIMEOUT.toSeconds() + " s");
    }
    if (e instanceof HttpTimeoutException) {
      return "the gateway at " + url + " did not answer within " + REPLY_TIMEOUT.toSeconds() + " s";
    }
    if (e instanceof ConnectException) {
      return noGateway(
          e.getCause() instanceof UnresolvedAddressException
                  || (e.getCause() != null
                      && e.getCause().getCause() instanceof UnresolvedAddressException)
              ? "unknown host"
              : "connection refused");
    }
    if (e instanceof SSLException) {
      return "no TLS with the gateway at " + url + " (" + Cause.of(e) + "); see --ca";
    }
    return "the gateway at "
        + url
        + " closed the connection without an answer ("
        + Cause.of(e)
        + ")";
  }

  /**
   * What an answer other than success says: title and detail of the problem, if it has them, and on
   * a line each what is wrong with a routing table.
   */
  String problem(HttpResponse<String> response) {
    StringBuilder words = new StringBuilder("the gateway at " + url + " answered ");
    words.append(response.statusCode());
    JsonNode problem = parsed(response.body());
    for (String part : new String[] {"title", "detail"}) {
      if (problem.path(part).isTextual()) {
        words.append(": ").append(Table.printable(problem.path(part).textValue()));
      }
    }
    if (response.statusCode() == 401) {
      words.append(token == null ? "; give --token-file" : "; it does not know this token");
    }
    for (JsonNode error : problem.path("errors")) {
      if (error.has("file")) {
        words.append(System.lineSeparator()).append(Table.printable(ofTable(error)));
      }
    }
    return words.toString();
  }

  /** As {@code check} prints it. */
  private static String ofTable(JsonNode error) {
    return Problem.text(
        error.path("severity").asText(),
        error.path("file").asText(),
        error.path("line").asInt(),
        error.path("path").asText(),
        error.path("found").asText(),
        error.path("expected").asText());
  }

  private String noGateway(String why) {
    return "no gateway answers at "
        + url
        + " ("
        + why
        + "); start it with 'intergov-outbound run', or name it with --url";
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url + path)).timeout(REPLY_TIMEOUT);
    return token == null ? request : request.header("Authorization", "Bearer " + token);
  }

  private HttpResponse<String> sendOrFail(HttpRequest request) {
    try {
      HttpResponse<String> response = send(request);
      if (response.statusCode() / 100 != 2) {
        throw new CommandFailedException(problem(response));
      }
      return response;
    } catch (IOException e) {
      throw new CommandFailedException(unreachable(e), e);
    }
  }

  private HttpResponse<String> send(HttpRequest request) throws IOException {
    try {
      return http.send(request, BodyHandlers.ofString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailedException("interrupted while waiting for the gateway", e);
    }
  }

  private JsonNode json(HttpResponse<String> response) {
    if (response.body().isBlank()) {
      return JSON.missingNode();
    }
    JsonNode json = parsed(response.body());
    if (json.isMissingNode()) {
      throw new CommandFailedException(
          "what answers at " + url + " is not a gateway: " + response.uri() + " is not JSON");
    }
    return json;
  }

  private static JsonNode parsed(String body) {
    try {
      return JSON.readTree(body);
    } catch (JsonProcessingException notJson) {
      return JSON.missingNode();
    }
  }
}
