package org.intergov.outbound.channel;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.camel.CamelConfiguration;
import org.apache.camel.CamelContext;
import org.intergov.outbound.config.Cause;
import org.intergov.outbound.config.InvalidChannelsException;
import org.intergov.outbound.config.file.FileWatch;
import org.intergov.outbound.config.file.WatchedFiles;
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

  private final WatchedFiles files;
  private final List<String> ownRouteFiles;
  private final String jurisdiction;
  private final Clock clock;
  private final Runnable changed;
  private ChannelRoutes routes;
  private LiveTable table;
  private FileWatch watch;

  /**
   * @param files channels.yaml and the operator's own routes
   * @param ownRouteFiles names of the gateway's route files, whose ids are taken
   * @param jurisdiction the only sender
   * @param clock says when the table was read
   * @param changed told when another table is in force
   */
  public ChannelConfiguration(
      WatchedFiles files,
      List<String> ownRouteFiles,
      String jurisdiction,
      Clock clock,
      Runnable changed) {
    this.files = files;
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
    Map<String, KindDescription> shipped = ChannelKinds.load(camel);
    routes = new ChannelRoutes(camel, shipped);
    TableReader reader =
        new TableReader(camel, shipped, files, ownRouteFiles, jurisdiction, System::getenv);
    table = new LiveTable(files, reader::read, routes, clock, changed);
    table.load();
    ChannelRecipients.bind(camel.getRegistry(), routes);
  }

  /** The table, once it has been configured. */
  @Override
  public LiveTable get() {
    return table;
  }

  /** From now on an edit is taken up whenever one of the files changes. */
  public void watch() {
    watch = new FileWatch(files, WATCH_EVERY, WATCH_QUIET, table::lastRead, this::takeUp).start();
  }

  private void takeUp() {
    try {
      table.reload("the file has changed");
    } catch (InvalidChannelsException e) {
      LOG.debug("said already", e);
    } catch (RuntimeException e) {
      LOG.error("{} could not be put in force; trying again: {}", files, Cause.of(e));
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
