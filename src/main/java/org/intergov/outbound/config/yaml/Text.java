package org.intergov.outbound.config.yaml;

import org.intergov.outbound.message.Quote;

/**
 * A scalar of the file, its placeholders resolved. What is written counts, not its YAML type:
 * {@code 16} and {@code "16"} are the same.
 *
 * @param value resolved; never shown
 * @param written as it stands in the file
 * @param hidden whether not even that may be shown
 */
public record Text(String value, String written, int line, String path, boolean hidden) {

  /** What may be shown of it in a message. */
  String found() {
    if (hidden) {
      return "a value that is not shown";
    }
    return Quote.of(written)
        + (value.equals(written) ? "" : " (the value from the environment is not shown)");
  }
}
