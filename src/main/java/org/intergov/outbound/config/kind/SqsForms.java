package org.intergov.outbound.config.kind;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** What an SQS client is told: which values are of use, for channels and for intake alike. */
public final class SqsForms {
  private static final String QUEUE_FORM =
      "the name of a queue (letters, digits, \"_\" and \"-\", at most 80 of them, optionally ending"
          + " in .fifo) or its URL";

  private SqsForms() {}

  /**
   * What was expected instead of this value.
   *
   * @param name of a parameter of kind {@code sqs}
   * @return empty if the value will do, or nothing is known of the parameter
   */
  public static Optional<String> expected(String name, String value) {
    return switch (name) {
      case "queue", "receipts-queue", "dead-letter-queue" ->
          unless(isName(value) || isUrl(value), QUEUE_FORM);
      case "region" ->
          unless(value.matches("([a-z0-9-]{1,40})?"), "an AWS region, such as eu-west-2");
      case "endpoint" ->
          unless(
              value.isEmpty() || isUrl(value),
              "an http or https URL without user, query or fragment, such as"
                  + " http://sqs.example:9324");
      case "profile" ->
          unless(
              value.matches("[^\\p{Cntrl}]{0,256}"),
              "the name of a profile in the AWS configuration files");
      case "receipts-readers", "readers" ->
          unless(
              value.matches("[0-9]{1,2}")
                  && Integer.parseInt(value) >= 1
                  && Integer.parseInt(value) <= 50,
              "a whole number from 1 to 50");
      default -> Optional.empty();
    };
  }

  /**
   * What is too much, each value being fine by itself.
   *
   * @return a parameter to what was expected of it
   */
  public static Map<String, String> contradictions(Map<String, String> values, boolean auth) {
    Map<String, String> found = new LinkedHashMap<>();
    if (auth && !values.getOrDefault("profile", "").isEmpty()) {
      found.put("profile", "either auth or a profile; both say who we are");
    }
    String queue = values.getOrDefault("queue", "");
    String receipts = values.getOrDefault("receipts-queue", "");
    if (!receipts.isEmpty() && receipts.equals(queue)) {
      found.put("receipts-queue", "a queue other than that of the messages");
    }
    return found;
  }

  private static boolean isName(String value) {
    return value.matches("[A-Za-z0-9_-]{1,80}") || value.matches("[A-Za-z0-9_-]{1,75}\\.fifo");
  }

  private static boolean isUrl(String value) {
    return HttpAddress.read(value).filter(address -> address.query() == null).isPresent();
  }

  private static Optional<String> unless(boolean good, String expected) {
    return good ? Optional.empty() : Optional.of(expected);
  }
}
