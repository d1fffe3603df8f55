package org.intergov.outbound;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;
import org.intergov.outbound.channel.ChannelKinds;
import org.intergov.outbound.channel.TableReader;
import org.intergov.outbound.config.InvalidChannelsException;
import org.intergov.outbound.config.channels.ChannelsSchema;
import org.intergov.outbound.config.channels.Loaded;
import org.intergov.outbound.config.file.RoutesFolder;
import org.intergov.outbound.config.file.WatchedFiles;

/** Routing tables for commands that start no gateway. */
public final class Tables {
  private Tables() {}

  /**
   * Loads a table as a gateway would, against the kinds that it would know.
   *
   * @param routesDir the operator's own routes, checked with it; empty if there are none
   * @param jurisdiction the only sender; null: not known, and what depends on it is not checked
   * @throws InvalidChannelsException naming every error
   */
  public static Loaded load(Path file, Optional<Path> routesDir, String jurisdiction)
      throws InvalidChannelsException, IOException {
    try (DefaultCamelContext camel = camel()) {
      return reader(camel, file, routesDir, jurisdiction).read().loaded();
    }
  }

  /** The same, with the folder {@code routes} beside the table, if there is one. */
  public static Loaded load(Path file, String jurisdiction)
      throws InvalidChannelsException, IOException {
    return load(file, RoutesFolder.beside(file), jurisdiction);
  }

  /**
   * The JSON Schema of a table of the kinds that a gateway would know.
   *
   * @param routesDir the operator's own kinds; empty if there are none
   * @throws InvalidChannelsException if those cannot be used
   */
  public static Map<String, Object> schema(Optional<Path> routesDir)
      throws InvalidChannelsException, IOException {
    try (DefaultCamelContext camel = camel()) {
      return ChannelsSchema.of(
          routesDir.isEmpty()
              ? ChannelKinds.load(camel)
              : reader(camel, Path.of("channels.yaml"), routesDir, null).kinds());
    }
  }

  private static TableReader reader(
      CamelContext camel, Path file, Optional<Path> routesDir, String jurisdiction)
      throws IOException {
    return new TableReader(
        camel,
        ChannelKinds.load(camel),
        new WatchedFiles(file, () -> routesDir),
        GatewayParts.routeFiles(),
        jurisdiction,
        System::getenv);
  }

  private static DefaultCamelContext camel() {
    DefaultCamelContext camel = LibFolder.known(new DefaultCamelContext());
    camel.disableJMX();
    camel.build();
    return camel;
  }
}
