package org.intergov.outbound;

import java.io.IOException;
import java.nio.file.Path;
import org.apache.camel.impl.DefaultCamelContext;
import org.intergov.outbound.channel.ChannelKinds;
import org.intergov.outbound.routing.ChannelsFile;
import org.intergov.outbound.routing.InvalidChannelsException;
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
    try (DefaultCamelContext camel = new DefaultCamelContext()) {
      camel.disableJMX();
      camel.build();
      return ChannelsFile.load(file, System::getenv, jurisdiction, ChannelKinds.load(camel));
    }
  }
}
