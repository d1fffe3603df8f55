package org.intergov.outbound.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.intergov.outbound.config.Durations;
import org.intergov.outbound.delivery.Reason;
import org.intergov.outbound.message.MessagePath;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Which held and rejected messages a command is about: options of all that have a choice. */
final class StuckFilter {
  @Option(
      names = "--status",
      paramLabel = "STATUS",
      description = "held or rejected. Default: both.")
  private String status;

  @Option(names = "--channel", paramLabel = "ID", description = "Only those of this channel.")
  private String channel;

  @Option(names = "--receiver", paramLabel = "CC", description = "Only those to this jurisdiction.")
  private String receiver;

  @Option(
      names = "--reason",
      paramLabel = "REASON",
      description =
          "Only those rejected for this reason: no_route, refused, undeliverable, revoked, expired,"
              + " invalid or operator.")
  private String reason;

  @Option(
      names = "--older-than",
      paramLabel = "AGE",
      converter = Age.class,
      description = "Only those that have had this status for at least so long, such as 30m or 2d.")
  private Duration olderThan;

  boolean isGiven() {
    return status != null
        || channel != null
        || receiver != null
        || reason != null
        || olderThan != null;
  }

  /** Null, or what is wrong with the options. */
  String fault() {
    if (status != null && !status.equals("held") && !status.equals("rejected")) {
      return "--status is held or rejected, not '" + status + "'";
    }
    if (reason != null && Arrays.stream(Reason.values()).noneMatch(r -> r.word().equals(reason))) {
      return "--reason is one of those that --help lists, not '" + reason + "'";
    }
    return receiver == null || receiver.matches("[A-Z]{2}")
        ? null
        : "--receiver is two capital letters such as SG, not '" + receiver + "'";
  }

  /** Hands on every message that fits, oldest first, page by page. */
  void forEach(ApiClient client, Consumer<JsonNode> message) {
    List<String> statuses = new ArrayList<>(status == null ? List.of("held") : List.of(status));
    if (status == null) {
      statuses.add("rejected");
    }
    Instant now = Instant.now();
    for (String one : statuses) {
      String query =
          "/messages?status="
              + one
              + (channel == null ? "" : "&channel=" + MessagePath.escaped(channel))
              + (receiver == null ? "" : "&receiver=" + MessagePath.escaped(receiver));
      ApiPages.forEach(
          client,
          query,
          "messages",
          found -> {
            if (fits(found, now)) {
              message.accept(found);
            }
          });
    }
  }

  private boolean fits(JsonNode message, Instant now) {
    if (reason != null && !reason.equals(message.path("reason").asText())) {
      return false;
    }
    return olderThan == null
        || Instant.parse(message.path("updated_at").asText()).isBefore(now.minus(olderThan));
  }

  /** A duration as the configuration writes it. */
  static final class Age implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String text) {
      try {
        return Durations.parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException("'" + text + "' is not " + Durations.FORM);
      }
    }
  }
}
