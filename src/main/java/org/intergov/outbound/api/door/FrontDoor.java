package org.intergov.outbound.api.door;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.impl.HttpServerRequestInternal;
import io.vertx.core.http.impl.HttpServerRequestWrapper;
import io.vertx.core.impl.VertxInternal;
import io.vertx.core.net.HostAndPort;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * What every request meets before Camel sees it, on both ports: it is on the event loop, reads
 * nothing of the body and takes no thread. A request to the API needs a token that is known and has
 * not been used too often of late; which role it needs its route knows ({@link Call}). A request to
 * the management port needs the role {@code read}, except for health without details, which probes
 * ask for. Without a file of tokens everybody may come in, and only the limits of {@link
 * Connections} apply.
 *
 * <p>Camel's servers neither let their options be set nor a handler be put in front before they
 * listen. They are made by the {@code Vertx} that they find, so that is where the door is.
 * Thread-safe.
 */
public final class FrontDoor {
  /** Written so that no path that means another after {@code .} and {@code ..} matches. */
  private static final Pattern HEALTH = Pattern.compile("/observe/health(/[a-z-]+)*/?");

  private static final Pattern CALLBACK = Pattern.compile("/callbacks/[^/%]+/[0-9a-f-]+");

  /** Names of this machine that no name server gives out. */
  private static final Pattern LOCAL = Pattern.compile("localhost|[0-9.]+|\\[?[0-9a-fA-F:]+]?");

  private static final Pattern METRICS = Pattern.compile("/observe/metrics/?");

  /** What Jolokia only looks up; nothing in it means anything else once decoded or normalized. */
  private static final Pattern JOLOKIA_READS =
      Pattern.compile(
          "/observe/jolokia(/(read|list|search|version)(/(?!\\.)[A-Za-z0-9_.:=,*!-]+)*/?)?");

  private final ApiAccess access;
  private final int managementPort;
  private final Rates rates;
  private final Consumer<String> caller;
  private final Connections api = new Connections(Connections.MOST_API);
  private final Connections management = new Connections(Connections.MOST_MANAGEMENT);
  private volatile boolean open;

  /**
   * @param rate requests a second that each holder of a token may make
   * @param caller told who makes a request to the management port, in the request's own context
   */
  public FrontDoor(ApiAccess access, int managementPort, int rate, Consumer<String> caller) {
    this.access = access;
    this.managementPort = managementPort;
    this.rates = new Rates(rate, System::nanoTime);
    this.caller = caller;
  }

  /**
   * Lets requests in. Servers listen before their routes are there; until then, and once {@link
   * #shut}, whatever is asked is answered 503.
   */
  public void open() {
    open = true;
  }

  public void shut() {
    open = false;
  }

  /** The same, but the HTTP servers it makes have this door. */
  public Vertx before(Vertx vertx) {
    vertx.setPeriodic(Connections.SWEEP_MILLIS, timer -> sweep());
    return proxy(
        VertxInternal.class,
        (self, method, arguments) ->
            method.getName().equals("createHttpServer")
                ? server(
                    vertx.createHttpServer(
                        Connections.limit(
                            arguments == null
                                ? new HttpServerOptions()
                                : (HttpServerOptions) arguments[0])))
                : invoke(vertx, method, arguments));
  }

  private HttpServer server(HttpServer server) {
    server.connectionHandler(this::connected);
    return proxy(
        HttpServer.class,
        (self, method, arguments) -> {
          if (method.getName().equals("requestHandler") && arguments != null) {
            @SuppressWarnings("unchecked")
            Handler<HttpServerRequest> inside = (Handler<HttpServerRequest>) arguments[0];
            server.requestHandler(request -> enter(request, inside));
            return self;
          }
          return invoke(server, method, arguments);
        });
  }

  private void connected(HttpConnection connection) {
    at(connection).opened(connection);
  }

  private Connections at(HttpConnection connection) {
    return connection.localAddress().port() == managementPort ? management : api;
  }

  private void sweep() {
    api.sweep();
    management.sweep();
  }

  /**
   * What answers GET answers HEAD too: whoever handles it sees a GET, and the server leaves the
   * body of the answer out (RFC 9110, 9.3.2).
   */
  private static final class AsGet extends HttpServerRequestWrapper {
    AsGet(HttpServerRequestInternal head) {
      super(head);
    }

    @Override
    public HttpMethod method() {
      return HttpMethod.GET;
    }
  }

  private void enter(HttpServerRequest asked, Handler<HttpServerRequest> inside) {
    HttpServerRequest request =
        asked.method().equals(HttpMethod.HEAD) && asked instanceof HttpServerRequestInternal head
            ? new AsGet(head)
            : asked;
    Connections connections = at(request.connection());
    connections.asked(request);
    if (isAlive(request)) {
      request.response().putHeader("Content-Type", "application/json").end("{\"status\":\"UP\"}");
      return;
    }
    try {
      if (!open) {
        throw new ApiProblem(
            503,
            "Not ready",
            "The gateway is starting or stopping. Try again.",
            List.of(),
            Map.of("Retry-After", "1"));
      }
      RequestPath.check(request.path(), request.query());
      check(request);
    } catch (ApiProblem problem) {
      if (problem.status() == 401) {
        connections.isStranger(request);
        access.refused(request, problem);
      }
      HttpErrors.answer(request.response(), problem);
      RequestStream.letGo(request);
      return;
    }
    inside.handle(request);
  }

  /** That much is said here: it must not wait for anything else to be answered. */
  private boolean isAlive(HttpServerRequest request) {
    return request.method().equals(HttpMethod.GET)
        && "/observe/health/live".equals(request.uri())
        && request.localAddress().port() == managementPort;
  }

  private void check(HttpServerRequest request) {
    if (access.isOpen()) {
      refuseBrowsers(request);
      return;
    }
    // a target such as "*" or one without a path belongs to no route: it needs a token like others
    String path = request.path() == null ? "" : request.path();
    boolean management = request.localAddress().port() == managementPort;
    if (management ? isHealth(request, path) : CALLBACK.matcher(path).matches()) {
      return;
    }
    String holder = access.holder(request).name();
    if (!rates.admits(holder)) {
      throw rates.tooMany(holder);
    }
    if (management) {
      caller.accept(access.enter(request, reads(request, path) ? Role.READ : Role.OPERATE));
    }
  }

  /**
   * Without tokens a web page that is open in a browser of this machine could do everything; a
   * browser says where a page is from, or is made to ask for a name that leads here.
   */
  private static void refuseBrowsers(HttpServerRequest request) {
    HostAndPort asked = request.authority();
    if (request.getHeader("Origin") != null
        || asked != null && isLoopback(request) && !LOCAL.matcher(asked.host()).matches()) {
      throw new ApiProblem(
          403,
          "Not for web pages",
          "Without tokens (intergov.api.tokens-file) requests of web pages are refused, and the Host"
              + " must be an IP address or localhost.");
    }
  }

  private static boolean isLoopback(HttpServerRequest request) {
    String address = request.localAddress().hostAddress();
    return address != null && (address.startsWith("127.") || address.endsWith(":1"));
  }

  /** Probes ask without a query; with one, details are shown. */
  private static boolean isHealth(HttpServerRequest request, String path) {
    return HEALTH.matcher(path).matches() && request.query() == null;
  }

  /**
   * Whether it certainly changes nothing. A query may ask Jolokia for anything, and so may a body.
   */
  private static boolean reads(HttpServerRequest request, String path) {
    return request.method().equals(HttpMethod.GET)
        && (METRICS.matcher(path).matches()
            || HEALTH.matcher(path).matches()
            || request.query() == null && JOLOKIA_READS.matcher(path).matches());
  }

  private static <T> T proxy(Class<T> type, java.lang.reflect.InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }

  private static Object invoke(Object target, Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
