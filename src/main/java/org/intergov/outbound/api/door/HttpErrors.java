package org.intergov.outbound.api.door;

import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.apache.camel.support.PluginHelper;

/** Answers what no route answers, as problem JSON like the rest. */
public final class HttpErrors {
  private HttpErrors() {}

  /** Installs the answers on the API's server, behind all its routes; it must be started. */
  public static void install(CamelContext camel, int port) {
    Map<Pattern, String> methods = methods(camel);
    install(camel, port, context -> notFound(context, methods));
  }

  /** The paths of Camel's REST operations and the methods they take, to say 405 instead of 404. */
  private static Map<Pattern, String> methods(CamelContext camel) {
    Map<String, Set<String>> byPath = new TreeMap<>();
    PluginHelper.getRestRegistry(camel)
        .listAllRestServices()
        .forEach(
            operation ->
                byPath
                    .computeIfAbsent(operation.getBasePath(), path -> new TreeSet<>())
                    .add(operation.getMethod().toUpperCase(Locale.ROOT)));
    Map<Pattern, String> methods = new LinkedHashMap<>();
    byPath.forEach(
        (path, taken) ->
            methods.put(
                Pattern.compile(path.replaceAll("\\{[^}]+}", "[^/]+")), String.join(", ", taken)));
    return methods;
  }

  /** The same on the management port. */
  public static void installManagement(CamelContext camel, int port) {
    install(
        camel,
        port,
        context ->
            answer(
                context,
                new ApiProblem(
                    404,
                    "No such resource",
                    "There is nothing at this path. There are /observe/health, /observe/health/live,"
                        + " /observe/health/ready and /observe/metrics.")));
  }

  private static void install(CamelContext camel, int port, Handler<RoutingContext> notFound) {
    VertxPlatformHttpRouter.lookup(camel, VertxPlatformHttpRouter.getRouterNameFromPort(port))
        .route()
        .last()
        .handler(notFound)
        .failureHandler(HttpErrors::failed);
  }

  private static void notFound(RoutingContext context, Map<Pattern, String> methods) {
    for (Map.Entry<Pattern, String> path : methods.entrySet()) {
      if (path.getKey().matcher(context.request().path()).matches()) {
        Map<String, String> allow = Map.of("Allow", path.getValue());
        String detail = "This path takes " + path.getValue() + ".";
        answer(context, new ApiProblem(405, "Method not allowed", detail, List.of(), allow));
        return;
      }
    }
    answer(context, new ApiProblem(404, "No such resource", "There is nothing at this path."));
  }

  private static void failed(RoutingContext context) {
    boolean bad = context.statusCode() >= 400 && context.statusCode() < 500;
    answer(
        context,
        bad
            ? new ApiProblem(context.statusCode(), "Bad request", "The request cannot be read.")
            : new ApiProblem(500, "Internal error", "The gateway failed; see its log."));
  }

  static void answer(RoutingContext context, ApiProblem problem) {
    answer(context.response(), problem);
  }

  static void answer(HttpServerResponse response, ApiProblem problem) {
    if (!response.headWritten()) {
      response.setStatusCode(problem.status());
      problem.headers().forEach(response::putHeader);
      response
          .putHeader("Content-Type", "application/problem+json")
          .end(Buffer.buffer(Call.write(problem.document())));
    }
  }
}
