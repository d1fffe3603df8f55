package org.intergov.outbound.config.kind;

import java.util.Map;
import org.intergov.outbound.config.yaml.Section;
import org.intergov.outbound.config.yaml.Source;
import org.intergov.outbound.message.Quote;

/** What the parameters of kind {@code http} must be beside each other. */
final class HttpCheck {
  private static final String KEY_HEADER = "Idempotency-Key";
  private static final String API_KEY_HEADER = "X-API-Key";
  private final Source source;

  HttpCheck(Source source) {
    this.source = source;
  }

  /**
   * An API key in the header of the idempotency key would take its place, and all messages would be
   * one and the same to the channel.
   *
   * @param values what was read of the parameters
   */
  void check(Section parameters, Map<String, String> values) {
    String keyHeader = values.getOrDefault("key-header", KEY_HEADER);
    String authHeader = values.getOrDefault("auth.header", API_KEY_HEADER);
    if ("api-key".equals(values.get("auth.type")) && authHeader.equalsIgnoreCase(keyHeader)) {
      source.error(
          parameters.get("auth").orElseThrow(),
          parameters.pathOf("auth") + ".header",
          Quote.of(authHeader) + ", which carries the idempotency key (key-header)",
          "a header other than key-header");
    }
    if ("api-key".equals(values.get("auth.type"))
        && !values.getOrDefault("auth.key", "").chars().allMatch(c -> c >= 0x20 && c < 0x7f)) {
      source.error(
          parameters.get("auth").orElseThrow(),
          parameters.pathOf("auth") + ".key",
          "characters beyond ASCII in a value that is not shown",
          "printable ASCII: servers differ in how they read other characters in a header");
    }
  }
}
