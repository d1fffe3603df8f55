package org.intergov.outbound;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.apache.camel.impl.DefaultCamelContext;
import org.intergov.outbound.channel.ChannelKinds;
import org.intergov.outbound.routing.ChannelsFile;
import org.intergov.outbound.routing.ChannelsSchema;
import org.intergov.outbound.routing.InvalidChannelsException;
import org.intergov.outbound.routing.KindDescription;
import org.intergov.outbound.routing.Loaded;

/** Routing tables for commands that start no gateway. */
public final class Tables {
  private Tables() {}

  /**
   * Loads a table as a gateway would, against the kinds that it would know.
   *
   * @throws InvalidChannelsException naming every error
   */
  public static Loaded load(Path file, String jurisdiction)
      throws InvalidChannelsException, IOException {
    return ChannelsFile.load(file, System::getenv, jurisdiction, kinds());
  }

  /** The JSON Schema of a table of the kinds that a gateway would know. */
  public static Map<String, Object> schema() throws IOException {
    return ChannelsSchema.of(kinds());
  }

  private static Map<String, KindDescription> kinds() throws IOException {
    try (DefaultCamelContext camel = new DefaultCamelContext()) {
      camel.disableJMX();
      camel.build();
      return ChannelKinds.load(camel);
    }
  }
}
