package org.intergov.outbound.channel;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Asks for tokens: OAuth 2.0 client credentials (RFC 6749, section 4.4), at an address that is
 * given or that an OpenID provider tells. What it says of a failure holds nothing that the other
 * side has said but a status and an error code of the standard.
 */
final class TokenEndpoint {
  private static final ObjectMapper JSON = JsonMapper.builder().build();
  private static final String WELL_KNOWN = "/.well-known/openid-configuration";
  private static final int MOST_TOKEN = 16_384;
  private static final Duration LIFE_UNSAID = Duration.ofMinutes(5);
  private static final Duration MOST_LIFE = Duration.ofDays(1);
  private static final Duration ADDRESS_FOR = Duration.ofHours(1);

  /** RFC 6749, section 5.2, and RFC 8707. */
  private static final Set<String> ERRORS =
      Set.of(
          "invalid_request",
          "invalid_client",
          "invalid_grant",
          "unauthorized_client",
          "unsupported_grant_type",
          "invalid_scope",
          "invalid_target");

  private final SmallCall http;
  private final ParameterMap auth;
  private volatile Address discovered;

  private record Address(URI uri, long until) {}

  /** A token and how long it lives; it does not print. */
  record Granted(String token, Duration life) {
    @Override
    public String toString() {
      return "a token for " + life;
    }
  }

  TokenEndpoint(SmallCall http, ParameterMap auth) {
    this.http = http;
    this.auth = auth;
  }

  /** Asks for a token; fails with {@link ChannelException.Unavailable}, whatever the cause. */
  Future<Granted> ask() {
    return address()
        .compose(
            uri ->
                http.send(uri, headers(), form())
                    .recover(e -> failed("the token endpoint gives " + e.getMessage(), null))
                    .compose(TokenEndpoint::read))
        .onFailure(e -> discovered = null);
  }

  private Future<URI> address() {
    String fixed = auth.find("token-url").orElse(null);
    if (fixed != null) {
      return Future.succeededFuture(URI.create(fixed));
    }
    Address known = discovered;
    if (known != null && System.nanoTime() - known.until() < 0) {
      return Future.succeededFuture(known.uri());
    }
    String issuer = auth.get("discovery");
    String base = issuer.endsWith("/") ? issuer.substring(0, issuer.length() - 1) : issuer;
    return http.send(URI.create(base + WELL_KNOWN), Map.of("Accept", "application/json"), null)
        .recover(e -> failed("the OpenID discovery gives " + e.getMessage(), null))
        .compose(answer -> readAddress(answer, issuer))
        .onSuccess(uri -> discovered = new Address(uri, System.nanoTime() + ADDRESS_FOR.toNanos()));
  }

  private static Future<URI> readAddress(SmallCall.Answer answer, String issuer) {
    if (answer.status() != 200) {
      return failed("the OpenID discovery answered " + answer.status(), answer);
    }
    JsonNode document = json(answer.body());
    if (!issuer.equals(document.path("issuer").textValue())) {
      return failed("the OpenID discovery names another issuer than itself", null);
    }
    try {
      URI uri = new URI(document.path("token_endpoint").asText());
      boolean secure = "https".equalsIgnoreCase(uri.getScheme());
      boolean asSecure = "http".equalsIgnoreCase(uri.getScheme()) && issuer.startsWith("http:");
      if (uri.getHost() != null && uri.getRawUserInfo() == null && (secure || asSecure)) {
        return Future.succeededFuture(uri);
      }
    } catch (java.net.URISyntaxException e) {
      // no address either
    }
    return failed("the OpenID discovery names no token_endpoint that can be used", null);
  }

  private Map<String, String> headers() {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Accept", "application/json");
    headers.put("Content-Type", "application/x-www-form-urlencoded");
    if (!isInForm()) {
      headers.put(
          "Authorization",
          Credentials.basic(encode(auth.get("client-id")), encode(auth.get("client-secret"))));
    }
    return headers;
  }

  private boolean isInForm() {
    return auth.find("client-auth").orElse("basic").equals("post");
  }

  private Buffer form() {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("grant_type", "client_credentials");
    auth.find("scope").ifPresent(scope -> fields.put("scope", scope));
    auth.find("audience").ifPresent(audience -> fields.put("audience", audience));
    if (isInForm()) {
      fields.put("client_id", auth.get("client-id"));
      fields.put("client_secret", auth.get("client-secret"));
    }
    return Buffer.buffer(
        fields.entrySet().stream()
            .map(f -> encode(f.getKey()) + "=" + encode(f.getValue()))
            .collect(Collectors.joining("&")));
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static Future<Granted> read(SmallCall.Answer answer) {
    JsonNode document = json(answer.body());
    if (answer.status() != 200) {
      String error = document.path("error").asText();
      String named = ERRORS.contains(error) ? " (" + error + ")" : "";
      return failed("the token endpoint answered " + answer.status() + named, answer);
    }
    String token = document.path("access_token").textValue();
    String type = document.path("token_type").asText("bearer");
    if (token == null || !isToken(token)) {
      return failed("the token endpoint answered 200 without a token that can be used", null);
    } else if (!type.equalsIgnoreCase("bearer")) {
      return failed("the token endpoint gives tokens that are not of type bearer", null);
    }
    JsonNode life = document.path("expires_in");
    long seconds = life.isMissingNode() ? LIFE_UNSAID.toSeconds() : life.asLong(0);
    seconds = Math.max(1, Math.min(seconds, MOST_LIFE.toSeconds()));
    return Future.succeededFuture(new Granted(token, Duration.ofSeconds(seconds)));
  }

  /** What a header may carry (RFC 6750, section 2.1, widely read): no space, no control. */
  private static boolean isToken(String text) {
    return !text.isEmpty()
        && text.length() <= MOST_TOKEN
        && text.chars().allMatch(c -> c > 0x20 && c < 0x7f);
  }

  private static JsonNode json(String body) {
    try {
      JsonNode document = JSON.readTree(body);
      return document == null ? JSON.missingNode() : document;
    } catch (JsonProcessingException e) {
      return JSON.missingNode();
    }
  }

  private static <T> Future<T> failed(String why, SmallCall.Answer answer) {
    Duration retryAfter =
        answer == null ? null : ChannelApi.retryAfter(answer.retryAfter(), Instant.now());
    return Future.failedFuture(new ChannelException.Unavailable("no token: " + why, retryAfter));
  }
}
