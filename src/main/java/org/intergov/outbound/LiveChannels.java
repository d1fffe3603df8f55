package org.intergov.outbound;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.intergov.outbound.channel.ChannelKinds;
import org.intergov.outbound.channel.ChannelRoutes;
import org.intergov.outbound.channel.LiveTable;
import org.intergov.outbound.channel.OperatorRoutesTrial;
import org.intergov.outbound.config.Cause;
import org.intergov.outbound.config.InvalidChannelsException;
import org.intergov.outbound.config.channels.ChannelsFile;
import org.intergov.outbound.config.channels.Loaded;
import org.intergov.outbound.config.file.FileWatch;
import org.intergov.outbound.config.file.RoutesFolder;
import org.intergov.outbound.config.kind.KindDescription;
import org.intergov.outbound.flow.WakeUps;
import org.intergov.outbound.monitoring.RoutingTableMonitor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The channels of a running gateway: their table, their routes, and who notices edits. */
final class LiveChannels implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LiveChannels.class);
  private static final Duration WATCH_EVERY = Duration.ofSeconds(1);
  private static final Duration WATCH_QUIET = Duration.ofMillis(300);

  private final Path file;
  private final ChannelRoutes routes;
  private final LiveTable table;
  private FileWatch watch;
  private Runnable unregister = () -> {};

  private LiveChannels(Path file, ChannelRoutes routes, LiveTable table) {
    this.file = file;
    this.routes = routes;
    this.table = table;
  }

  /**
   * Loads the first table and makes the channels' routes.
   *
   * @throws InvalidChannelsException if channels.yaml cannot be used
   */
  static LiveChannels load(
      CamelContext camel, Settings settings, RoutesFolder operatorRoutes, WakeUps wakeUps)
      throws InvalidChannelsException {
    Path file = settings.channels();
    Map<String, KindDescription> kinds = ChannelKinds.describe(camel, operatorRoutes);
    ChannelRoutes routes = new ChannelRoutes(camel, kinds);
    LiveTable table =
        new LiveTable(
            file,
            () -> read(settings, kinds, operatorRoutes),
            routes,
            Clock.systemUTC(),
            () -> {
              wakeUps.router().signal();
              wakeUps.poller().signal();
            });
    LiveChannels channels = new LiveChannels(file, routes, table);
    try {
      table.load();
      return channels;
    } catch (InvalidChannelsException e) {
      channels.close();
      throw e;
    }
  }

  private static Loaded read(
      Settings settings, Map<String, KindDescription> kinds, RoutesFolder operatorRoutes)
      throws InvalidChannelsException {
    Loaded loaded =
        ChannelsFile.load(settings.channels(), System::getenv, settings.jurisdiction(), kinds);
    try {
      OperatorRoutesTrial.check(operatorRoutes, loaded.table());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return loaded;
  }

  LiveTable table() {
    return table;
  }

  ChannelRoutes routes() {
    return routes;
  }

  /** From now on edits are taken up, if {@code watched} whenever the file changes. */
  void open(boolean watched) {
    unregister = RoutingTableMonitor.register(table);
    if (watched) {
      watch = new FileWatch(file, WATCH_EVERY, WATCH_QUIET, table::lastRead, this::takeUp).start();
    }
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
    unregister.run();
    routes.close();
  }
}
