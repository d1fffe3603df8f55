package org.intergov.outbound.api.door;

import io.vertx.core.http.HttpServerRequest;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;
import org.intergov.outbound.config.file.FileStamp;
import org.intergov.outbound.message.Quote;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who may call the API: the holders of the tokens in a file, each as far as its roles go; without a
 * file, everyone who can reach it. The file is read again when it has changed; one with faults
 * changes nothing and is said in the log. Thread-safe.
 */
public final class ApiAccess {
  /** The name under which the routes find it. */
  public static final String NAME = "apiAccess";

  private static final Logger LOG = LoggerFactory.getLogger(ApiAccess.class);
  private static final String CHALLENGE = "Bearer realm=\"intergov-outbound\"";
  private static final int MOST_TOKEN = 512;

  private final Path file;
  private final LongAdder refused = new LongAdder();
  private volatile Map<String, AccessToken> tokens;
  private volatile Optional<FileStamp> seen;

  private ApiAccess(Path file) {
    this.file = file;
  }

  /** No tokens: whoever reaches the API may do everything. */
  public static ApiAccess open() {
    return new ApiAccess(null);
  }

  /**
   * Reads the tokens.
   *
   * @param faults told of each fault of the file; with one, nobody may do anything
   */
  public static ApiAccess ofFile(Path file, java.util.function.Consumer<String> faults) {
    ApiAccess access = new ApiAccess(file);
    access.seen = FileStamp.of(file);
    SecretFile.warnIfOpen(file);
    TokensFile.Contents contents = TokensFile.read(file);
    contents.faults().forEach(faults);
    access.tokens = contents.faults().isEmpty() ? byDigest(contents.tokens()) : Map.of();
    return access;
  }

  private static Map<String, AccessToken> byDigest(List<AccessToken> tokens) {
    return tokens.stream().collect(Collectors.toMap(AccessToken::digest, Function.identity()));
  }

  /** Reads the file again if it has changed; to be called every now and then, by one thread. */
  public void refresh() {
    if (file == null) {
      return;
    }
    Optional<FileStamp> now = FileStamp.of(file);
    if (now.equals(seen)) {
      return;
    }
    seen = now;
    TokensFile.Contents contents = TokensFile.read(file);
    if (contents.faults().isEmpty()) {
      tokens = byDigest(contents.tokens());
      LOG.info("{}: read again, {} tokens", file, tokens.size());
    } else {
      LOG.error(
          "{} cannot be used; the tokens read before stay valid: {}", file, contents.faults());
    }
  }

  /** Whether everybody may do everything. */
  boolean isOpen() {
    return file == null;
  }

  static ApiAccess of(Exchange exchange) {
    return exchange.getContext().getRegistry().lookupByNameAndType(ApiAccess.NAME, ApiAccess.class);
  }

  /**
   * Lets a call in, or not.
   *
   * @return who is calling, for the journal
   * @throws ApiProblem 401 without a token that is known, 403 if it lacks the role
   */
  String enter(HttpServerRequest request, Role role) {
    String from = request.remoteAddress().hostAddress();
    if (file == null) {
      return "api " + from;
    }
    AccessToken token = holder(request);
    if (!token.may(role)) {
      LOG.warn(
          "{} {} by {} from {}: its token lacks the role {}",
          request.method(),
          request.path(),
          token.name(),
          from,
          role.word());
      throw new ApiProblem(
          403,
          "Role missing",
          "The token of " + token.name() + " lacks the role " + role.word() + ".",
          List.of(),
          Map.of("WWW-Authenticate", CHALLENGE + ", error=\"insufficient_scope\""));
    }
    return token.name() + " " + from;
  }

  /**
   * Leaves a trace of a request that came without a token that is known. The log keeps a few of
   * many that come at once.
   */
  void refused(HttpServerRequest request, ApiProblem problem) {
    refused.increment();
    LOG.warn(
        "refused {} {} from {}: {}",
        request.method(),
        Quote.of(request.path() == null ? "" : request.path()),
        request.remoteAddress().hostAddress(),
        problem.getMessage());
  }

  /** How many requests came without a token that is known. */
  public long refusals() {
    return refused.sum();
  }

  /**
   * The token that comes with a request.
   *
   * @throws ApiProblem 401 without one that is known
   */
  AccessToken holder(HttpServerRequest request) {
    String authorization = request.getHeader("Authorization");
    if (authorization == null) {
      throw unauthorized("This gateway requires a bearer token.", CHALLENGE);
    }
    String[] parts = authorization.strip().split("\\s+", 2);
    if (parts.length != 2 || !parts[0].equalsIgnoreCase("Bearer")) {
      throw unauthorized("The Authorization header holds no bearer token.", CHALLENGE);
    }
    AccessToken known =
        parts[1].length() > MOST_TOKEN ? null : tokens.get(AccessToken.digest(parts[1]));
    if (known == null) {
      throw unauthorized("The token is not known.", CHALLENGE + ", error=\"invalid_token\"");
    }
    return known;
  }

  private static ApiProblem unauthorized(String detail, String challenge) {
    return new ApiProblem(
        401, "Token required", detail, List.of(), Map.of("WWW-Authenticate", challenge));
  }
}
