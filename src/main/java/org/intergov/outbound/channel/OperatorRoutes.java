package org.intergov.outbound.channel;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.builder.RouteBuilderLifecycleStrategy;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.RouteTemplateDefinition;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.intergov.outbound.config.Cause;
import org.intergov.outbound.config.InvalidChannelsException;
import org.intergov.outbound.config.file.RoutesFolder;
import org.intergov.outbound.config.file.RoutesFolder.Reserved;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;

/**
 * Loads an operator's own route files: routes for kind {@code route}, and templates that are kinds
 * of their own. Their templates start on the channel's own threads, whatever they do.
 */
final class OperatorRoutes {
  /** Components that are parts of the gateway, not for routes of others. */
  private static final Pattern OWN_COMPONENTS = Pattern.compile("channel-.*|leased|outcome");

  /** The id of a route, or of that of a REST operation, as it stands in every file of ours. */
  private static final Pattern ID =
      Pattern.compile("(?m)^    (?:id|    routeId): ([A-Za-z0-9-]+)$");

  private static final String WELL_FORMED = "a file that Camel's YAML DSL accepts";

  private OperatorRoutes() {}

  /**
   * Reads and checks the files of a folder; loads none.
   *
   * @param camel knows which components there are
   * @param folder empty if there is none
   * @param ownFiles names of the gateway's own route files: the ids of their routes, which are also
   *     the names of the endpoints they listen on, are taken
   * @throws InvalidChannelsException naming file, line and cause of every error
   */
  static RoutesFolder read(CamelContext camel, Optional<Path> folder, List<String> ownFiles)
      throws InvalidChannelsException, IOException {
    return folder.isEmpty()
        ? RoutesFolder.none()
        : RoutesFolder.read(
            folder.get(),
            new Reserved(ids(ownFiles), ChannelKinds.SHIPPED),
            scheme -> isThere(camel, scheme));
  }

  private static List<String> ids(List<String> ownFiles) throws IOException {
    List<String> ids = new ArrayList<>();
    for (String file : ownFiles) {
      try (InputStream in =
          OperatorRoutes.class.getResourceAsStream("/routes/" + file + ".camel.yaml")) {
        Matcher id = ID.matcher(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        while (id.find()) {
          ids.add(id.group(1));
        }
      }
    }
    return ids;
  }

  private static boolean isThere(CamelContext camel, String scheme) {
    return !OWN_COMPONENTS.matcher(scheme).matches()
        && camel.getComponent(scheme, true, false) != null;
  }

  /** Loads the files as they are. */
  static void load(CamelContext camel, RoutesFolder files) throws InvalidChannelsException {
    load(camel, files, "", builder -> {});
  }

  /**
   * Loads the files.
   *
   * @param suffix of the names of their local endpoints
   * @param prepare told of the routes and templates of each file, before Camel has them
   * @throws InvalidChannelsException naming file, line and cause
   */
  static void load(
      CamelContext camel, RoutesFolder files, String suffix, Consumer<RouteBuilder> prepare)
      throws InvalidChannelsException {
    for (Map.Entry<Path, String> file : files.texts(suffix).entrySet()) {
      try {
        String location = "file:" + file.getKey().toAbsolutePath();
        Resource resource = ResourceHelper.fromString(location, file.getValue());
        for (RoutesBuilder routes :
            PluginHelper.getRoutesLoader(camel).findRoutesBuilders(List.of(resource))) {
          load(camel, (RouteBuilder) routes, prepare);
        }
      } catch (Exception e) {
        throw files.error(file.getKey(), line(e), cause(e, ChannelSecrets.NONE), WELL_FORMED);
      }
    }
    for (String kind : files.kinds()) {
      onWorkers(camel, kind + "-post");
      onWorkers(camel, kind + "-status");
    }
  }

  private static void load(CamelContext camel, RouteBuilder file, Consumer<RouteBuilder> prepare)
      throws Exception {
    file.addLifecycleInterceptor(
        new RouteBuilderLifecycleStrategy() {
          @Override
          public void afterConfigure(RouteBuilder builder) {
            prepare.accept(builder);
          }
        });
    camel.addRoutes(file);
  }

  private static void onWorkers(CamelContext camel, String template) {
    RouteTemplateDefinition found =
        ((ModelCamelContext) camel).getRouteTemplateDefinition(template);
    if (found != null) {
      String step = template.substring(template.lastIndexOf('-'));
      found
          .getRoute()
          .getInput()
          .setUri(
              ChannelWorkersComponent.SCHEME
                  + ":{{channel}}"
                  + step
                  + "?threads={{concurrency}}&timeout={{timeout}}&secrets={{"
                  + ChannelParameters.SECRETS
                  + "}}");
    }
  }

  private static int line(Throwable failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof MarkedYamlEngineException marked && marked.getProblemMark().isPresent()) {
        return marked.getProblemMark().get().getLine() + 1;
      }
    }
    return 0;
  }

  /** The innermost cause says what is wrong; those around it say where Camel was. */
  static String cause(Throwable failure, ChannelSecrets secrets) {
    Throwable root = Cause.innermost(failure);
    if (root instanceof MarkedYamlEngineException marked && marked.getProblem() != null) {
      return "a mistake (" + marked.getProblem() + ")";
    }
    return "a mistake (" + Cause.of(failure, secrets::hiddenIn) + ")";
  }
}
