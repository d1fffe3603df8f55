package org.intergov.outbound.channel;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.camel.CamelContext;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.RouteTemplateDefinition;
import org.apache.camel.model.RouteTemplateParameterDefinition;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.PluginHelper;
import org.intergov.outbound.config.Cause;
import org.intergov.outbound.config.file.RoutesFolder;
import org.intergov.outbound.config.kind.KindDescription;

/**
 * The kinds of channel: each is a file of route templates, {@code <kind>-post}; where a delivery
 * can be asked for its status, {@code <kind>-status}; where the channel can be asked to call back
 * on changes, {@code <kind>-subscribe}; and where the other side tells of it by itself, {@code
 * <kind>-receipts}. What the templates declare is what a channel of that kind may and must say.
 * Receipts are optional: a channel turns them on by giving the parameters that this template alone
 * requires.
 */
public final class ChannelKinds {
  static final String ROUTE = "route";
  static final List<String> SHIPPED = List.of("http", "sqs", "kafka", "route");
  static final List<String> STEPS = List.of("post", "status");

  /** What a parameter of kind route must name, where no route is there to be named. */
  private static final String NO_ROUTES =
      "direct:<a route of yours, in a file of the routes folder>";

  /** Parameters that the gateway sets itself. */
  private static final Set<String> OWN = Set.of("channel", "concurrency", "timeout", "longest");

  private ChannelKinds() {}

  /**
   * Loads the kinds that ship with the gateway and describes them, by name, whatever routes there
   * are for kind {@code route}.
   */
  public static Map<String, KindDescription> load(CamelContext camel) throws IOException {
    camel.addComponent(ChannelWorkersComponent.SCHEME, new ChannelWorkersComponent());
    camel.addLifecycleStrategy(new OwnClients());
    for (String kind : SHIPPED) {
      loadRoutes(camel, "routes/channels/" + kind + ".camel.yaml");
    }
    return describe(camel);
  }

  /**
   * Loads one file of routes from the class path.
   *
   * @throws IOException naming the file, if its routes cannot be loaded
   */
  public static void loadRoutes(CamelContext camel, String file) throws IOException {
    Resource resource = PluginHelper.getResourceLoader(camel).resolveResource("classpath:" + file);
    try {
      PluginHelper.getRoutesLoader(camel).loadRoutes(resource);
    } catch (Exception e) {
      throw new IOException("routes of " + file + " cannot be loaded: " + Cause.of(e), e);
    }
  }

  /** The same kinds, where kind {@code route} goes to the routes of these files and no others. */
  static Map<String, KindDescription> with(RoutesFolder files, Map<String, KindDescription> kinds) {
    Map<String, KindDescription> with = new HashMap<>(kinds);
    with.computeIfPresent(ROUTE, (name, route) -> onlyTo(files.entrances(), route));
    return with;
  }

  /** Describes every kind that is loaded, by name. */
  static Map<String, KindDescription> describe(CamelContext camel) {
    Map<String, RouteTemplateDefinition> templates = new HashMap<>();
    for (RouteTemplateDefinition t : ((ModelCamelContext) camel).getRouteTemplateDefinitions()) {
      templates.put(t.getId(), t);
    }
    Map<String, KindDescription> kinds = new HashMap<>();
    templates.forEach(
        (id, template) -> {
          if (id.endsWith("-post")) {
            String name = id.substring(0, id.length() - "-post".length());
            kinds.put(name, describe(name, templates));
          }
        });
    return kinds;
  }

  /** Kind route goes to the routes that are there, nowhere else. */
  private static KindDescription onlyTo(List<String> entrances, KindDescription route) {
    List<String> choices = entrances.isEmpty() ? List.of(NO_ROUTES) : entrances;
    return new KindDescription(
        route.name(),
        route.hasStatus(),
        route.parameters().stream().map(p -> p.choices(choices)).toList());
  }

  private static KindDescription describe(
      String name, Map<String, RouteTemplateDefinition> templates) {
    RouteTemplateDefinition receipts = templates.get(name + "-receipts");
    List<RouteTemplateParameterDefinition> declared = new ArrayList<>();
    for (String step : List.of("-post", "-status", "-statuses", "-subscribe")) {
      declared.addAll(declared(templates.get(name + step)));
    }
    Set<String> always = new HashSet<>();
    DeclaredParameters.read(declared).forEach(p -> always.add(p.name()));
    declared.addAll(declared(receipts));
    List<KindDescription.Parameter> parameters = new ArrayList<>();
    Set<String> need = new LinkedHashSet<>();
    for (KindDescription.Parameter p : DeclaredParameters.read(declared)) {
      if (p.required() && !always.contains(p.name())) {
        need.add(p.name());
      }
      parameters.add(always.contains(p.name()) ? p : p.optional());
    }
    return new KindDescription(
        name,
        templates.containsKey(name + "-status"),
        receipts == null ? Optional.empty() : Optional.of(need),
        parameters);
  }

  private static List<RouteTemplateParameterDefinition> declared(RouteTemplateDefinition template) {
    return template == null || template.getTemplateParameters() == null
        ? List.of()
        : template.getTemplateParameters().stream()
            .filter(p -> !OWN.contains(p.getName()))
            .toList();
  }
}
