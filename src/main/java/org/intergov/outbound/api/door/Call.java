package org.intergov.outbound.api.door;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.platform.http.vertx.HttpMessage;
import org.intergov.outbound.message.Reference;
import org.intergov.outbound.store.database.StoreBusyException;
import org.intergov.outbound.store.database.StoreUnavailableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One HTTP call: what was asked, read from the request itself (Camel mixes query parameters and
 * headers), and the answer to it.
 */
public final class Call {
  private static final Logger LOG = LoggerFactory.getLogger(Call.class);
  private static final Map<String, String> RETRY_SOON = Map.of("Retry-After", "1");
  private static final Pattern CHARSET =
      Pattern.compile("(?i);\\s*charset\\s*=\\s*\"?([^\\s;\"]*)");

  /** Of these, one that is read as UTF-8 means what it says. */
  private static final Set<String> UTF_8 = Set.of("utf-8", "utf8", "us-ascii", "ascii");

  private static final ObjectMapper JSON =
      JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

  /**
   * How many bodies are read at once, but for those of intake, which has a gate of its own: who
   * sends slowly takes no more threads than that from others.
   */
  private static final Semaphore BODIES = new Semaphore(8);

  private static final Set<RequestStream> READ = ConcurrentHashMap.newKeySet();

  private final Exchange exchange;
  private final HttpServerRequest request;
  private String caller;

  private Call(Exchange exchange, HttpServerRequest request) {
    this.exchange = exchange;
    this.request = request;
  }

  /** What answers a call. */
  public interface Handler {
    public void answer(Call call) throws Exception;
  }

  /** As {@link #handle}, for callers that have no tokens: what they may do rests on the address. */
  public static void handleOpen(Exchange exchange, Handler handler) {
    handle(exchange, null, handler);
  }

  /**
   * Answers with what {@code handler} says, or with the problem it ran into.
   *
   * @param role what the caller must be allowed; nothing of the request is read without it. Null:
   *     everybody may
   */
  public static void handle(Exchange exchange, Role role, Handler handler) {
    HttpServerRequest request = exchange.getMessage(HttpMessage.class).getRequest();
    Call call = new Call(exchange, request);
    try {
      call.caller = role == null ? "callback" : ApiAccess.of(exchange).enter(request, role);
      handler.answer(call);
    } catch (ApiProblem p) {
      call.problem(p);
    } catch (StoreUnavailableException e) {
      LOG.warn("{} {}: {}", request.method(), request.path(), e.getMessage());
      call.problem(unavailable(e));
    } catch (StoreBusyException e) {
      LOG.debug("{} {}: {}", request.method(), request.path(), e.getMessage());
      call.problem(busy(e));
    } catch (SocketTimeoutException e) {
      call.problem(new ApiProblem(408, "Too slow", "The request's body did not come in time."));
    } catch (EOFException e) {
      LOG.debug("{} {}: the client is gone", request.method(), request.path());
      call.problem(new ApiProblem(400, "Cut off", "The request's body ended too early."));
    } catch (Exception e) {
      LOG.error("{} {} failed", request.method(), request.path(), e);
      call.problem(new ApiProblem(500, "Internal error", "The gateway failed; see its log."));
    }
    RequestStream.letGo(request);
  }

  public static ApiProblem unavailable(StoreUnavailableException e) {
    String words = e.words();
    return new ApiProblem(
        503,
        "Database unavailable",
        Character.toUpperCase(words.charAt(0))
            + words.substring(1)
            + "; nothing was stored. Try again.",
        List.of(),
        Map.of("Retry-After", "2"));
  }

  public static ApiProblem busy(StoreBusyException e) {
    String retryAfter = String.valueOf(e.retryAfter().toSeconds());
    return new ApiProblem(
        503, "Busy", e.getMessage(), List.of(), Map.of("Retry-After", retryAfter));
  }

  public HttpServerRequest request() {
    return request;
  }

  /** The n-th segment of the path, from 0, decoded. */
  public String segment(int n) {
    return clean("path", rawSegment(n));
  }

  private String rawSegment(int n) {
    return RequestPath.decoded(request.path().substring(1).split("/", -1)[n]);
  }

  /**
   * The message that is asked for: the second segment of the path, or the parameter of the query if
   * that is {@code -}.
   *
   * @throws ApiProblem 400 if it is no reference
   */
  public Reference reference() {
    String text = rawSegment(1);
    String asked = text.equals("-") ? request.params().get("reference") : text;
    if (asked == null) {
      throw new ApiProblem(400, "Bad reference", "The query must have the parameter reference.");
    }
    try {
      return Reference.parse(asked);
    } catch (IllegalArgumentException e) {
      throw new ApiProblem(400, "Bad reference", e.getMessage());
    }
  }

  /** A query parameter, or null. */
  public String query(String name) {
    MultiMap parameters = request.params();
    return clean(name, parameters.get(name));
  }

  private static String clean(String where, String text) {
    if (text != null && text.chars().anyMatch(Character::isISOControl)) {
      throw new ApiProblem(400, "Bad " + where, "It contains a control character.");
    }
    return text;
  }

  /** A query parameter that is a whole number; {@code unset} if it is not given. */
  long number(String name, long unset, long least, long most) {
    String text = query(name);
    if (text == null || text.isEmpty()) {
      return unset;
    }
    try {
      long value = Long.parseLong(text);
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    String range = "from " + least + (most == Long.MAX_VALUE ? "" : " to " + most);
    throw new ApiProblem(400, "Bad " + name, name + " must be a whole number " + range + ".");
  }

  /** How many a page may have. */
  public int limit() {
    return (int) number("limit", 100, 1, 1_000);
  }

  /** Behind which place a page begins; that is what the page before it has said. */
  public long after() {
    return number("after", 0, 0, Long.MAX_VALUE);
  }

  /**
   * Answers with a page, and with where the next one begins, if this one is full.
   *
   * @param name of the list
   * @param place of one, for {@link #after}
   */
  public <T> void page(
      String name,
      List<T> found,
      int limit,
      ToLongFunction<T> place,
      Function<T, Map<String, Object>> document) {
    boolean more = found.size() == limit;
    page(name, found, more ? place.applyAsLong(found.get(limit - 1)) : null, document);
  }

  /**
   * Answers with a page.
   *
   * @param next where the next one begins, for {@link #after}; null: this was the last one
   */
  public <T> void page(
      String name, List<T> found, Long next, Function<T, Map<String, Object>> document) {
    Map<String, Object> page = new LinkedHashMap<>();
    page.put(name, found.stream().map(document).toList());
    page.put("next", next == null ? null : String.valueOf(next));
    json(200, page);
  }

  /**
   * The first bytes of the body.
   *
   * @throws ApiProblem 503 if too many bodies are being read
   */
  public byte[] bytes(int most) throws IOException {
    RequestStream body = new RequestStream(request);
    if (!mayRead()) {
      throw new ApiProblem(
          503, "Busy", "Too many bodies are being read. Try again.", List.of(), RETRY_SOON);
    }
    READ.add(body);
    try {
      return body.readNBytes(most);
    } finally {
      READ.remove(body);
      BODIES.release();
    }
  }

  /** Takes a place; if none is free, that of the body which has kept us waiting for longest. */
  private static boolean mayRead() {
    if (BODIES.tryAcquire()) {
      return true;
    }
    RequestStream.slowest(READ.stream(), RequestStream::waitingNanos)
        .ifPresent(RequestStream::giveUp);
    try {
      return BODIES.tryAcquire(200, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /**
   * The body as JSON.
   *
   * @throws ApiProblem if it is longer than {@code most} bytes, or no JSON object
   */
  public JsonNode body(int most) throws IOException {
    checkIsPlainUtf8();
    byte[] bytes = length() > most ? null : bytes(most + 1);
    if (bytes == null || bytes.length > most) {
      throw new ApiProblem(413, "Too large", "The body may have at most " + most + " bytes.");
    }
    try {
      JsonNode body = JSON.readTree(bytes);
      if (body != null && body.isObject()) {
        return body;
      }
    } catch (JsonProcessingException e) {
      // said below
    }
    throw new ApiProblem(400, "Bad JSON", "The body must be a JSON object.");
  }

  /** The media type, lower case and without parameters; empty if there is none. */
  public String mediaType() {
    String type = request.getHeader("Content-Type");
    if (type == null) {
      return "";
    }
    int end = type.indexOf(';');
    return (end < 0 ? type : type.substring(0, end)).trim().toLowerCase(Locale.ROOT);
  }

  /** How long the body is said to be; −1: nothing is said. */
  public long length() {
    String length = request.getHeader("Content-Length");
    try {
      return length == null ? -1 : Long.parseLong(length.strip());
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  /**
   * Refuses a body that is compressed, or text in another charset than UTF-8: read as it comes, it
   * would be another message than was meant.
   *
   * @throws ApiProblem 415
   */
  public void checkIsPlainUtf8() {
    for (String codings : request.headers().getAll("Content-Encoding")) {
      for (String coding : codings.split(",")) {
        if (!coding.isBlank() && !coding.strip().equalsIgnoreCase("identity")) {
          throw new ApiProblem(
              415,
              "Unsupported content encoding",
              "Content-Encoding must be absent or identity: bodies are not unpacked.",
              List.of(),
              Map.of("Accept-Encoding", "identity"));
        }
      }
    }
    String type = request.getHeader("Content-Type");
    Matcher charset = CHARSET.matcher(type == null ? "" : type);
    if (charset.find() && !UTF_8.contains(charset.group(1).toLowerCase(Locale.ROOT))) {
      throw new ApiProblem(
          415,
          "Unsupported charset",
          "The charset of Content-Type must be absent or utf-8: JSON is UTF-8 (RFC 8259, 8.1).");
    }
  }

  /** Who is calling, for the journal. */
  public String caller() {
    return caller;
  }

  public void json(int status, Object body) {
    answer(status, "application/json", write(body), Map.of());
  }

  public void json(int status, Object body, Map<String, String> headers) {
    answer(status, "application/json", write(body), headers);
  }

  private void problem(ApiProblem p) {
    answer(p.status(), "application/problem+json", write(p.document()), p.headers());
  }

  public void answer(int status, String type, Object body, Map<String, String> headers) {
    Message message = exchange.getMessage();
    message.getHeaders().clear();
    message.setHeader(Exchange.HTTP_RESPONSE_CODE, status);
    message.setHeader(Exchange.CONTENT_TYPE, type);
    headers.forEach(message::setHeader);
    message.setBody(body);
  }

  public static byte[] write(Object body) {
    try {
      return JSON.writeValueAsBytes(body);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("an answer could not be written as JSON", e);
    }
  }
}
