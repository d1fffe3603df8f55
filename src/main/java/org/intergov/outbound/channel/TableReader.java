package org.intergov.outbound.channel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.apache.camel.CamelContext;
import org.intergov.outbound.config.InvalidChannelsException;
import org.intergov.outbound.config.channels.ChannelsFile;
import org.intergov.outbound.config.channels.Loaded;
import org.intergov.outbound.config.file.RoutesFolder;
import org.intergov.outbound.config.file.WatchedFiles;
import org.intergov.outbound.config.kind.KindDescription;

/**
 * Reads routing table and route files, and checks them as a whole: for a gateway, when it starts
 * and after every edit, and for {@code check} alike. Nothing is loaded into the Camel that runs.
 * For one thread at a time.
 */
public final class TableReader {
  private final CamelContext camel;
  private final Map<String, KindDescription> shipped;
  private final WatchedFiles files;
  private final List<String> ownRouteFiles;
  private final String jurisdiction;
  private final UnaryOperator<String> environment;

  /**
   * @param camel knows which components there are
   * @param shipped the kinds that come with the gateway, by name
   * @param ownRouteFiles names of the gateway's route files, whose ids are taken
   * @param jurisdiction the only sender; null: not known, and what depends on it is not checked
   * @param environment values of variables, null for one that is not set
   */
  public TableReader(
      CamelContext camel,
      Map<String, KindDescription> shipped,
      WatchedFiles files,
      List<String> ownRouteFiles,
      String jurisdiction,
      UnaryOperator<String> environment) {
    this.camel = camel;
    this.shipped = Map.copyOf(shipped);
    this.files = files;
    this.ownRouteFiles = List.copyOf(ownRouteFiles);
    this.jurisdiction = jurisdiction;
    this.environment = environment;
  }

  /**
   * Reads the files as they are now.
   *
   * @throws InvalidChannelsException naming everything that is wrong with them
   */
  public TableEdition read() throws InvalidChannelsException {
    return with(
        (routes, kinds, trial) -> {
          Loaded loaded = ChannelsFile.load(files.table(), environment, jurisdiction, kinds);
          if (trial != null) {
            trial.build(loaded.table(), kinds);
          }
          return new TableEdition(loaded.after(routes.warnings()), routes, kinds);
        });
  }

  /** The kinds that there are with the operator's files, by name. */
  public Map<String, KindDescription> kinds() throws InvalidChannelsException {
    return with((routes, kinds, trial) -> kinds);
  }

  /** What is done with the route files as they are now. */
  private interface Work<T> {
    /**
     * @param kinds that there are with the files
     * @param trial of the files; null: there are none
     */
    T with(RoutesFolder routes, Map<String, KindDescription> kinds, OperatorRoutesTrial trial)
        throws InvalidChannelsException;
  }

  private <T> T with(Work<T> work) throws InvalidChannelsException {
    try {
      RoutesFolder routes = OperatorRoutes.read(camel, files.folder(), ownRouteFiles);
      if (routes.files().isEmpty()) {
        return work.with(routes, ChannelKinds.with(routes, shipped), null);
      }
      try (OperatorRoutesTrial trial =
          OperatorRoutesTrial.of(routes, camel.getApplicationContextClassLoader())) {
        Map<String, KindDescription> kinds = new HashMap<>(shipped);
        kinds.putAll(trial.kinds());
        return work.with(routes, ChannelKinds.with(routes, kinds), trial);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
