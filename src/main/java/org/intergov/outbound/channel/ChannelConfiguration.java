package org.intergov.outbound.channel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.camel.CamelConfiguration;
import org.apache.camel.CamelContext;
import org.intergov.outbound.config.Cause;
import org.intergov.outbound.config.InvalidChannelsException;
import org.intergov.outbound.config.channels.ChannelsFile;
import org.intergov.outbound.config.channels.Loaded;
import org.intergov.outbound.config.file.FileWatch;
import org.intergov.outbound.config.file.RoutesFolder;
import org.intergov.outbound.config.kind.KindDescription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The channels: loads the kinds, the operator's routes and the table, makes the channels' routes,
 * and binds the expressions by which the flow's routes find them; then notices edits. For the
 * threads that start and stop the gateway.
 */
public final class ChannelConfiguration
    implements CamelConfiguration, Supplier<LiveTable>, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ChannelConfiguration.class);
  private static final Duration WATCH_EVERY = Duration.ofSeconds(1);
  private static final Duration WATCH_QUIET = Duration.ofMillis(300);

  private final Path file;
  private final Optional<Path> routesDir;
  private final List<String> ownRouteFiles;
  private final String jurisdiction;
  private final Clock clock;
  private final Runnable changed;
  private ChannelRoutes routes;
  private LiveTable table;
  private FileWatch watch;

  /**
   * @param file channels.yaml
   * @param routesDir the operator's own routes; empty if there are none
   * @param ownRouteFiles names of the gateway's route files, whose ids are taken
   * @param jurisdiction the only sender
   * @param clock says when the table was read
   * @param changed told when another table is in force
   */
  public ChannelConfiguration(
      Path file,
      Optional<Path> routesDir,
      List<String> ownRouteFiles,
      String jurisdiction,
      Clock clock,
      Runnable changed) {
    this.file = file;
    this.routesDir = routesDir;
    this.ownRouteFiles = ownRouteFiles;
    this.jurisdiction = jurisdiction;
    this.clock = clock;
    this.changed = changed;
  }

  /**
   * @throws InvalidChannelsException if channels.yaml or a file of the operator's cannot be used
   */
  @Override
  public void configure(CamelContext camel) throws InvalidChannelsException, IOException {
    ChannelKinds.load(camel);
    RoutesFolder operatorRoutes = OperatorRoutes.load(camel, routesDir, ownRouteFiles);
    operatorRoutes.warnings().forEach(w -> LOG.warn("{}", w));
    Map<String, KindDescription> kinds = ChannelKinds.describe(camel, operatorRoutes);
    routes = new ChannelRoutes(camel, kinds);
    table = new LiveTable(file, () -> read(kinds, operatorRoutes), routes, clock, changed);
    table.load();
    ChannelRecipients.bind(camel.getRegistry(), routes);
  }

  private Loaded read(Map<String, KindDescription> kinds, RoutesFolder operatorRoutes)
      throws InvalidChannelsException {
    Loaded loaded = ChannelsFile.load(file, System::getenv, jurisdiction, kinds);
    try {
      OperatorRoutesTrial.check(operatorRoutes, loaded.table());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return loaded;
  }

  /** The table, once it has been configured. */
  @Override
  public LiveTable get() {
    return table;
  }

  /** From now on an edit is taken up whenever the file changes. */
  public void watch() {
    watch = new FileWatch(file, WATCH_EVERY, WATCH_QUIET, table::lastRead, this::takeUp).start();
  }

  private void takeUp() {
    try {
      table.reload("the file has changed");
    } catch (InvalidChannelsException e) {
      LOG.debug("said already", e);
    } catch (RuntimeException e) {
      LOG.error("{} could not be put in force; trying again: {}", file, Cause.of(e));
    }
  }

  /** Takes up no more edits. */
  @Override
  public void close() {
    if (watch != null) {
      watch.close();
    }
    if (routes != null) {
      routes.close();
    }
  }
}
