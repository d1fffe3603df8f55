package org.intergov.outbound.config.kind;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.intergov.outbound.config.Suggestion;

/** What a Kafka client is told: which values are of use, for channels and for intake alike. */
public final class KafkaForms {
  private static final List<String> PROTOCOLS =
      List.of("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL");
  private static final List<String> MECHANISMS = List.of("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512");
  private static final String NAME = "[A-Za-z0-9._-]{1,249}";
  private static final String NAME_FORM =
      "letters, digits, \".\", \"_\" and \"-\", at most 249 of them";

  private KafkaForms() {}

  /**
   * What was expected instead of this value.
   *
   * @param name of a parameter of kind {@code kafka}
   * @return empty if the value will do, or nothing is known of the parameter
   */
  public static Optional<String> expected(String name, String value) {
    return switch (name) {
      case "brokers" ->
          unless(
              areBrokers(value),
              "host:port of one or more brokers, with commas between them, such as"
                  + " kafka-1.example:9092,kafka-2.example:9092");
      case "topic", "receipts-topic", "dead-letter-topic" ->
          unless(
              value.matches(NAME) && !value.equals(".") && !value.equals(".."),
              "the name of a topic: " + NAME_FORM);
      case "group" -> unless(value.matches(NAME), "the name of a consumer group: " + NAME_FORM);
      case "security-protocol" -> oneOf(PROTOCOLS, value);
      case "sasl-mechanism" -> oneOf(MECHANISMS, value);
      default -> Optional.empty();
    };
  }

  /**
   * What values lack or have too much, each being fine by itself.
   *
   * @param protocol security-protocol
   * @return {@code auth} or {@code tls} to what was expected of it
   */
  public static Map<String, String> contradictions(String protocol, boolean auth, boolean tls) {
    Map<String, String> found = new LinkedHashMap<>();
    if (protocol.startsWith("SASL") && !auth) {
      found.put("auth", "username and password; security-protocol " + protocol + " requires them");
    } else if (auth && !protocol.startsWith("SASL")) {
      found.put("auth", "security-protocol SASL_SSL or SASL_PLAINTEXT beside it");
    }
    if (tls && !protocol.endsWith("SSL")) {
      found.put("tls", "security-protocol SSL or SASL_SSL beside it");
    }
    return found;
  }

  private static boolean areBrokers(String value) {
    for (String broker : value.split(",", -1)) {
      int colon = broker.lastIndexOf(':');
      String host = colon < 0 ? "" : broker.substring(0, colon).trim();
      String port = broker.substring(colon + 1).trim();
      boolean good =
          host.matches("[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+]")
              && port.matches("[0-9]{1,5}")
              && Integer.parseInt(port) >= 1
              && Integer.parseInt(port) <= 65_535;
      if (!good) {
        return false;
      }
    }
    return true;
  }

  private static Optional<String> oneOf(List<String> words, String value) {
    return unless(words.contains(value), Suggestion.oneOf(words, value));
  }

  private static Optional<String> unless(boolean good, String expected) {
    return good ? Optional.empty() : Optional.of(expected);
  }
}
