package org.intergov.outbound;

import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.camel.CamelConfiguration;
import org.apache.camel.CamelContext;
import org.apache.camel.ManagementMBeansLevel;
import org.apache.camel.ManagementStatisticsLevel;
import org.apache.camel.main.Main;
import org.apache.camel.main.MainConfigurationProperties;
import org.apache.camel.model.errorhandler.NoErrorHandlerDefinition;
import org.intergov.outbound.channel.http.ChannelApi;
import org.intergov.outbound.channel.http.ChannelHttpComponent;
import org.intergov.outbound.monitoring.CamelBeans;

/** How Camel and its servers are set up. */
final class CamelSetup implements CamelConfiguration {
  /** Threads for all calls but those of intake, which has its own share. */
  private static final int WORKERS = 20;

  private final Vertx vertx;

  /**
   * @param vertx makes the calls to channels
   */
  CamelSetup(Vertx vertx) {
    this.vertx = vertx;
  }

  /** Camel, not set up yet. */
  static Main main() {
    return new SharedMain();
  }

  /** Its beans are in a {@link SharedRegistry}. */
  private static final class SharedMain extends Main {
    private final SharedRegistry shared = new SharedRegistry();

    SharedMain() {
      registry.setFallbackRegistry(shared.getFallbackRegistry());
    }

    @Override
    protected CamelContext createCamelContext() {
      CamelContext camel = LibFolder.known(super.createCamelContext());
      camel.getCamelContextExtension().setRegistry(shared);
      return camel;
    }
  }

  /** The event loops of both servers and of the calls to channels. */
  static Vertx vertx(Settings settings) {
    return Vertx.vertx(
        new VertxOptions()
            .setPreferNativeTransport(false)
            // no files are served; a cache of them would be left behind in /tmp by every kill
            .setFileSystemOptions(
                new FileSystemOptions()
                    .setFileCachingEnabled(false)
                    .setClassPathResolvingEnabled(false))
            // a thread for each core: more of them only take turns
            .setEventLoopPoolSize(Runtime.getRuntime().availableProcessors())
            .setWorkerPoolSize(WORKERS + settings.intake().mostRequests())
            // reading a body takes as long as its client sends; that is no blocked thread
            .setMaxWorkerExecuteTime(Duration.ofDays(1).toNanos()));
  }

  /**
   * Says how Camel runs: servers, health, metrics, periods of the flow's routes.
   *
   * @param routes the route files, by name
   * @param meters where the figures are
   */
  static void configure(Main main, Settings settings, List<String> routes, MeterRegistry meters) {
    MainConfigurationProperties configuration = main.configure();
    configuration
        .withName("intergov-outbound")
        .withRoutesIncludePattern(
            routes.stream()
                .map(file -> "classpath:routes/" + file + ".camel.yaml")
                .collect(Collectors.joining(",")))
        .withJmxManagementNamePattern("#name#")
        .withJmxManagementMBeansLevel(ManagementMBeansLevel.RoutesOnly)
        .withJmxManagementStatisticsLevel(ManagementStatisticsLevel.RoutesOnly)
        .withShutdownTimeout(10)
        .withShutdownLogInflightExchangesOnTimeout(false)
        .withAutoConfigurationLogSummary(false);
    servers(configuration, settings);
    // a channel's routes come and go, and its broker too: none of that makes the gateway unready
    configuration.health().withExposureLevel("full").withRoutesEnabled(false);
    configuration.health().setConsumersEnabled(false);
    main.addOverrideProperty("camel.metrics.enabled", "true");
    main.addOverrideProperty("camel.metrics.enableRoutePolicy", "false");
    main.addOverrideProperty("camel.metrics.enableExchangeEventNotifier", "false");
    main.addOverrideProperty("camel.metrics.enableRouteEventNotifier", "false");
    main.addOverrideProperty("camel.metrics.enableMessageHistory", "false");
    main.bind("metricsRegistry", meters);
    period(main, Setting.ROUTER_PERIOD, settings.routerPeriod());
    period(main, Setting.POLLER_PERIOD, settings.pollerPeriod());
    period(main, Setting.UPDATER_PERIOD, settings.updaterPeriod());
    period(main, Setting.RETENTION_PERIOD, settings.retentionPeriod());
  }

  /** The components of the kinds, and what becomes of what fails. */
  @Override
  public void configure(CamelContext camel) {
    camel.getManagementStrategy().setManagementObjectStrategy(new CamelBeans());
    // what fails becomes an outcome; Camel neither retries it nor logs message content
    camel.getCamelContextExtension().setErrorHandlerFactory(new NoErrorHandlerDefinition());
    camel.addComponent("channel-http", new ChannelHttpComponent(vertx));
    camel.getRegistry().bind("channelApi", new ChannelApi());
  }

  private static void servers(MainConfigurationProperties configuration, Settings settings) {
    boolean tls = settings.tls().isPresent();
    configuration
        .httpServer()
        .withEnabled(true)
        .withUseGlobalSslContextParameters(tls)
        .withHost(settings.api().host())
        .withPort(settings.api().port());
    configuration
        .httpManagementServer()
        .withEnabled(true)
        .withUseGlobalSslContextParameters(tls)
        .withHost(settings.management().host())
        .withPort(settings.management().port())
        .withHealthCheckEnabled(true)
        .withHealthPath("/observe/health")
        .withJolokiaEnabled(settings.jolokia())
        .withJolokiaPath("/observe/jolokia")
        .withMetricsEnabled(true);
  }

  private static void period(Main main, Setting setting, Duration period) {
    main.addOverrideProperty(setting.key(), String.valueOf(period.toMillis()));
  }
}
