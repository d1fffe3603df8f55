package org.intergov.outbound;

import ch.qos.logback.classic.Level;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.main.Main;
import org.intergov.outbound.api.door.ApiAccess;
import org.intergov.outbound.api.door.ServerTls;
import org.intergov.outbound.config.InvalidChannelsException;
import org.intergov.outbound.monitoring.LogConfigurator;
import org.intergov.outbound.monitoring.Metrics;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The gateway: Camel Main with its {@link GatewayParts}. {@link #start} and {@link #close} are for
 * one thread each.
 */
public final class Gateway implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);
  private final Settings settings;
  private final ApiAccess access;
  private final Optional<ServerTls> tls;
  private final PrometheusMeterRegistry meters =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Metrics metrics = new Metrics(meters);
  private final Main main = CamelSetup.main();
  private GatewayParts parts;

  /**
   * @throws InvalidSettingsException if the file of tokens, the certificate or the folder of
   *     further JARs cannot be used
   */
  public Gateway(Settings settings) {
    this.settings = settings;
    settings.libDir().ifPresent(LibFolder::join);
    List<String> faults = new ArrayList<>();
    this.access =
        settings
            .tokensFile()
            .map(file -> ApiAccess.ofFile(file, faults::add))
            .orElseGet(ApiAccess::open);
    metrics.refusals(access::refusals);
    this.tls = settings.tls().map(t -> ServerTls.ofFiles(t.certificate(), t.key(), faults::add));
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
    checkIsFree(Setting.API_PORT, settings.api());
    checkIsFree(Setting.MANAGEMENT_PORT, settings.management());
    parts = new GatewayParts(settings, access, tls, metrics);
    parts.addTo(main, meters);
    try {
      main.start();
    } catch (Exception e) {
      Exception cause = cause(e);
      giveUp(cause);
      throw cause;
    }
    String scheme = tls.isPresent() ? "https" : "http";
    LOG.info(
        "ready in {} ms: channels {}; API on {}://{}:{}, management on {}://{}:{}",
        Duration.ofNanos(System.nanoTime() - begun).toMillis(),
        parts.channels(),
        scheme,
        settings.api().host(),
        settings.api().port(),
        scheme,
        settings.management().host(),
        settings.management().port());
  }

  /** Camel says where it was; what it wraps says what is wrong. */
  private static Exception cause(Exception failure) {
    Throwable cause = failure;
    while (cause instanceof RuntimeCamelException && cause.getCause() instanceof Exception) {
      cause = cause.getCause();
    }
    return (Exception) cause;
  }

  /** A server that cannot listen only says so in the log; asked beforehand it is an error. */
  private static void checkIsFree(Setting setting, Settings.Address address) {
    try (ServerSocket probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(new InetSocketAddress(InetAddress.getByName(address.host()), address.port()));
    } catch (IOException e) {
      throw new InvalidSettingsException(
          List.of(
              "%s: port %d of %s cannot be listened on (%s); another program uses it, or another"
                      .formatted(setting.key(), address.port(), address.host(), e.getMessage())
                  + " gateway runs here"));
    }
  }

  /** Stops what has started of a gateway that could not start. */
  private void giveUp(Exception cause) {
    try {
      if (main.getCamelContext() != null) {
        main.getCamelContext().stop();
      }
      parts.close();
    } catch (RuntimeException e) {
      cause.addSuppressed(e);
    }
  }

  /**
   * Stops: takes no more messages, claims nothing more, lets what is in flight finish within {@code
   * intergov.shutdown.timeout}, writes what became of it, and closes everything.
   */
  @Override
  public void close() {
    if (parts != null) {
      main.stop();
      parts.close();
      LOG.info("stopped");
    }
  }
}
