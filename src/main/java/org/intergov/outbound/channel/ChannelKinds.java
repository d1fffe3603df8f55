package org.intergov.outbound.channel;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.RouteTemplateDefinition;
import org.apache.camel.model.RouteTemplateParameterDefinition;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.PluginHelper;
import org.intergov.outbound.routing.KindDescription;

/**
 * The kinds of channel: each is a file of route templates, {@code <kind>-post} and, where a
 * delivery can be asked for its status, {@code <kind>-status}, and where the channel can be asked
 * to call back on changes, {@code <kind>-subscribe}. What the templates declare is what a channel
 * of that kind may and must say.
 */
public final class ChannelKinds {
  private static final List<String> SHIPPED = List.of("http", "kafka");

  /** Parameters that the gateway sets itself. */
  private static final Set<String> OWN = Set.of("channel", "concurrency", "timeout");

  private ChannelKinds() {}

  /** Loads the kinds that ship with the gateway and describes them, by name. */
  public static Map<String, KindDescription> load(CamelContext camel) throws IOException {
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
      throw new IOException("routes of " + file + " cannot be loaded: " + e.getMessage(), e);
    }
  }

  private static Map<String, KindDescription> describe(CamelContext camel) {
    Map<String, RouteTemplateDefinition> templates = new HashMap<>();
    for (RouteTemplateDefinition t : ((ModelCamelContext) camel).getRouteTemplateDefinitions()) {
      templates.put(t.getId(), t);
    }
    Map<String, KindDescription> kinds = new HashMap<>();
    templates.forEach(
        (id, template) -> {
          if (id.endsWith("-post")) {
            String name = id.substring(0, id.length() - "-post".length());
            RouteTemplateDefinition status = templates.get(name + "-status");
            List<RouteTemplateDefinition> others =
                Stream.of("-statuses", "-subscribe")
                    .map(step -> templates.get(name + step))
                    .filter(Objects::nonNull)
                    .toList();
            kinds.put(name, describe(name, template, status, others));
          }
        });
    return kinds;
  }

  private static KindDescription describe(
      String name,
      RouteTemplateDefinition post,
      RouteTemplateDefinition status,
      List<RouteTemplateDefinition> others) {
    List<RouteTemplateParameterDefinition> declared = new ArrayList<>(post.getTemplateParameters());
    if (status != null) {
      declared.addAll(status.getTemplateParameters());
    }
    others.forEach(other -> declared.addAll(other.getTemplateParameters()));
    declared.removeIf(p -> OWN.contains(p.getName()));
    return new KindDescription(name, status != null, DeclaredParameters.read(declared));
  }
}
