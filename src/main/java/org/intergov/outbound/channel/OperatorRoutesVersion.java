package org.intergov.outbound.channel;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.RouteTemplateDefinition;
import org.intergov.outbound.config.InvalidChannelsException;
import org.intergov.outbound.config.file.RoutesFolder;
import org.intergov.outbound.config.kind.KindDescription;
import org.intergov.outbound.routing.Channel;

/**
 * An operator's route files as one edit left them, loaded. The next version stands beside it: its
 * routes have ids and local endpoints of their own ({@code nz-post~2}), so that what is in flight
 * ends on the routes on which it began. Routes that take something in themselves (a file, a timer,
 * a queue) are started when the version is put in force and stopped when the next one is.
 *
 * <p>Used by the thread that changes the table; {@link #begin} and {@link #end} by any.
 */
final class OperatorRoutesVersion {
  private final ModelCamelContext camel;
  private final RunningRoutes running;
  private final RoutesFolder files;
  private final Map<String, KindDescription> kinds;
  private final String suffix;
  private final List<String> routeIds = new ArrayList<>();
  private final List<String> taking = new ArrayList<>();
  private final Map<String, RouteTemplateDefinition> replaced = new HashMap<>();
  private final List<RouteTemplateDefinition> templates = new ArrayList<>();
  private final Map<String, Object> beansBefore = new HashMap<>();
  private int uses;
  private Runnable unused;

  /**
   * Not loaded yet.
   *
   * @param kinds all there are with these files
   * @param suffix after the names of what only one version may have; empty for the first one
   */
  OperatorRoutesVersion(
      ModelCamelContext camel,
      RunningRoutes running,
      RoutesFolder files,
      Map<String, KindDescription> kinds,
      String suffix) {
    this.camel = camel;
    this.running = running;
    this.files = files;
    this.kinds = kinds;
    this.suffix = suffix;
  }

  RoutesFolder files() {
    return files;
  }

  Map<String, KindDescription> kinds() {
    return kinds;
  }

  List<RouteTemplateDefinition> templates() {
    return templates;
  }

  String suffix() {
    return suffix;
  }

  /** Whether routes of these files may carry what is sent through the channel. */
  boolean mayCarry(Channel channel) {
    return channel.kind().equals(ChannelKinds.ROUTE) || files.kinds().contains(channel.kind());
  }

  /** What an endpoint of these files, as channels.yaml names it, is called in this version. */
  String localName(String uri) {
    return files.entrances().contains(uri) ? uri + suffix : uri;
  }

  /**
   * Loads the files. Routes that take something in themselves wait for {@link #takeOverFrom},
   * unless Camel itself has not started.
   *
   * @throws InvalidChannelsException naming file and cause; then {@link #drop} is to be called
   */
  void load() throws InvalidChannelsException {
    files.beans().forEach(name -> beansBefore.put(name, camel.getRegistry().lookupByName(name)));
    running.add(() -> OperatorRoutes.load(camel, files, suffix, this::prepare));
  }

  /** Routes and templates of one file, before Camel has them. */
  private void prepare(RouteBuilder builder) {
    boolean started = camel.isStarted();
    for (RouteDefinition route : builder.getRouteCollection().getRoutes()) {
      String id = route.getRouteId() + suffix;
      if (!suffix.isEmpty()) {
        String prefix = route.getNodePrefixId() == null ? id + "-" : route.getNodePrefixId() + id;
        route.setId(id);
        route.setNodePrefixId(prefix);
      }
      routeIds.add(id);
      if (!RoutesFolder.isLocal(route.getInput().getUri())) {
        String auto = route.getAutoStartup();
        if (auto == null || Boolean.parseBoolean(camel.resolvePropertyPlaceholders(auto))) {
          taking.add(id);
          if (started) {
            route.setAutoStartup("false");
          }
        }
      }
    }
    builder.getRouteTemplateCollection().getRouteTemplates().forEach(this::prepare);
  }

  private void prepare(RouteTemplateDefinition template) {
    RouteTemplateDefinition before = camel.getRouteTemplateDefinition(template.getId());
    if (before != null) {
      replaced.put(template.getId(), before);
      remove(before);
    }
    templates.add(template);
  }

  private void remove(RouteTemplateDefinition template) {
    try {
      camel.removeRouteTemplateDefinition(template);
    } catch (Exception e) {
      throw new IllegalStateException("template " + template.getId() + " cannot be replaced", e);
    }
  }

  /** Starts what takes something in itself, instead of that of another version. */
  void takeOverFrom(OperatorRoutesVersion before) throws Exception {
    if (!camel.isStarted()) {
      return; // Camel starts them with the others
    }
    before.taking.forEach(running::stop);
    try {
      for (String id : taking) {
        camel.getRouteController().startRoute(id);
      }
    } catch (Exception e) {
      taking.forEach(running::stop);
      for (String id : before.taking) {
        camel.getRouteController().startRoute(id);
      }
      throw e;
    }
  }

  /** Takes all of it away again; the version before is as it was. */
  void drop() {
    routeIds.forEach(running::remove);
    templates.forEach(
        t -> {
          if (camel.getRouteTemplateDefinition(t.getId()) != null) {
            remove(camel.getRouteTemplateDefinition(t.getId()));
          }
        });
    beansBefore.forEach(
        (name, bean) -> {
          if (bean == null) {
            camel.getRegistry().unbind(name);
          } else {
            camel.getRegistry().bind(name, bean);
          }
        });
    try {
      camel.addRouteTemplateDefinitions(replaced.values());
    } catch (Exception e) {
      throw new IllegalStateException("templates cannot be put back", e);
    }
  }

  /** Kinds that the next version does not have are gone. */
  void removeTemplatesWithout(OperatorRoutesVersion next) {
    for (RouteTemplateDefinition t : templates) {
      if (next.templates.stream().noneMatch(n -> n.getId().equals(t.getId()))) {
        remove(t);
      }
    }
  }

  /** A channel's routes have been made that lead here. */
  synchronized void begin() {
    uses++;
  }

  /** They have been removed. */
  void end() {
    Runnable then;
    synchronized (this) {
      uses--;
      then = uses == 0 ? unused : null;
    }
    if (then != null) {
      then.run();
    }
  }

  /** Another version is in force: when nothing leads here any more, the routes are removed. */
  void retire(Runnable removed) {
    synchronized (this) {
      unused =
          () -> {
            routeIds.forEach(running::remove);
            removed.run();
          };
      if (uses > 0) {
        return;
      }
    }
    unused.run();
  }
}
