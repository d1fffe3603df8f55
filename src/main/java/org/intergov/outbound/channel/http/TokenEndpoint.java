package org.intergov.outbound.channel.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.intergov.outbound.channel.ChannelException;
import org.intergov.outbound.channel.ParameterMap;
import org.intergov.outbound.config.kind.HttpAddress;
import org.intergov.outbound.message.Quote;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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

  /** Tokens that are no use without a proof of a key, which this gateway does not give. */
  private static final Set<String> BOUND = Set.of("mac", "dpop");

  private static final Logger LOG = LoggerFactory.getLogger(TokenEndpoint.class);

  private final AtomicBoolean odd = new AtomicBoolean();
  private final SmallCall http;
  private final ParameterMap auth;
  private volatile Address discovered;

  /**
   * @param inForm the provider takes client credentials in the form alone
   */
  private record Address(HttpAddress uri, boolean inForm, long until) {}

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
            at ->
                http.send(at.uri(), headers(at), form(at))
                    .recover(e -> failed("the token endpoint gives " + e.getMessage(), null))
                    .compose(this::read))
        .onFailure(e -> discovered = null);
  }

  private Future<Address> address() {
    String fixed = auth.find("token-url").orElse(null);
    if (fixed != null) {
      return Future.succeededFuture(new Address(HttpAddress.read(fixed).orElseThrow(), false, 0));
    }
    Address known = discovered;
    if (known != null && System.nanoTime() - known.until() < 0) {
      return Future.succeededFuture(known);
    }
    String issuer = auth.get("discovery");
    HttpAddress wellKnown = HttpAddress.read(withoutSlash(issuer) + WELL_KNOWN).orElseThrow();
    return http.send(wellKnown, Map.of("Accept", "application/json"), null)
        .recover(e -> failed("the OpenID discovery gives " + e.getMessage(), null))
        .compose(answer -> readAddress(answer, issuer))
        .onSuccess(found -> discovered = found);
  }

  private static String withoutSlash(String issuer) {
    return issuer.endsWith("/") ? issuer.substring(0, issuer.length() - 1) : issuer;
  }

  private static Future<Address> readAddress(SmallCall.Answer answer, String issuer) {
    if (answer.status() != 200) {
      return failed("the OpenID discovery answered " + answer.status(), answer);
    }
    JsonNode document = json(answer.body());
    if (!document.isObject()) {
      return failed("the OpenID discovery answered 200 with something that is not JSON", null);
    }
    String named = document.path("issuer").textValue();
    if (named == null) {
      return failed("the OpenID discovery names no issuer", null);
    } else if (!issuer.equals(named)) {
      return failed(
          "the OpenID discovery names issuer "
              + shown(named)
              + ", channels.yaml names "
              + shown(issuer)
              + (withoutSlash(issuer).equals(withoutSlash(named)) ? " (the slash differs)" : ""),
          null);
    }
    Optional<HttpAddress> asked = HttpAddress.read(issuer);
    Optional<HttpAddress> uri =
        HttpAddress.read(document.path("token_endpoint").asText())
            .filter(u -> u.tls() || asked.filter(i -> !i.tls()).isPresent());
    if (uri.isEmpty()) {
      return failed("the OpenID discovery names no token_endpoint that can be used", null);
    }
    Set<String> methods = new TreeSet<>();
    document.path("token_endpoint_auth_methods_supported").forEach(m -> methods.add(m.asText()));
    boolean inForm =
        methods.contains("client_secret_post") && !methods.contains("client_secret_basic");
    long until = System.nanoTime() + ADDRESS_FOR.toNanos();
    return Future.succeededFuture(new Address(uri.get(), inForm, until));
  }

  private static String shown(String issuer) {
    return Quote.of(issuer.length() > 200 ? issuer.substring(0, 200) + "…" : issuer);
  }

  private Map<String, String> headers(Address at) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Accept", "application/json");
    headers.put("Content-Type", "application/x-www-form-urlencoded");
    if (!isInForm(at)) {
      headers.put(
          "Authorization",
          Credentials.basic(encode(auth.get("client-id")), encode(auth.get("client-secret"))));
    }
    return headers;
  }

  /** As channels.yaml says; where it does not, as the provider does. */
  private boolean isInForm(Address at) {
    return auth.find("client-auth").map("post"::equals).orElse(at.inForm());
  }

  private Buffer form(Address at) {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("grant_type", "client_credentials");
    for (String name : List.of("scope", "audience", "resource")) {
      auth.find(name).ifPresent(value -> fields.put(name, value));
    }
    if (isInForm(at)) {
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

  private Future<Granted> read(SmallCall.Answer answer) {
    JsonNode document = json(answer.body());
    if (answer.status() < 200 || answer.status() >= 300) {
      String error = document.path("error").asText();
      String named = ERRORS.contains(error) ? " (" + error + ")" : "";
      return failed("the token endpoint answered " + answer.status() + named, answer);
    }
    String token = document.path("access_token").textValue();
    String type = document.path("token_type").asText("");
    if (token == null || !isToken(token)) {
      return failed(
          "the token endpoint answered " + answer.status() + " without a token that can be used",
          null);
    } else if (BOUND.contains(type.toLowerCase(Locale.ROOT))) {
      return failed("the token endpoint gives tokens of a type that cannot be used: " + type, null);
    } else if (!type.equalsIgnoreCase("bearer") && odd.compareAndSet(false, true)) {
      LOG.warn(
          "channel {}: the token endpoint does not say that its tokens are of type bearer; they are"
              + " used as such",
          auth.channelId());
    }
    return Future.succeededFuture(new Granted(token, life(document.path("expires_in"))));
  }

  /** Seconds, as a number or as text; what is none, or no time at all, counts as not said. */
  private static Duration life(JsonNode said) {
    long seconds = said.isNumber() || said.isTextual() ? said.asLong(0) : 0;
    return seconds <= 0
        ? LIFE_UNSAID
        : Duration.ofSeconds(Math.min(seconds, MOST_LIFE.toSeconds()));
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
        answer == null ? null : ChannelApi.retryAfter(answer.retryAfter(), answer.date());
    return Future.failedFuture(new ChannelException.Unavailable("no token: " + why, retryAfter));
  }
}
