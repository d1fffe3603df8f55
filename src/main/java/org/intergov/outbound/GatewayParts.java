package org.intergov.outbound;

import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.camel.CamelConfiguration;
import org.apache.camel.CamelContext;
import org.apache.camel.main.Main;
import org.apache.camel.support.LifecycleStrategySupport;
import org.intergov.outbound.api.ApiConfiguration;
import org.intergov.outbound.api.door.ApiAccess;
import org.intergov.outbound.api.door.DoorConfiguration;
import org.intergov.outbound.api.door.FrontDoor;
import org.intergov.outbound.api.door.IntakeGate;
import org.intergov.outbound.api.door.ServerTls;
import org.intergov.outbound.channel.ChannelConfiguration;
import org.intergov.outbound.flow.FlowConfiguration;
import org.intergov.outbound.flow.WakeUps;
import org.intergov.outbound.message.MessageRules;
import org.intergov.outbound.monitoring.JmxCaller;
import org.intergov.outbound.monitoring.Metrics;
import org.intergov.outbound.monitoring.MonitoringConfiguration;
import org.intergov.outbound.store.StoreConfiguration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the gateway is made of: a configuration of each package, the routes that the settings ask
 * for, and the order in which they start and stop. For the threads that start and stop the gateway.
 */
final class GatewayParts extends LifecycleStrategySupport
    implements CamelConfiguration, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);
  private static final List<String> ROUTES =
      List.of(
          "multichannel-router",
          "channel-poller",
          "channel-subscriber",
          "channel-callbacks",
          "channel-receipts",
          "message-updater",
          "rejected-message-processor",
          "operator-api",
          "message-intake");

  /** Only where rows do not stay for ever. */
  private static final String RETENTION = "retention";

  /** The route of the operation by which messages come. */
  private static final String INTAKE = "message-intake-submit";

  /** How often the files of tokens and certificates are looked at. */
  private static final Duration REFRESH = Duration.ofSeconds(2);

  /** How often lanes and queues are looked at, for those who watch. */
  private static final Duration LOOK = Duration.ofSeconds(1);

  private final Settings settings;
  private final Vertx vertx;
  private final Upkeep upkeep;
  private final StoreConfiguration stores;
  private final DoorConfiguration door;
  private final ChannelConfiguration channels;
  private final FlowConfiguration flow;
  private final ApiConfiguration api;
  private final QueueIntakes intakes;
  private final MonitoringConfiguration monitoring;
  private boolean started;

  /** Begins to open the databases. */
  GatewayParts(Settings settings, ApiAccess access, Optional<ServerTls> tls, Metrics metrics) {
    this.settings = settings;
    vertx = CamelSetup.vertx(settings);
    upkeep = new Upkeep(vertx);
    stores = new StoreConfiguration(() -> Databases.open(settings));
    int apiPort = settings.api().port();
    int managementPort = settings.management().port();
    FrontDoor front = new FrontDoor(access, managementPort, settings.apiRate(), JmxCaller::is);
    IntakeGate gate = new IntakeGate(settings.intake().mostRequests());
    door = new DoorConfiguration(front, access, tls, gate, vertx, apiPort, managementPort);
    WakeUps wakeUps = WakeUps.create();
    channels =
        new ChannelConfiguration(
            settings.table(),
            routeFiles(),
            settings.jurisdiction(),
            Clock.systemUTC(),
            wakeUps::tableChanged);
    MessageRules rules = new MessageRules(settings.jurisdiction());
    flow =
        new FlowConfiguration(
            stores, channels, rules, settings.retention(), wakeUps, this::later, metrics);
    int mostBacklog = settings.intake().mostBacklog();
    api = new ApiConfiguration(stores, channels, flow, rules, gate, mostBacklog, wakeUps, metrics);
    intakes = new QueueIntakes(settings);
    monitoring =
        new MonitoringConfiguration(stores, channels, flow, settings.backlog(), wakeUps, metrics);
  }

  /** Rounded up: what may go in two and a half milliseconds may not go in two. */
  private void later(Duration delay, Runnable then) {
    long millis = Math.max(1, delay.plusNanos(999_999).toMillis());
    vertx.setTimer(millis, id -> then.run());
  }

  /** Configures Camel Main with all of it; what is configured first is there for the others. */
  void addTo(Main camelMain, MeterRegistry meters) {
    List<String> routes = new ArrayList<>(ROUTES);
    settings.retention().ifPresent(policy -> routes.add(RETENTION));
    routes.addAll(intakes.routes());
    CamelSetup.configure(camelMain, settings, routes, meters);
    intakes.properties(camelMain);
    camelMain.configure().addConfiguration(new CamelSetup(vertx));
    camelMain.configure().addConfiguration(door);
    // as long as it takes to read the table, the database starts by itself
    camelMain.configure().addConfiguration(channels);
    camelMain.configure().addConfiguration(stores);
    camelMain.configure().addConfiguration(flow);
    camelMain.configure().addConfiguration(api);
    camelMain.configure().addConfiguration(intakes);
    camelMain.configure().addConfiguration(monitoring);
    camelMain.configure().addConfiguration(this);
  }

  /** How many channels are in the table. */
  int channels() {
    return channels.get().get().channels().size();
  }

  @Override
  public void configure(CamelContext camel) {
    camel.addLifecycleStrategy(this);
  }

  @Override
  public void onContextStarted(CamelContext camel) {
    started = true;
    upkeep.every(REFRESH, () -> door.refresh(camel));
    door.open(camel);
    monitoring.open();
    if (settings.channelsWatch()) {
      channels.watch();
    }
    upkeep.every(LOOK, monitoring::look);
  }

  @Override
  public void onContextStopping(CamelContext camel) {
    channels.close();
    monitoring.close();
    if (!started) {
      return; // nothing is in flight
    }
    started = false;
    suspend(camel, INTAKE);
    intakes.routes().forEach(route -> suspend(camel, route));
    LOG.info(
        "stopping; posts in flight have {} s to finish", settings.shutdownTimeout().toSeconds());
    if (!flow.drain(settings.shutdownTimeout())) {
      LOG.warn("some posts have no outcome yet; after a restart they count as unknown");
    }
    door.shut();
  }

  private void suspend(CamelContext camel, String route) {
    try {
      camel.getRouteController().suspendRoute(route);
    } catch (Exception e) {
      LOG.debug("route {} was not running", route, e);
    }
  }

  /** When Camel has stopped. */
  @Override
  public void close() {
    channels.close();
    monitoring.close();
    stores.close();
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  /** The gateway's own route files, whether its settings let it load them or not. */
  static List<String> routeFiles() {
    return Stream.of(ROUTES, List.of(RETENTION), QueueIntakes.ROUTES)
        .flatMap(List::stream)
        .toList();
  }
}
