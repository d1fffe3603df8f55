package org.intergov.outbound.config.kind;

import java.util.Optional;
import org.intergov.outbound.config.yaml.Source;
import org.intergov.outbound.config.yaml.Text;

/** The base of an HTTP channel, to which paths are appended. */
final class ChannelUrl {

  private static final String FORM =
      "an absolute http or https URL such as https://channel.example, without user, query,"
          + " fragment or percent sign";

  /** About what {@link #read} takes, as a regular expression. */
  static final String PATTERN =
      "[hH][tT][tT][pP][sS]?://(?:[^\\s/?#@%:\\[]+|\\[[0-9a-fA-F:.]+\\])(?::[0-9]{0,5})?(?:/[^\\s?#%]*)?";

  private ChannelUrl() {}

  /** The URL without a slash at its end; nothing, and a problem, if it is none. */
  static Optional<String> read(Source source, Text text) {
    String url = text.value();
    if (!isBase(url)) {
      // a user or a query can hold a password
      boolean telling = text.written().matches("(?s).*[@?#].*");
      Text shown = telling ? new Text(url, text.written(), text.line(), text.path(), true) : text;
      source.error(shown, FORM);
      return Optional.empty();
    }
    int end = url.length();
    while (url.charAt(end - 1) == '/') {
      end--;
    }
    return Optional.of(HttpAddress.withLowerScheme(url.substring(0, end)));
  }

  private static boolean isBase(String url) {
    return url.indexOf('%') < 0
        && HttpAddress.read(url).filter(address -> address.query() == null).isPresent();
  }
}
