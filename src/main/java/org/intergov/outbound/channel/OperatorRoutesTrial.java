package org.intergov.outbound.channel;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.camel.FailedToCreateRouteException;
import org.apache.camel.builder.TemplatedRouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.errorhandler.NoErrorHandlerDefinition;
import org.intergov.outbound.config.InvalidChannelsException;
import org.intergov.outbound.config.file.RoutesFolder;
import org.intergov.outbound.config.kind.KindDescription;
import org.intergov.outbound.routing.Channel;
import org.intergov.outbound.routing.RoutingTable;

/**
 * Builds an operator's routes, and those of the channels that use them, in a Camel of its own and
 * starts none: endpoints are looked up and their options set, but nothing is read, sent or listened
 * on. So {@code check} finds what the start would.
 */
final class OperatorRoutesTrial implements AutoCloseable {
  /** Every step that the gateway may name a route of a channel after. */
  private static final List<String> NAMED =
      List.of("post", "status", "statuses", "subscribe", "receipts");

  private static final String BUILT = "a route that Camel can build";

  private final RoutesFolder files;
  private final DefaultCamelContext camel;

  private OperatorRoutesTrial(RoutesFolder files, ClassLoader components) {
    this.files = files;
    this.camel = camel(components);
  }

  /**
   * Loads the files.
   *
   * @param components where their components are
   * @throws InvalidChannelsException naming file and line of what cannot be loaded
   */
  static OperatorRoutesTrial of(RoutesFolder files, ClassLoader components)
      throws InvalidChannelsException, IOException {
    OperatorRoutesTrial trial = new OperatorRoutesTrial(files, components);
    try {
      ChannelKinds.loadRoutes(trial.camel, "routes/channels/" + ChannelKinds.ROUTE + ".camel.yaml");
      OperatorRoutes.load(trial.camel, files);
    } catch (InvalidChannelsException | IOException | RuntimeException e) {
      trial.close();
      throw e;
    }
    return trial;
  }

  /** The kinds that the files define, by name. */
  Map<String, KindDescription> kinds() {
    return ChannelKinds.describe(camel);
  }

  /**
   * Builds the routes.
   *
   * @param kinds all there are
   * @throws InvalidChannelsException naming file and line of the route that cannot be built
   */
  void build(RoutingTable table, Map<String, KindDescription> kinds)
      throws InvalidChannelsException {
    for (Channel channel : table.channels()) {
      checkNames(files, channel);
    }
    build(camel, files, table, kinds);
  }

  @Override
  public void close() throws IOException {
    camel.close();
  }

  private static void checkNames(RoutesFolder files, Channel channel)
      throws InvalidChannelsException {
    for (String step : NAMED) {
      String own = channel.id() + "-" + step;
      if (files.entrances().contains("direct:" + own) || files.ids().contains(own)) {
        throw files.error(
            files.ids().contains(own) ? own : files.idFrom("direct:" + own),
            "the name " + own,
            "another name; the gateway's own routes of channel " + channel.id() + " have this one");
      }
    }
  }

  /** Without JMX, and without any route that starts. */
  private static DefaultCamelContext camel(ClassLoader components) {
    DefaultCamelContext camel = new DefaultCamelContext();
    camel.setApplicationContextClassLoader(components);
    camel.disableJMX();
    camel.setAutoStartup(false);
    camel.addComponent(ChannelWorkersComponent.SCHEME, new ChannelWorkersComponent());
    camel.getCamelContextExtension().setErrorHandlerFactory(new NoErrorHandlerDefinition());
    return camel;
  }

  private static void build(
      DefaultCamelContext camel,
      RoutesFolder files,
      RoutingTable table,
      Map<String, KindDescription> kinds)
      throws InvalidChannelsException {
    List<RouteDefinition> routes = new ArrayList<>(camel.getRouteDefinitions());
    routes.forEach(r -> r.setAutoStartup("false"));
    try {
      camel.start();
    } catch (Exception e) {
      throw files.error(routeId(e), OperatorRoutes.cause(e, ChannelSecrets.NONE), BUILT);
    }
    ChannelRoutes all = new ChannelRoutes(camel, kinds);
    for (Channel channel : table.channels()) {
      if (files.kinds().contains(channel.kind()) || channel.kind().equals(ChannelKinds.ROUTE)) {
        build(camel, files, channel, all.parametersOf(channel, channel.id(), all.operatorRoutes()));
      }
    }
  }

  private static void build(
      DefaultCamelContext camel,
      RoutesFolder files,
      Channel channel,
      Map<String, Object> parameters)
      throws InvalidChannelsException {
    for (String step : ChannelKinds.STEPS) {
      String template = channel.kind() + "-" + step;
      if (camel.getRouteTemplateDefinition(template) == null
          || (step.equals("status") && !channel.tracking().asked())) {
        continue;
      }
      try {
        TemplatedRouteBuilder.builder(camel, template)
            .routeId(channel.id() + "-" + step)
            .parameters(parameters)
            .handler(t -> t.getRoute().setAutoStartup("false"))
            .add();
      } catch (Exception e) {
        String cause = OperatorRoutes.cause(e, new ChannelSecrets(channel));
        String found = "for channel " + channel.id() + " " + cause;
        throw files.error(template, found, BUILT);
      }
    }
  }

  private static String routeId(Throwable failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof FailedToCreateRouteException failed) {
        return failed.getRouteId();
      }
    }
    return "";
  }
}
