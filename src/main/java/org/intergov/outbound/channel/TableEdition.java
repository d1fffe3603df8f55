package org.intergov.outbound.channel;

import java.util.Map;
import org.intergov.outbound.config.channels.Loaded;
import org.intergov.outbound.config.file.RoutesFolder;
import org.intergov.outbound.config.kind.KindDescription;

/**
 * Routing table and route files as one edit left them, checked as a whole.
 *
 * @param loaded the table, with the warnings about it and about the route files
 * @param routes the operator's route files
 * @param kinds of channel there are with them, by name
 */
public record TableEdition(Loaded loaded, RoutesFolder routes, Map<String, KindDescription> kinds) {

  public TableEdition {
    kinds = Map.copyOf(kinds);
  }
}
