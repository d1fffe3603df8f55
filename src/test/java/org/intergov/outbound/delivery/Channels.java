package org.intergov.outbound.delivery;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.intergov.outbound.config.InvalidChannelsException;
import org.intergov.outbound.config.channels.ChannelsFile;
import org.intergov.outbound.config.kind.KindDescription;
import org.intergov.outbound.message.Message;
import org.intergov.outbound.routing.RoutingTable;

/** Routing tables and claimed deliveries, written short. */
public final class Channels {
  static final UUID TOKEN = UUID.fromString("00000000-0000-4000-8000-000000000001");

  private static final Map<String, KindDescription> KINDS =
      Map.of(
          "any", new KindDescription("any", true, List.of()),
          "told", new KindDescription("told", false, Optional.of(Set.of()), List.of()),
          "acknowledged", new KindDescription("acknowledged", false, List.of()));

  private Channels() {}

  /** Read by the gateway's own reader. One channel a line: {@code id | rest of the entry}. */
  public static RoutingTable table(String... entries) {
    return table(Clock.systemUTC(), entries);
  }

  /** As {@link #table(String...)}, going by that clock. */
  public static RoutingTable table(Clock clock, String... entries) {
    StringBuilder yaml = new StringBuilder("channels:\n");
    for (String entry : entries) {
      String[] parts = entry.split("\\|", 2);
      yaml.append("  - { id: ").append(parts[0].strip());
      yaml.append(parts[1].contains("kind:") ? "" : ", kind: any");
      yaml.append(parts[1].contains("match:") ? "" : ", match: { receiver: '*' }");
      yaml.append(parts[1].isBlank() ? "" : ", " + parts[1].strip()).append(" }\n");
    }
    try {
      Path file = Files.createTempFile("channels", ".yaml");
      try {
        Files.writeString(file, yaml);
        return ChannelsFile.load(file, name -> null, "AU", KINDS, clock).table();
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InvalidChannelsException e) {
      throw new IllegalArgumentException(e);
    }
  }

  static Message message() {
    return new Message("AU", "the-ref", "SG", "AU.abn1.x", "QmHash", "UN.CEFACT.Trade.created");
  }

  /** Claimed for the first time; not routed if {@code channelId} is null. */
  static Delivery delivery(String channelId) {
    return delivery(channelId, 0, 0);
  }

  static Delivery delivery(String channelId, int attempts, int unknowns, String... refusedBy) {
    return delivery(channelId, 1, attempts, unknowns, refusedBy);
  }

  static Delivery delivery(
      String channelId, int generation, int attempts, int unknowns, String... refusedBy) {
    return new Delivery(
        7,
        message(),
        channelId,
        List.of(refusedBy),
        generation,
        attempts,
        unknowns,
        Delivery.Claim.DUE,
        TOKEN);
  }
}
