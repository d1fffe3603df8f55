package org.intergov.outbound;

import ch.qos.logback.classic.Level;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.main.Main;
import org.apache.camel.spi.Registry;
import org.intergov.outbound.api.AsideReceipts;
import org.intergov.outbound.api.Callbacks;
import org.intergov.outbound.api.ChannelOperations;
import org.intergov.outbound.api.MessageIntake;
import org.intergov.outbound.api.MessageQueries;
import org.intergov.outbound.api.PlainLanes;
import org.intergov.outbound.api.QueuedMessages;
import org.intergov.outbound.api.StuckMessages;
import org.intergov.outbound.api.TableOperations;
import org.intergov.outbound.api.door.ApiAccess;
import org.intergov.outbound.api.door.FrontDoor;
import org.intergov.outbound.api.door.HttpErrors;
import org.intergov.outbound.api.door.IntakeGate;
import org.intergov.outbound.api.door.ServerTls;
import org.intergov.outbound.api.door.VerificationGate;
import org.intergov.outbound.channel.ChannelKinds;
import org.intergov.outbound.channel.ChannelRecipients;
import org.intergov.outbound.channel.LiveTable;
import org.intergov.outbound.channel.OperatorRoutes;
import org.intergov.outbound.config.InvalidChannelsException;
import org.intergov.outbound.config.file.RoutesFolder;
import org.intergov.outbound.flow.ChannelPoller;
import org.intergov.outbound.flow.ChannelSubscriber;
import org.intergov.outbound.flow.LakeStage;
import org.intergov.outbound.flow.MultichannelRouter;
import org.intergov.outbound.flow.Receipts;
import org.intergov.outbound.flow.RetentionSweeper;
import org.intergov.outbound.flow.WakeUps;
import org.intergov.outbound.message.MessageReader;
import org.intergov.outbound.message.MessageRules;
import org.intergov.outbound.message.Reference;
import org.intergov.outbound.monitoring.ChannelsHealth;
import org.intergov.outbound.monitoring.DatabaseHealth;
import org.intergov.outbound.monitoring.JmxCaller;
import org.intergov.outbound.monitoring.LogConfigurator;
import org.intergov.outbound.monitoring.Metrics;
import org.intergov.outbound.monitoring.Monitoring;
import org.intergov.outbound.monitoring.QueueSamples;
import org.intergov.outbound.monitoring.QueuesHealth;
import org.intergov.outbound.routing.Channel;
import org.intergov.outbound.routing.RoutingTable;
import org.intergov.outbound.store.BoundedSubmissions;
import org.intergov.outbound.store.LakeQueue;
import org.intergov.outbound.store.OperatorActions;
import org.intergov.outbound.store.Settlements;
import org.intergov.outbound.store.Stores;
import org.intergov.outbound.store.receipts.ChannelReceipts;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The gateway: puts the parts together, starts them in order, stops them in order. {@link #start}
 * and {@link #close} are for one thread each.
 */
public final class Gateway implements AutoCloseable {
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

  /** The gateway's own route files, whether its settings let it load them or not. */
  static List<String> routeFiles() {
    return Stream.of(ROUTES, List.of(RETENTION), QueueIntakes.ROUTES)
        .flatMap(List::stream)
        .toList();
  }

  /** How often the files of tokens and certificates are looked at. */
  private static final Duration REFRESH = Duration.ofSeconds(2);

  /** How often lanes and queues are looked at, for those who watch. */
  private static final Duration LOOK = Duration.ofSeconds(1);

  private final Settings settings;
  private final IntakeGate gate;
  private final ApiAccess access;
  private final FrontDoor door;
  private final ServerTls tls;
  private final QueueIntakes intakes;
  private final Main main = CamelSetup.main();
  private Vertx vertx;
  private Stores stores;
  private CompletableFuture<Stores> opening;
  private LiveChannels channels;
  private MultichannelRouter router;
  private ChannelPoller poller;
  private RetentionSweeper sweeper;
  private Monitoring monitoring;
  private DatabaseHealth databaseHealth;
  private final PrometheusMeterRegistry meters =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Metrics metrics = new Metrics(meters);

  public Gateway(Settings settings) {
    this.settings = settings;
    this.gate = new IntakeGate(settings.intake().mostRequests());
    this.intakes = new QueueIntakes(settings);
    List<String> faults = new ArrayList<>();
    this.access =
        settings
            .tokensFile()
            .map(file -> ApiAccess.ofFile(file, faults::add))
            .orElseGet(ApiAccess::open);
    this.door =
        new FrontDoor(access, settings.management().port(), settings.apiRate(), JmxCaller::is);
    metrics.refusals(access::refusals);
    this.tls =
        settings
            .tls()
            .map(t -> ServerTls.ofFiles(t.certificate(), t.key(), faults::add))
            .orElse(null);
    if (!faults.isEmpty()) {
      throw new InvalidSettingsException(faults);
    }
  }

  /**
   * Starts everything; when it returns, messages are taken and sent.
   *
   * @throws InvalidSettingsException if a port is taken
   * @throws InvalidChannelsException if channels.yaml cannot be used
   * @throws Exception if a part does not start; what had started is stopped
   */
  public void start() throws Exception {
    long begun = System.nanoTime();
    Logger own = LoggerFactory.getLogger("org.intergov.outbound");
    ((ch.qos.logback.classic.Logger) own).setLevel(Level.valueOf(settings.logLevel()));
    if (settings.logJson()) {
      LogConfigurator.useJson();
    }
    try {
      checkPortsAreFree();
      CompletableFuture<Stores> opening = openStores();
      vertx = CamelSetup.vertx(settings);
      intakes.configure(main);
      CamelContext camel = CamelSetup.init(main, settings, vertx, door, tls, meters);
      LOG.debug("Camel is there after {} ms", millisSince(begun));
      ChannelKinds.load(camel);
      RoutesFolder operatorRoutes = OperatorRoutes.load(camel, settings.routesDir(), routeFiles());
      operatorRoutes.warnings().forEach(w -> LOG.warn("{}", w));
      WakeUps wakeUps = WakeUps.create();
      channels = LiveChannels.load(camel, settings, operatorRoutes, wakeUps);
      LOG.debug("the routing table is there after {} ms", millisSince(begun));
      stores = opened(opening);
      LOG.debug("the database is there after {} ms", millisSince(begun));
      assemble(camel, channels.table(), wakeUps);
      for (String routes : ROUTES) {
        ChannelKinds.loadRoutes(camel, "routes/" + routes + ".camel.yaml");
      }
      if (settings.retention().isPresent()) {
        ChannelKinds.loadRoutes(camel, "routes/" + RETENTION + ".camel.yaml");
      }
      for (String routes : intakes.routes()) {
        ChannelKinds.loadRoutes(camel, "routes/" + routes + ".camel.yaml");
      }
      LOG.debug("routes are loaded after {} ms", millisSince(begun));
      main.start();
      WorkerExecutor upkeep = vertx.createSharedWorkerExecutor("upkeep", 2);
      every(REFRESH, upkeep, this::refresh);
      gate.install(camel, settings.api().port());
      new VerificationGate().install(camel, settings.api().port());
      HttpErrors.install(camel, settings.api().port());
      HttpErrors.installManagement(camel, settings.management().port());
      door.open();
      channels.open(settings.channelsWatch());
      every(LOOK, upkeep, this::look);
      LOG.info(
          "ready in {} ms: channels {}; API on {}://{}:{}, management on {}://{}:{}",
          millisSince(begun),
          channels.table().get().channels().size(),
          tls == null ? "http" : "https",
          settings.api().host(),
          settings.api().port(),
          tls == null ? "http" : "https",
          settings.management().host(),
          settings.management().port());
    } catch (Exception e) {
      closeQuietly(e);
      throw e;
    }
  }

  /** On threads that nothing else takes, and not again before it has ended. */
  private void every(Duration period, WorkerExecutor on, Runnable work) {
    AtomicBoolean running = new AtomicBoolean();
    vertx.setPeriodic(
        period.toMillis(),
        timer -> {
          if (running.compareAndSet(false, true)) {
            on.executeBlocking(
                () -> {
                  try {
                    work.run();
                  } catch (RuntimeException e) {
                    LOG.error("upkeep failed", e);
                  } finally {
                    running.set(false);
                  }
                  return null;
                },
                false);
          }
        });
  }

  private void refresh() {
    access.refresh();
    if (tls != null) {
      tls.refresh(main.getCamelContext(), settings.api().port(), settings.management().port());
    }
  }

  private void look() {
    databaseHealth.look();
    monitoring.refresh();
  }

  private static long millisSince(long nanoTime) {
    return Duration.ofNanos(System.nanoTime() - nanoTime).toMillis();
  }

  /** The database starts while Camel does. */
  private CompletableFuture<Stores> openStores() {
    opening = CompletableFuture.supplyAsync(() -> Databases.open(settings));
    return opening;
  }

  private static Stores opened(CompletableFuture<Stores> opening) {
    try {
      return opening.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  /** A server that cannot listen only says so in the log; asked beforehand it is an error. */
  private void checkPortsAreFree() {
    checkFree(Setting.API_PORT, settings.api());
    checkFree(Setting.MANAGEMENT_PORT, settings.management());
  }

  private static void checkFree(Setting setting, Settings.Address address) {
    try (ServerSocket probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(
          new java.net.InetSocketAddress(InetAddress.getByName(address.host()), address.port()));
    } catch (IOException e) {
      throw new InvalidSettingsException(
          List.of(
              "%s: port %d of %s cannot be listened on (%s); another program uses it, or another"
                      .formatted(setting.key(), address.port(), address.host(), e.getMessage())
                  + " gateway runs here"));
    }
  }

  private void assemble(CamelContext camel, LiveTable table, WakeUps wakeUps) {
    MessageRules messageRules = new MessageRules(settings.jurisdiction());
    MessageReader reader = new MessageReader(messageRules, MessageIntake.MOST_BYTES);
    Settlements settlements =
        stores.settlements(
            id -> table.get().channel(id).map(Channel::callsBack).orElse(false), metrics);
    router =
        new MultichannelRouter(
            stores.lanes(), settlements, messageRules, table, wakeUps, this::later);
    poller = new ChannelPoller(stores.channelPending(), settlements, table, wakeUps);
    Runnable wakeRouter = wakeUps.router()::signal;
    var registry = camel.getRegistry();
    registry.bind(ApiAccess.NAME, access);
    registry.bind("lakeDataSource", stores.lakeDataSource());
    registry.bind("lakeConnections", LakeQueue.connections());
    ChannelRecipients.bind(registry, channels.routes());
    registry.bind("delivery-outbox", router);
    registry.bind("channel-pending", poller);
    registry.bind("channel-subscriptions", new ChannelSubscriber(stores.subscriptions(), table));
    registry.bind("callbacks", new Callbacks(stores.subscriptions(), wakeUps.poller()::signal));
    ChannelReceipts receipts = stores.receipts(metrics);
    registry.bind("receipts", new Receipts(receipts, table, wakeUps));
    registry.bind(
        "message-updates",
        new LakeStage<>("message-updater", stores.messageUpdates(metrics), wakeUps.updater()));
    registry.bind(
        "rejected-messages",
        new LakeStage<>(
            "rejected-message-processor", stores.rejectedMessages(), wakeUps.rejecter()));
    bindIntake(registry, reader, table, wakeRouter);
    registry.bind("messageQueries", new MessageQueries(stores.views(), stores.journal()));
    registry.bind("asideReceipts", new AsideReceipts(receipts));
    registry.bind(
        "stuckMessages",
        new StuckMessages(
            stores.views(),
            stores.actions(metrics),
            stores.parked(),
            wakeRouter,
            () -> {
              wakeUps.updater().signal();
              wakeUps.rejecter().signal();
            }));
    registry.bind(
        "channelOperations",
        new ChannelOperations(
            table,
            router::lanes,
            stores.queues(),
            stores.channelStates(),
            reader,
            router::pausesChanged));
    if (settings.retention().isPresent()) {
      sweeper = new RetentionSweeper(stores.retention(settings.retention().get()));
      registry.bind("retentionSweeper", sweeper);
    }
    QueueSamples samples = new QueueSamples(stores.depths()::read);
    metrics.channelsFile(table);
    monitoring =
        new Monitoring(
            router,
            table,
            stores.channelStates(),
            samples,
            metrics,
            settings.backlog(),
            reference -> replay(reference, wakeRouter));
    registry.bind("tableOperations", new TableOperations(table, stores.channelStates()));
    registry.bind("channelsHealth", new ChannelsHealth(table, router::lanes));
    registry.bind("queuesHealth", new QueuesHealth(samples));
    databaseHealth = new DatabaseHealth(stores::trouble);
    metrics.database(databaseHealth);
    registry.bind("databaseHealth", databaseHealth);
  }

  private void bindIntake(
      Registry registry, MessageReader reader, Supplier<RoutingTable> table, Runnable wakeRouter) {
    BoundedSubmissions submissions = stores.submissions(settings.intake().mostBacklog());
    PlainLanes lanes = new PlainLanes(table);
    registry.bind("messageIntake", new MessageIntake(reader, submissions, gate, lanes, wakeRouter));
    intakes.bind(registry, new QueuedMessages(reader, submissions, lanes, wakeRouter));
  }

  /** Rounded up: what may go in two and a half milliseconds may not go in two. */
  private void later(Duration delay, Runnable then) {
    long millis = Math.max(1, delay.plusNanos(999_999).toMillis());
    vertx.setTimer(millis, id -> then.run());
  }

  private String replay(String reference, Runnable wakeRouter) {
    OperatorActions.Replay came =
        stores.actions(metrics).replay(Reference.parse(reference), JmxCaller.name());
    wakeRouter.run();
    return came.name().toLowerCase(java.util.Locale.ROOT);
  }

  /**
   * Stops: takes no more messages, claims nothing more, lets what is in flight finish within {@code
   * intergov.shutdown.timeout}, writes what became of it, and closes everything.
   */
  @Override
  public void close() {
    if (channels != null) {
      channels.close();
    }
    if (monitoring != null) {
      monitoring.close();
    }
    if (sweeper != null) {
      sweeper.stop();
    }
    if (router != null) {
      LOG.info(
          "stopping; posts in flight have {} s to finish", settings.shutdownTimeout().toSeconds());
      suspendIntake();
      router.stopClaiming();
      poller.stopClaiming();
      long deadline = System.nanoTime() + settings.shutdownTimeout().toNanos();
      while (!(router.isIdle() && poller.isIdle()) && System.nanoTime() < deadline) {
        java.util.concurrent.locks.LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
      }
      if (!router.isIdle()) {
        LOG.warn("some posts have no outcome yet; after a restart they count as unknown");
      }
    }
    door.shut(); // no request may find that its route has gone
    main.stop();
    if (stores != null) {
      stores.close();
    }
    if (vertx != null) {
      vertx.close().toCompletionStage().toCompletableFuture().join();
    }
    LOG.info("stopped");
  }

  private void suspendIntake() {
    suspend("message-intake");
    intakes.routes().forEach(this::suspend);
  }

  private void suspend(String route) {
    try {
      main.getCamelContext().getRouteController().suspendRoute(route);
    } catch (Exception e) {
      LOG.debug("route {} was not running", route, e);
    }
  }

  private void closeQuietly(Exception cause) {
    try {
      router = null;
      if (stores == null && opening != null) {
        stores = opening.handle((opened, failed) -> opened).join();
      }
      close();
    } catch (RuntimeException e) {
      cause.addSuppressed(e);
    }
  }
}
